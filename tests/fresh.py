"""One fresh `python -I` for one program: the answer contract read anew, to compare the sandbox with. `FRESH` is fed the
program on standard input and prints status, answer, error type and line as JSON."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from pad_ray.executor.slot import site_packages

FRESH = r"""
import contextlib, io, json, sys, traceback, types
import resource
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv.pop(1)),) * 2)
sys.path += sys.argv[1:]  # the site module does this, and 20 ms of other work
source, out = sys.stdin.read(), io.StringIO()
module = sys.modules["__main__"] = types.ModuleType("__main__")
real, sys.stdin = sys.stdout, io.StringIO()
def tell(status, answer="", error=None, line=0):
    print(json.dumps([status, answer, type(error).__name__ if error else "", line]), file=real, flush=True)
    raise SystemExit
try:
    code = compile(source, "<program>", "exec", dont_inherit=True)
except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
    tell("syntax", error=error, line=getattr(error, "lineno", 0) or 0)
try:
    with contextlib.redirect_stdout(out):
        with contextlib.suppress(SystemExit):
            exec(code, module.__dict__)
        value = module.__dict__.get("ans")
        for name in ("solution", "solver"):
            entry = module.__dict__.get(name)
            if value is None and callable(entry):
                import inspect
                try:
                    inspect.signature(entry).bind()
                except (TypeError, ValueError):
                    continue
                with contextlib.suppress(SystemExit):
                    value = entry()
                break
        text = None if value is None else str(value)
except BaseException as error:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<program>"]
    tell("raised", error=error, line=lines[-1] if lines else 0)
if text is None:
    printed = [line.strip() for line in out.getvalue().split("\n") if line.strip()]
    text = printed[-1] if printed else None
tell("no_answer" if text is None else "answered", text or "")
"""

Told = tuple[str, str, str, int]
"""Status, answer, error type, error line."""


def run_fresh(source: str, *, cpu_seconds: int) -> Told:
    """What one fresh interpreter says of a program."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "ignore", "-c", FRESH, str(cpu_seconds), *site_packages()],
        input=source.encode("utf-8", "surrogatepass"),
        capture_output=True,
        check=False,
    )
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "timeout", "", "Timeout", 0
    if not done.stdout:
        return "killed", "", str(done.returncode), 0
    status, answer, kind, line = json.loads(done.stdout)
    return status, answer, kind, line


def run_all_fresh(sources: Iterable[str], *, cpu_seconds: int, at_a_time: int = 2) -> list[Told]:
    """`run_fresh` for each, in order."""
    with ThreadPoolExecutor(at_a_time) as pool:
        return list(pool.map(lambda source: run_fresh(source, cpu_seconds=cpu_seconds), sources))
