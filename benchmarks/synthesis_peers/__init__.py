"""What the benchmark of the synthesis compares: runs of `pad-ray synthesize`, and workers that run others' engines."""
