"""`ray job submit --working-dir . -- python jobs/export.py RUN [...]`: see `pad-ray export --help`."""

import sys

from pad_ray.cli import main

if __name__ == "__main__":
    main(["export", *sys.argv[1:]])
