"""`python -m pad_ray.cli`: the same as `pad-ray`."""

from pad_ray.cli import main

main()
