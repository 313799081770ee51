"""Programs written step by step, each step verified before the next."""
