"""`ray job submit --working-dir . -- python jobs/experiment.py configs/experiment/wordsums.yaml [key=value ...]`"""

import sys

from pad_ray.cli import main

if __name__ == "__main__":
    main(["experiment", *sys.argv[1:]])
