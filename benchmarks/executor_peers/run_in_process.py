"""Worker: the limit, compile and exec in one process with no isolation at all. For programs of ours alone.

The answer is found as the sandbox finds it: `ans`, else `solution()` or `solver()`, else the last line printed.
"""

import io
import sys

from worker import read_work, serve


def run(program, _):
    """Run a program in a namespace of its own; returns how it ended."""
    sys.stdout = printed = io.StringIO()
    namespace = {"__name__": "__main__"}
    try:
        exec(compile(program, "<program>", "exec"), namespace)  # noqa: S102
        answer = namespace.get("ans")
        if answer is None:
            entry = namespace.get("solution") or namespace.get("solver")
            answer = entry() if callable(entry) else printed.getvalue().rstrip().rpartition("\n")[2] or None
        return "no_answer" if answer is None or not str(answer) else "answered"
    except Exception:
        return "raised"


if __name__ == "__main__":
    serve(run, read_work())
