"""Worker: a fresh interpreter per program. For programs of ours alone, as nothing confines it."""

import subprocess
import sys

from worker import read_work, serve


def main():
    work = read_work()
    seconds = work["seconds"]

    def run(program, answer):
        command = [sys.executable, "-I", "-c", f"{program}\nprint({answer})"]
        try:
            ended = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds)
        except subprocess.TimeoutExpired:
            return "timeout"
        return "raised" if ended.returncode else "answered"

    serve(run, work)


if __name__ == "__main__":
    main()
