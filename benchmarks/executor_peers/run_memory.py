"""Worker: a process that holds a sandbox and nothing else, for its memory to be read from outside.

Says `ready` when every zygote has run a program, and again when they have run programs that need numpy and sympy.
"""

import sys

from pad_ray.executor import Sandbox

PLAIN = ("ans = 1", "def solution():\n    return 2", "class A:\n    pass\nans = 3")
"""For the shared lane and for the other."""

SCIENTIFIC = ("import numpy\nans = numpy.arange(3).sum()", "import sympy\nans = sympy.Integer(1) + 2")

ROUNDS = 20
"""Programs of each kind, for all zygotes to have met some."""


def main() -> None:
    with Sandbox(slots=2) as sandbox:
        for programs in (PLAIN, SCIENTIFIC):
            for _ in sandbox.run(list(programs) * ROUNDS):
                pass
            print("ready", flush=True)
            sys.stdin.readline()


if __name__ == "__main__":
    main()
