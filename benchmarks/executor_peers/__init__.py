"""The executor's benchmark: the programs, the contenders and the workers that run them. Only executor.py needs it."""
