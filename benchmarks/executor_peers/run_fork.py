"""Worker: the floor of every design that forks per program, a child that ends at once. Imports nothing it can spare:
forking a larger process would flatter us. Of the work it takes the numbers alone.
"""

import os
import sys
import time


def fork_and_wait(count):
    """`count` children, one after the other; returns the seconds."""
    started = time.perf_counter()
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    return time.perf_counter() - started


if __name__ == "__main__":
    forks, warm_up = int(sys.argv[2]), int(sys.argv[3])
    fork_and_wait(warm_up)
    print(f'{{"seconds": {fork_and_wait(forks)!r}, "statuses": {{"forked": {forks}}}}}')
