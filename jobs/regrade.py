"""`ray job submit --working-dir . -- python jobs/regrade.py RUN [...]`: see `pad-ray regrade --help`."""

import sys

from pad_ray.cli import main

if __name__ == "__main__":
    main(["regrade", *sys.argv[1:]])
