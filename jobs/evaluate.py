"""`ray job submit --working-dir . -- python jobs/evaluate.py configs/quickstart.yaml [key.sub=value ...]`"""

import sys

from pad_ray.cli import main

if __name__ == "__main__":
    main(["evaluate", *sys.argv[1:]])
