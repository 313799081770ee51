"""Does the sandbox hold on this machine? Hostile programs, each followed by an innocent one that must answer right.

A conformance suite that any `Sandbox` can be run against (`pad-ray doctor`, the tests). It takes about four times the
CPU limit and once the wall limit of the sandbox it is given, so give it one with short limits. It shows that known
attacks fail; it proves nothing about unknown ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from pad_ray.executor.sandbox import Sandbox

INNOCENT = "import math\nboxes = math.ceil(3.5)\nans = str(sum([boxes, len('pad')]) * 2)\n"
INNOCENT_ANSWER = "14"
"""Leans on what attacks patch: a module, builtins, `str`."""

HELD = "held"
"""What an attack answers when it was refused."""


@dataclass(frozen=True, slots=True)
class Check:
    """One attack: whether it was contained and its successor answered right."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile program and the statuses in which it may end. `answered` means: answered `held`."""

    name: str
    code: str
    statuses: tuple[str, ...] = ("answered",)


def _refused(what: str, imports: str = "os") -> str:
    """A program that tries the expression `what` and answers whether it was refused."""
    refusals = "(OSError, RuntimeError, ValueError)"
    return f"import {imports}\ntry:\n    {what}\n    ans = 'escaped'\nexcept {refusals}:\n    ans = '{HELD}'\n"


def _libc(call: str) -> str:
    """A program that makes a C library call and answers whether it failed."""
    return f"import ctypes, os\nlibc = ctypes.CDLL(None)\nans = 'held' if libc.{call} == -1 else 'escaped'\n"


ATTACKS = (
    Attack("endless loop", "while True:\n    pass", ("timeout",)),
    Attack(
        "loop that swallows every exception",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        ("timeout",),
    ),
    Attack("loop inside C", "sum(range(10**15))", ("timeout",)),
    Attack(
        "answer that never ends",
        "class A:\n    def __str__(self):\n        while True:\n            pass\nans = A()",
        ("timeout",),
    ),
    Attack("sleep", "import time\nwhile True:\n    time.sleep(1000)", ("timeout",)),
    Attack("memory at once", "x = 'a' * 10**12", ("memory",)),
    Attack("memory bit by bit", "x = []\nwhile True:\n    x.append(bytes(2**26))", ("memory",)),
    Attack("deep recursion", "def f(n):\n    return f(n + 1)\nf(0)", ("raised",)),
    Attack("crash of the interpreter", "import ctypes\nctypes.string_at(0)", ("killed",)),
    Attack("flood of output", "while True:\n    print('x' * 1000)", ("output_limit",)),
    Attack(
        "flood that swallows the refusal",
        "while True:\n    try:\n        print('x' * 1000)\n    except BaseException:\n        pass",
        ("output_limit",),
    ),
    Attack("exit without a word", "import os\nos._exit(0)", ("no_answer",)),
    Attack(
        "every file closed, then hanging", "import os, time\nos.closerange(0, 64)\ntime.sleep(1000)", ("no_answer",)
    ),
    Attack("forged record", "import os\nos.write(3, b'\\xff' * 60000)", ("no_answer",)),
    Attack("half a record", "import os\nos.write(3, b'\\0' * 9)\nos._exit(0)", ("no_answer",)),
    Attack(
        "patched builtins and modules",
        "import builtins, math\nmath.ceil = lambda x: 0\nbuiltins.str = builtins.len = builtins.sum = None\nans = 1",
        ("raised", "no_answer"),
    ),
    Attack("fork bomb", _refused("[os.fork() for _ in range(8)]")),
    Attack("thread", _refused("threading.Thread(target=print).start()", "threading")),
    Attack("subprocess", _refused("subprocess.run(['/bin/true'])", "subprocess")),
    Attack("exec", _refused("os.execv('/bin/true', ['true'])")),
    Attack("socket", _refused("socket.socket()", "socket")),
    Attack("Unix socket pair", _refused("socket.socketpair()", "socket")),
    Attack("file read", _refused("open('/etc/passwd').read()")),
    Attack("file write", _refused("open('/tmp/pad_ray_attack', 'w').write('x')")),
    Attack("file delete", _refused("os.unlink('/tmp/pad_ray_attack')\n    os.rmdir('/tmp/pad_ray_attack')")),
    Attack("directory listing", _refused("os.listdir('/')")),
    Attack("environment of the parent", _refused("open(f'/proc/{os.getppid()}/environ').read()")),
    Attack("memory of the parent", _refused("open(f'/proc/{os.getppid()}/mem', 'rb').read(1)")),
    Attack("kill the parent", _refused("os.kill(os.getppid(), 9)")),
    Attack("signal the parent through a pipe", _refused("fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())", "fcntl, os")),
    Attack(
        "limits of the parent", _refused("resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))", "os, resource")
    ),
    Attack("raise own limits", _refused("resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "resource")),
    Attack("ptrace", _libc("ptrace(16, os.getppid(), 0, 0)")),
    Attack("outlive the parent", _libc("prctl(1, 0, 0, 0, 0)")),
    Attack("memfd", _libc("memfd_create(b'x', 0)")),
    Attack("io_uring", _libc("syscall(425, 1, 0)")),
)
"""Shaped after sandbox escapes and denials of service that are known to have worked against executors of this kind."""


def self_check(sandbox: Sandbox) -> list[Check]:
    """Run every attack, each followed by an innocent program.

    Raises:
        SandboxError: if the machinery itself fails.
    """
    zygotes = sandbox.pids
    outcomes = sandbox.run(code for attack in ATTACKS for code in (attack.code, INNOCENT))
    checks = []
    for attack, attacked, after in zip(ATTACKS, outcomes, outcomes, strict=False):
        contained = attacked.status in attack.statuses and (attacked.status != "answered" or attacked.answer == HELD)
        innocent = after.status == "answered" and after.answer == INNOCENT_ANSWER
        detail = f"{attacked.status} {attacked.answer or attacked.error_type}".strip()
        if not innocent:
            detail += f"; the innocent program after it: {after.status} {after.answer or after.error_message}"
        checks.append(Check(attack.name, contained and innocent, detail))
    next(outcomes, None)
    unharmed = sandbox.pids == zygotes
    checks.append(Check("zygotes unharmed", unharmed, "none was replaced" if unharmed else "some were replaced"))
    return checks
