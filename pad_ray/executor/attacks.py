"""Hostile programs for the self-check: data only. None does lasting harm should the sandbox not hold.

Shaped after escapes and denials of service that worked against executors of this kind, and after what the kernel
offers. So that they can be tried on a machine whose sandbox is broken, they signal with signal 0, hand the kernel
arguments it must refuse anyway, and what they create is called `pad_ray_attack...`. A program that uses a system call
by number answers `held` on an architecture whose number is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pad_ray.executor import wire

HELD = "held"
"""What an attack answers when it was refused."""

MARK = "pad_ray_attack"
"""Begins the name of every file, shared memory and socket that an attack tries to make, by which traces are found."""

ENDS = ("answered", "raised", "syntax", "no_answer", "timeout", "memory", "output_limit", "killed")
"""Every status of a program."""

KEY = 0x70616472
"""Key of the System V objects that attacks try to make."""

PORT = 28769
"""Where attacks try to listen."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile program, the statuses in which it may end, and what it answers if it answers."""

    name: str
    code: str
    statuses: tuple[str, ...] = ("answered",)
    answer: str = HELD


def _all(programs: dict[str, str], *statuses: str) -> tuple[Attack, ...]:
    return tuple(Attack(name, code, statuses or ("answered",)) for name, code in programs.items())


def _refused(what: str, imports: str = "os") -> str:
    """A program that tries the statement `what` and answers whether it was refused, by whomever."""
    errors = "(OSError, RuntimeError, ValueError)"
    return f"import {imports}\ntry:\n    {what}\n    ans = 'escaped'\nexcept {errors}:\n    ans = '{HELD}'\n"


def _forbidden(what: str, imports: str = "os") -> str:
    """The same, but refused by permission: any other error would mean that the kernel had considered it."""
    return (
        f"import {imports}\ntry:\n    {what}\n    ans = 'escaped'\nexcept OSError as error:\n"
        f"    ans = '{HELD}' if error.errno in (1, 13, 38) else f'considered: {{error}}'\n"
    )


def _none_opens(mode: str, *paths: str) -> str:
    """A program that tries to open each path (an expression) and answers whether none opened."""
    return (
        "import os, sys, sysconfig\nparent, opened = os.getppid(), []\n"
        f"for path in [{', '.join(paths)}]:\n    try:\n        open(path, {mode!r}).close()\n"
        "        opened.append(path)\n    except OSError:\n        pass\n"
        f"ans = f'escaped: {{opened}}' if opened else '{HELD}'\n"
    )


def _none_lists(*paths: str) -> str:
    return (
        "import os\nparent, listed = os.getppid(), []\n"
        f"for path in [{', '.join(paths)}]:\n    try:\n        os.listdir(path)\n"
        "        listed.append(path)\n    except OSError:\n        pass\n"
        f"ans = f'escaped: {{listed}}' if listed else '{HELD}'\n"
    )


def _call(x86_64: int, aarch64: int | None, arguments: str = "") -> str:
    """A program that makes a system call and answers whether it was refused before the kernel looked at it.

    `at` is the address of a page that begins with MARK, `parent` the zygote's process id.
    """
    numbers = {"x86_64": x86_64, "aarch64": aarch64}
    return (
        f"import ctypes, os\nnumber = {numbers}.get(os.uname().machine)\nparent = os.getppid()\n"
        f"libc, page = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(b'{MARK}', 4096)\n"
        f"at = ctypes.addressof(page)\nif number is None:\n    ans = '{HELD}'\nelse:\n"
        f"    done = libc.syscall(*map(ctypes.c_long, (number, {arguments})))\n    error = ctypes.get_errno()\n"
        f"    refused = done == -1 and error in (1, 13, 38)\n"
        f"    ans = '{HELD}' if refused else f'considered: {{done}} {{os.strerror(error)}}'\n"
    )


def _method(name: str, use: str) -> str:
    """A program in which the special method `name` never returns, and the expression `use` calls it on `A()`."""
    return f"class A:\n    def {name}(self, *_):\n        while True:\n            pass\nans = {use}\n"


LOOPS = _all(
    {
        "endless loop": "while True:\n    pass",
        "loop that swallows every exception": (
            "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
        ),
        "loop with every signal blocked and ignored": (
            "import signal\nfor number in range(1, 65):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n"
            "    except (OSError, ValueError):\n        pass\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
            "while True:\n    pass"
        ),
        "loop inside C": "sum(range(10**15))",
        "consumption that never ends": "import collections as c, itertools as i\nc.deque(i.repeat(0), maxlen=0)",
        "generator that never ends": "import itertools\nans = sum(1 for _ in itertools.product(range(99), repeat=99))",
        "power of big numbers": "ans = 9 ** 9 ** 8 % 7",
        "text of a big number": "import sys\nsys.set_int_max_str_digits(0)\nans = 1 << 10**8",
        "factorial": "import math\nans = math.factorial(10**7) % 7",
        "decimals without end": "import decimal\ndecimal.getcontext().prec = 10**6\nans = decimal.Decimal(2).ln()",
        "catastrophic regular expression": "import re\nans = re.match('(a+)+$', 'a' * 50 + 'b')",
        "sort whose key never returns": (
            "import functools, itertools, operator\n"
            "ans = sorted([1, 2], key=functools.partial(operator.contains, itertools.repeat(0)))"
        ),
        "comparison of lists nested a million million times": (
            "a, b = [], []\nfor _ in range(60):\n    a, b = [a, a], [b, b]\nans = a == b"
        ),
        "hash of nested tuples": "a = ()\nfor _ in range(60):\n    a = (a, a)\nans = hash(a)",
        "colliding hashes": "ans = len({i * (2**61 - 1): 0 for i in range(10**6)})",
        "__str__ that never returns": _method("__str__", "A()"),
        "__eq__ that never returns": _method("__eq__", "[A()] == [A()]"),
        "__hash__ that never returns": _method("__hash__", "{A()}"),
        "__bool__ that never returns": _method("__bool__", "not A()"),
        "__format__ that never returns": _method("__format__", "f'{A():>5}'"),
        "__index__ that never returns": _method("__index__", "range(A())"),
        "__iter__ that never returns": _method("__iter__", "list(A())"),
        "__del__ that never returns": _method("__del__", "A() is None"),
        "__getattr__ of the entry point that never returns": (
            _method("__getattr__", "None") + "A.__call__ = lambda self: 1\nsolution = A()\n"
        ),
        "exception whose text never ends": (
            "class A(Exception):\n    def __str__(self):\n        while True:\n            pass\nraise A"
        ),
        "type whose name never ends": (
            "class M(type):\n    @property\n    def __name__(self):\n        while True:\n            pass\n"
            "class A(Exception, metaclass=M):\n    pass\nraise A"
        ),
        "import hook that never returns": (
            "import sys\nclass A:\n    def find_spec(*_):\n        while True:\n            pass\n"
            "sys.meta_path.insert(0, A)\nimport colorsys"
        ),
        "trace function that never returns": (
            "import sys\ndef trace(*_):\n    while True:\n        pass\nsys.settrace(trace)\n(lambda: 0)()"
        ),
        "collector callback that never returns": (
            "import gc\ndef loop(*_):\n    while True:\n        pass\ngc.callbacks.append(loop)\ngc.collect()"
        ),
        "weak reference callback that never returns": (
            "import weakref\ndef loop(*_):\n    while True:\n        pass\nx = {1}\ny = weakref.ref(x, loop)\ndel x"
        ),
    },
    "timeout",
)
"""Each costs the CPU limit, and twice if the shared lane tries it first."""

SLEEPERS = _all(
    {
        "sleep": "import time\nwhile True:\n    time.sleep(1000)",
        "wait for nothing": "import select\nselect.select([], [], [])",
        "every file closed, then asleep": "import os, time\nos.closerange(0, 64)\ntime.sleep(1000)",
    },
    "timeout",
) + _all({"wait for a signal": "import signal\nsignal.sigwait([signal.SIGUSR1])"}, "raised", "timeout")
"""Each costs the wall limit."""

MEMORY = (
    *_all(
        {
            "memory at once": "x = 'a' * 10**12",
            "memory bit by bit": "x = []\nwhile True:\n    x.append(bytes(2**26))",
            "memory by a huge number": "x = 1 << 10**11",
            "memory by repetition": "x = [0] * 10**11",
            "memory by formatting": "x = f'{1:10000000000d}'",
            "memory by justifying": "x = ''.ljust(10**11)",
            "memory by an endless list": "import itertools\nx = list(itertools.repeat(0))",
            "memory by the answer": "class A:\n    def __str__(self):\n        return 'x' * 10**12\nans = A()",
        },
        "memory",
    ),
    *_all(
        {
            "memory in small pieces": "x = []\nwhile True:\n    x.append([None] * 1000)",
            "memory by decompression": (
                "import zlib\nsqueezer = zlib.compressobj(wbits=-15)\n"
                "part = squeezer.compress(bytes(2**20)) + squeezer.flush(zlib.Z_FULL_FLUSH)\n"
                "ans = len(zlib.decompress(part * 4096, -15))"
            ),
        },
        "memory",
        "timeout",
    ),
    Attack(
        "memory whose refusal is swallowed",
        "x = []\nfor _ in range(2000):\n    try:\n        x.append(bytearray(2**26))\n"
        "    except MemoryError:\n        pass\nans = 'held' if len(x) < 1024 else f'escaped: {len(x)}'",
    ),
    Attack(
        "memory by mmap",
        "import mmap\nx = []\ntry:\n    while len(x) < 2**14:\n        x.append(mmap.mmap(-1, 2**26))\n"
        "    ans = 'escaped'\nexcept (OSError, MemoryError):\n    ans = 'held'",
    ),
    Attack(
        "memory by malloc",
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.malloc.restype = ctypes.c_void_p\n"
        "ans = 'held' if not all(libc.malloc(ctypes.c_size_t(2**30)) for _ in range(1024)) else 'escaped'",
    ),
    Attack("memory by brackets", "ans = eval('[' * 10**6 + ']' * 10**6)", ("raised", "memory", "timeout", "killed")),
    Attack("memory by parsing", "import ast\nx = ast.parse('x = [' + '0, ' * 10**7 + ']')", ("memory", "timeout")),
    Attack("deep recursion", "def f(n):\n    return f(n + 1)\nf(0)", ("raised",)),
    Attack(
        "recursion without a limit",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return f(n + 1)\nf(0)",
        ("raised", "memory", "killed", "timeout"),
    ),
    Attack(
        "recursion on the stack of C",
        "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor _ in range(10**5):\n    x = [x]\nans = repr(x)",
        ("raised", "memory", "killed", "timeout"),
    ),
    Attack("expression nested too deep", "ans = 1" + " + 1" * 20000, ("syntax", "answered", "killed"), "20001"),
    Attack("statement nested too deep", "ans = " + "(" * 5000 + "1" + ")" * 5000, ("syntax",)),
)

OUTPUT = (
    *_all(
        {
            "flood of output": "while True:\n    print('x' * 1000)",
            "flood without lines": "while True:\n    print(end='x' * 1000)",
            "flood that swallows the refusal": (
                "while True:\n    try:\n        print('x' * 1000)\n    except BaseException:\n        pass"
            ),
            "flood of bytes": "import sys\nwhile True:\n    sys.stdout.buffer.write(b'x' * 1000)",
            "flood at once": "import sys\nsys.stdout.write('x' * 10**7)\nsys.stdout.flush()",
            "flood by the original output": (
                "import sys\nsys.stdout = None\nwhile True:\n    sys.__stdout__.write('x' * 1000)"
            ),
            "flood by logging": (
                "import logging, sys\nlogging.basicConfig(stream=sys.stdout)\n"
                "while True:\n    logging.error('x' * 1000)"
            ),
            "flood by tracebacks": (
                "import sys, traceback\nwhile True:\n    try:\n        raise ValueError('x' * 1000)\n"
                "    except ValueError:\n        traceback.print_exc(file=sys.stdout)"
            ),
            "flood by warnings": (
                "import sys, warnings\nsys.stderr = sys.stdout\nwarnings.simplefilter('always')\n"
                "while True:\n    warnings.warn('x' * 1000)"
            ),
        },
        "output_limit",
    ),
    Attack(
        "flood on the error output",
        "import os, sys\nfor _ in range(1000):\n    os.write(2, b'x' * 10000)\n"
        "    print('x' * 10000, file=sys.stderr)\n"
        "ans = 'held'",
    ),
    Attack(
        "flood on every file",
        "import os\nfor fd in range(64):\n    try:\n        os.write(fd, b'x' * 60000)\n"
        "    except OSError:\n        pass",
        ("no_answer",),
    ),
    Attack("huge exception message", "raise ValueError('x' * 10**7)", ("raised",)),
    Attack("huge type name", "raise type('x' * 10**7, (Exception,), {})", ("raised",)),
    Attack(
        "long chain of exceptions",
        "error = None\nfor _ in range(10**5):\n    new = ValueError()\n"
        "    new.__context__, error = error, new\nraise error",
        ("raised",),
    ),
    Attack("huge answer", "ans = 'x' * 10**7", answer="x" * 4096),
    Attack("answer that is no number", "ans = float('nan')", answer="nan"),
    Attack("answer with NUL bytes", "ans = 'a\\0b'", answer="a\0b"),
    Attack("answer with surrogates", "ans = '\\udc80'", answer="\\udc80"),
    Attack("output with surrogates", "print('\\udc80')\nans = 'held'", ("answered", "raised")),
    Attack("source with a coding cookie", "# -*- coding: utf-7 -*-\nans = 'held' # +AAo-ans = 'escaped'"),
    Attack("source with an unknown coding", "# -*- coding: attack -*-\nans = 'held'", ("answered", "syntax")),
    Attack("source with a NUL byte", "ans = 'held'\0", ("syntax",)),
    Attack("source with surrogates", "ans = 'held' # \ud800", ("syntax", "answered")),
    Attack("source with carriage returns", "ans = 'held'\r# \ransx = 1\x0c\n"),
)

_REACH = (
    "import os, sys\ndef memory():\n    frame, found = sys._getframe(), []\n    while frame is not None:\n"
    "        own = getattr(frame.f_locals.get('self'), '__dict__', {})\n"
    "        found += [*frame.f_locals.values(), *own.values()]\n        frame = frame.f_back\n"
    "    return [m for m in found if type(m).__name__ in ('memoryview', 'mmap') and len(m) > 4096]\n"
)
"""Finds the memory in which our parts of the process report to the zygote."""


def _over(data: bytes | str, then: str) -> str:
    """A program that writes `data` over what it reports in and into every open file, and goes on with `then`."""
    return _REACH + (
        f"data = {data if isinstance(data, str) else repr(data)}\nfor m in memory():\n    m[: len(data)] = data\n"
        f"for fd in range(64):\n    try:\n        os.write(fd, data)\n    except OSError:\n        pass\n{then}"
    )


_RECORD = wire.encode_record("answered", answer=HELD)
_GONE, _LOOPING = "os._exit(0)", "while True:\n    pass"
_DONE = b"R".ljust(wire.DONE_AT, b"\0")

RECORDS = (
    *_all(
        {
            "exit without a word": "import os\nos._exit(0)",
            "nothing reported, then gone": _over("bytes(4096)", _GONE),
            "garbage reported, then gone": _over("b'\\xff' * 2**16", _GONE),
            "half a record, then gone": _over(_DONE + wire.DONE.pack(1, len(_RECORD)) + _RECORD[:9], _GONE),
            "record too long": _over(_DONE + wire.DONE.pack(1, 2**20) + _RECORD * 99, _GONE),
            "record of an impossible size": _over(_DONE + wire.DONE.pack(1, 2**32 - 1) + _RECORD, _GONE),
            "record that is no text": _over(
                _DONE + wire.DONE.pack(1, len(_RECORD)) + _RECORD[:-4] + b"\xff" * 4, _GONE
            ),
            "records more than programs": _over(_DONE + wire.DONE.pack(99, 99 * len(_RECORD)) + _RECORD * 99, _GONE),
            **{
                f"record that claims {status}": _over(
                    _DONE + wire.DONE.pack(1, wire.RECORD.size) + wire.encode_record(status), _GONE
                )
                for status in wire.STATUSES
                if status not in ENDS
            },
            "crash report on every file": ("import faulthandler as f\nfor fd in range(64):\n    f.dump_traceback(fd)"),
        },
        "no_answer",
    ),
    *_all(
        {
            "nothing reported, then looping": _over("bytes(4096)", _LOOPING),
            "garbage reported, then looping": _over("b'\\xff' * 2**16", _LOOPING),
            "record forged, then looping": _over(_DONE + wire.DONE.pack(1, len(_RECORD)) + _RECORD, _LOOPING),
        },
        "timeout",
        "answered",
    ),
    *_all(
        {
            "every file closed, then gone": "import os\nos.closerange(0, 64)\nos._exit(0)",
            "every file closed, then answered": "import os\nos.closerange(0, 64)\nans = 'held'",
            "record forged": _over(_DONE + wire.DONE.pack(1, len(_RECORD)) + _RECORD, _GONE),
            "record forged, then answered": _over(_DONE + wire.DONE.pack(1, len(_RECORD)) + _RECORD, "ans = 'held'"),
            "garbage reported, then answered": _over("b'\\xff' * 2**16", "ans = 'held'"),
        },
        "answered",
        "no_answer",
    ),
    Attack(
        "message left in the reports",
        _REACH + f"for m in memory():\n    m[2**15 : 2**15 + 14] = b'{MARK}'\n{_GONE}",
        ("no_answer",),
    ),
    Attack(
        "message found in the reports",
        _REACH + "found = [m for m in memory() if bytes(m[64:60000]).strip(b'\\0')]\n"
        "ans = 'escaped' if found else 'held'",  # beyond that the memory is gone
    ),
    Attack(
        "the program before, in memory that was freed",
        "import ctypes, gc\ngc.unfreeze()\nevery, found = gc.get_objects(), []\n"
        "pages = {id(o) >> 12 for o in every} | {id(r) >> 12 for o in every for r in gc.get_referents(o)}\n"
        "for page in pages:\n    before, needle, after = ctypes.string_at(page << 12, 4096).partition(b'boxes = ')\n"
        "    if after.startswith(b'math'):\n        found.append(before[-12:])\n"
        "ans = f'escaped: {found}' if found else 'held'",
    ),
    Attack(
        "open files",
        "import fcntl\nopened = []\nfor fd in range(3, 4096):\n    try:\n        fcntl.fcntl(fd, fcntl.F_GETFD)\n"
        "        opened.append(fd)\n    except OSError:\n        pass\n"
        "ans = f'escaped: {opened}' if opened else 'held'",
    ),
    Attack(
        "runner rewritten by frames",
        "import sys\nframe = sys._getframe()\nwhile frame is not None:\n"
        "    for thing in list(frame.f_locals.values()):\n        for name in list(getattr(thing, '__dict__', ())):\n"
        "            try:\n                setattr(thing, name, None)\n"
        "            except Exception:\n                pass\n    frame = frame.f_back\nans = 'held'",
        ("answered", "raised", "no_answer", "killed"),
    ),
)
"""What a program writes in place of its record, and what it can find of ours."""

PROCESSES = _all(
    {
        "fork": _refused("[os.fork() for _ in range(8)]"),
        "fork with a terminal": _refused("pty = os.forkpty()"),
        "vfork": (
            "import ctypes, os\nlibc = ctypes.CDLL(None)\nif os.uname().machine == 'x86_64':\n"
            "    done = libc.syscall(58)\n    if done == 0:\n        libc._exit(0)\n"
            "    ans = 'held' if done == -1 else 'escaped'\nelse:\n    ans = 'held'"
        ),
        "thread": _refused("threading.Thread(target=print).start()", "threading"),
        "bare thread": _refused("_thread.start_new_thread(print, ())", "_thread"),
        "pool of threads": _refused("f.ThreadPoolExecutor().submit(print)", "concurrent.futures as f"),
        "pool of processes": _refused("f.ProcessPoolExecutor().submit(print)", "concurrent.futures as f"),
        "forked process": _refused("m.get_context('fork').Process().start()", "multiprocessing as m"),
        "spawned process": _refused("m.get_context('spawn').Process().start()", "multiprocessing as m"),
        "subprocess": _refused("subprocess.run(['/bin/true'])", "subprocess"),
        "shell": _refused("assert os.popen('true').close()"),
        "posix_spawn": _refused("os.posix_spawn('/bin/true', ['true'], {})"),
        "exec": _forbidden("os.execv('/bin/true', ['true'])"),
        "exec of the interpreter": _forbidden("os.execv(sys.executable, ['python', '-c', 'pass'])", "os, sys"),
        "event loop": _refused("asyncio.run(asyncio.sleep(0))", "asyncio"),
        "kill the parent": _forbidden("os.kill(os.getppid(), 9)"),
        "signal the parent": _forbidden("os.kill(os.getppid(), 0)"),
        "signal the parent's group": _forbidden("os.killpg(os.getpgid(os.getppid()), 0)"),
        "signal everybody": _forbidden("os.kill(-1, 0)"),
        "signal the first process": _forbidden("os.kill(1, 0)"),
        "priority of the parent": _forbidden("os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)"),
        "own priority": _forbidden("os.nice(1)"),
        "affinity of the parent": _forbidden("os.sched_setaffinity(os.getppid(), {0})"),
        "own affinity": _forbidden("os.sched_setaffinity(0, {0})"),
        "limits of the parent": _forbidden("r.prlimit(os.getppid(), r.RLIMIT_CPU, (0, 0))", "os, resource as r"),
        "limits of the parent, read": _forbidden("r.prlimit(os.getppid(), r.RLIMIT_CPU)", "os, resource as r"),
        "memory limit raised": _refused("r.setrlimit(r.RLIMIT_AS, (-1, -1))", "resource as r"),
        "CPU limit raised": _refused("r.setrlimit(r.RLIMIT_CPU, (-1, -1))", "resource as r"),
        "parent signalled through a pipe": _forbidden("f.fcntl(3, f.F_SETOWN, os.getppid())", "fcntl as f, os"),
        "parent signalled by a chosen signal": _forbidden("f.fcntl(3, f.F_SETSIG, 9)", "fcntl as f"),
        "parent signalled by asynchronous output": _forbidden("f.fcntl(3, f.F_SETFL, os.O_ASYNC)", "fcntl as f, os"),
        "lease": _forbidden("f.fcntl(0, f.F_SETLEASE, f.F_RDLCK)", "fcntl as f"),
        "directory watched": _forbidden("f.fcntl(0, f.F_NOTIFY, 1)", "fcntl as f"),
        "pipe enlarged": _forbidden("f.fcntl(3, f.F_SETPIPE_SZ, 2**20)", "fcntl as f"),
        "file locked": _forbidden("f.lockf(1, f.LOCK_EX)", "fcntl as f"),
        "FIOASYNC": _forbidden("f.ioctl(3, 0x5452, b'\\1\\0\\0\\0')", "fcntl as f"),
        "FIOSETOWN": _forbidden("f.ioctl(3, 0x8901, os.getppid().to_bytes(4, 'little'))", "fcntl as f, os"),
        "TIOCSTI": _forbidden("f.ioctl(0, 0x5412, b'\\n')", "fcntl as f"),
        "TIOCSCTTY": _forbidden("f.ioctl(0, 0x540E, 0)", "fcntl as f"),
        "alarm": _forbidden("signal.setitimer(signal.ITIMER_REAL, 1000)", "signal"),
    }
)

NETWORK = (
    *_all(
        {
            f"socket {family}": _forbidden(f"socket.socket({number}, socket.{kind})", "socket")
            for family, number, kind in (
                ("AF_UNIX", 1, "SOCK_STREAM"),
                ("AF_INET", 2, "SOCK_STREAM"),
                ("AF_INET datagram", 2, "SOCK_DGRAM"),
                ("AF_INET raw", 2, "SOCK_RAW"),
                ("AF_INET6", 10, "SOCK_STREAM"),
                ("AF_NETLINK", 16, "SOCK_RAW"),
                ("AF_PACKET", 17, "SOCK_RAW"),
                ("AF_BLUETOOTH", 31, "SOCK_RAW"),
                ("AF_ALG", 38, "SOCK_SEQPACKET"),
                ("AF_VSOCK", 40, "SOCK_STREAM"),
                ("AF_XDP", 44, "SOCK_RAW"),
            )
        }
    ),
    *_all(
        {
            "socket pair": _forbidden("socket.socketpair()", "socket"),
            "server": _refused(f"s = socket.create_server(('127.0.0.1', {PORT}))", "socket"),
            "abstract server": _refused(
                f"s = socket.socket(1)\n    s.bind('\\0{MARK}')\n    s.listen()\n    print(s)", "socket"
            ),
            "connection": _forbidden("socket.create_connection(('127.0.0.1', 9), 0.1)", "socket"),
            "name look-up": _refused("socket.gethostbyname('example.com')", "socket"),
            "download": _forbidden("c.HTTPConnection('127.0.0.1', 9, 0.1).connect()", "http.client as c"),
        }
    ),
)

_PARENT = [
    f"f'/proc/{{parent}}/{name}'" for name in ("mem", "environ", "maps", "fd/3", "syscall", "stack", "root/etc/passwd")
]
_PLACES = [f"'{place}/{MARK}'" for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "")]
_LIBRARY = ["os.path.dirname(os.__file__)", "os.path.dirname(os.__file__) + '/__pycache__'"]
_LIBRARY += ["*(path for path in sys.path if path.endswith('-packages'))", "sysconfig.get_path('purelib')"]

FILES = _all(
    {
        "file read": _none_opens("rb", "'/etc/passwd'", "'/etc/hostname'", "'/bin/sh'"),
        "secret file read": _none_opens("rb", "'/etc/shadow'", "'/etc/gshadow'", "'/root/.bashrc'", "'/root/.profile'"),
        "files of the parent": _none_opens("rb", *_PARENT),
        "command of the parent": _none_opens("rb", "f'/proc/{parent}/cmdline'", "f'/proc/{parent}/status'"),
        "own maps and memory": _none_opens("rb", "'/proc/self/maps'", "'/proc/self/mem'", "'/proc/self/pagemap'"),
        "own environment and command": _none_opens("rb", "'/proc/self/environ'", "'/proc/self/cmdline'"),
        "environment of the first process": _none_opens("rb", "'/proc/1/environ'", "'/proc/1/maps'", "'/proc/1/mem'"),
        "own memory written": _none_opens("r+b", "'/proc/self/mem'", "f'/proc/{os.getpid()}/task/{os.getpid()}/mem'"),
        "settings of the kernel": _none_opens(
            "r+b", "'/proc/sys/kernel/core_pattern'", "'/proc/sysrq-trigger'", "'/sys/fs/cgroup/cgroup.procs'"
        ),
        "settings of the process": _none_opens(
            "r+b", "'/proc/self/oom_score_adj'", "'/proc/self/clear_refs'", "'/proc/self/comm'", "'/proc/self/uid_map'"
        ),
        "state of the kernel": _none_opens(
            "rb",
            "'/proc/kallsyms'",
            "'/proc/kcore'",
            "'/proc/net/tcp'",
            "'/proc/meminfo'",
            "'/sys/kernel/uevent_seqnum'",
        ),
        "devices": _none_opens(
            "rb", "'/dev/mem'", "'/dev/kmsg'", "'/dev/kvm'", "'/dev/fuse'", "'/dev/tty'", "'/dev/ptmx'", "'/dev/zero'"
        ),
        "file written": _none_opens("w", *_PLACES),
        "file written at home": _none_opens("w", f"'/root/{MARK}'", f"os.path.expanduser('~/{MARK}')"),
        "file written beside the library": _none_opens("w", *(f"{path} + '/{MARK}.py'" for path in _LIBRARY[:2])),
        "file written beside the packages": (
            "import os, sys, sysconfig\nans = 'held'\n"
            "for path in [*sys.path, sysconfig.get_path('purelib'), sysconfig.get_path('platlib')]:\n    try:\n"
            f"        open(path + '/{MARK}.pth', 'w')\n        ans = f'escaped: {{path}}'\n"
            "    except OSError:\n        pass"
        ),
        "library rewritten": _none_opens("r+b", "os.__file__", "sys.executable", "'/etc/ld.so.cache'", "'/etc/passwd'"),
        "file appended to": _none_opens("ab", "os.__file__", "'/etc/hosts'"),
        "directories listed": _none_lists("'/'", "'/etc'", "'/tmp'", "'/proc'", "'/sys'", "'/dev/shm'", "'.'"),
        "homes listed": _none_lists("'/root'", "'/home'", "'/var'"),
        "files of the parent listed": _none_lists("f'/proc/{parent}/fd'", "f'/proc/{parent}/task'", "'/proc/self/fd'"),
        "links of the parent read": _refused("os.readlink(f'/proc/{os.getppid()}/cwd')"),
        "unnamed file": _refused("os.open('/tmp', os.O_TMPFILE | os.O_RDWR)"),
        "temporary file": _refused("tempfile.TemporaryFile()", "tempfile"),
        "file mapped": _refused("m.mmap(os.open('/etc/passwd', os.O_RDONLY), 1, prot=m.PROT_READ)", "mmap as m, os"),
        "database": (
            f"try:\n    import sqlite3\n    sqlite3.connect('/tmp/{MARK}.db').execute('pragma user_version')\n"
            "    ans = 'escaped'\nexcept Exception as error:\n"
            "    names = 'ImportError', 'OperationalError', 'PermissionError'\n"
            "    ans = 'held' if type(error).__name__ in names else repr(error)"
        ),
        "database by name": _refused(f"dbm.dumb.open('/tmp/{MARK}', 'c')", "dbm.dumb"),
        "log file": _refused(f"logging.FileHandler('/tmp/{MARK}.log')", "logging.handlers"),
        "byte code": _refused(f"p.compile(os.__file__, '/tmp/{MARK}.pyc', doraise=True)", "os, py_compile as p"),
        "core file": "import resource as r\nans = 'held' if r.getrlimit(r.RLIMIT_CORE) == (0, 0) else 'escaped'",
        "shared memory": _refused(f"s.SharedMemory('{MARK}', True, 1)", "multiprocessing.shared_memory as s"),
        "shared memory by name": _refused(
            f"p.shm_open('/{MARK}', os.O_CREAT | os.O_RDWR, mode=0o600)", "_posixshmem as p, os"
        ),
        "semaphore": _refused("multiprocessing.Lock()", "multiprocessing"),
        "directory made": _forbidden(f"os.mkdir('/tmp/{MARK}_directory')"),
        "directory removed": _forbidden(f"os.rmdir('/tmp/{MARK}')"),
        "file deleted": _forbidden(f"os.unlink('/tmp/{MARK}')"),
        "file renamed": _forbidden(f"os.rename('/tmp/{MARK}', '/tmp/{MARK}_renamed')"),
        "link": _forbidden(f"os.link('/etc/passwd', '/tmp/{MARK}_link')"),
        "symbolic link": _forbidden(f"os.symlink('/etc/passwd', '/tmp/{MARK}_symbolic_link')"),
        "named pipe": _forbidden(f"os.mkfifo('/tmp/{MARK}_pipe')"),
        "node": _forbidden(f"os.mknod('/tmp/{MARK}_node', 0o600)"),
        "device node": _forbidden(f"os.mknod('/tmp/{MARK}_device', 0o20600, os.makedev(1, 3))"),
        "permissions": _forbidden(f"os.chmod('/tmp/{MARK}', 0o777)"),
        "permissions of an open file": _forbidden("os.fchmod(0, 0o666)"),
        "owner": _forbidden(f"os.chown('/tmp/{MARK}', -1, -1)"),
        "times": _forbidden(f"os.utime('/tmp/{MARK}', (0, 0))"),
        "file cut": _forbidden(f"os.truncate('/tmp/{MARK}', 0)"),
        "attribute": _forbidden(f"os.setxattr('/tmp/{MARK}', 'user.x', b'')"),
        "working directory": _forbidden("os.chdir('/tmp')"),
        "root directory": _forbidden("os.chroot('/tmp')"),
        "pipe": _forbidden("os.pipe()"),
        "pseudoterminal": _refused("os.openpty()"),
        "anonymous file": _forbidden("os.memfd_create('x')"),
    },
)

_UNSHARE_ALL, _SHARED, _HERE = "0x7E020000", f"{KEY}, 4096, 0o1600", "-100, at"

_CALLS: dict[str, tuple[int, int | None, str]] = {
    "clone": (56, 220, "0x800"), "clone3": (435, 435, "0, 0"), "execveat": (322, 281, "-1, at, 0, 0, 0x1000"),
    "eventfd2": (290, 19, "0, 0"), "timerfd_create": (283, 85, "1, 0"), "signalfd4": (289, 74, "-1, at, 8, 0"),
    "inotify_init1": (294, 26, "0"), "fanotify_init": (300, 262, "0, 0"), "epoll_create1": (291, 20, "0"),
    "memfd_secret": (447, 447, "0"), "userfaultfd": (323, 282, "1"), "io_uring_setup": (425, 425, "1, 0"),
    "bpf": (321, 280, "-1, 0, 0"), "perf_event_open": (298, 241, "0, 0, -1, -1, 0"),
    "add_key": (248, 217, "0, 0, 0, 0, -2"), "request_key": (249, 218, "0, 0, 0, 0"),
    "keyctl": (250, 219, "0, -3, 0"), "ptrace of the parent": (101, 117, "0x4206, parent, 0, 0"),
    "ptrace by the parent": (101, 117, "0, 0, 0, 0"), "process_vm_readv": (310, 270, "parent, at, 0, at, 0, 0"),
    "process_vm_writev": (311, 271, "parent, at, 0, at, 0, 0"), "process_madvise": (440, 440, "-1, at, 0, 0, 0"),
    "process_mrelease": (448, 448, "-1, 0"), "pidfd_open": (434, 434, "parent, 0"),
    "pidfd_getfd": (438, 438, "-1, 0, 0"), "pidfd_send_signal": (424, 424, "-1, 0, 0, 0"),
    "kcmp": (312, 272, "parent, parent, 0, 0, 0"), "tkill": (200, 130, "parent, 0"),
    "tgkill": (234, 131, "parent, parent, 0"), "rt_sigqueueinfo": (129, 138, "parent, 0, at"),
    "rt_tgsigqueueinfo": (297, 240, "parent, parent, 0, at"), "sched_setscheduler": (144, 119, "parent, 99, at"),
    "sched_setattr": (314, 274, "parent, 0, 0"), "ioprio_set": (251, 30, "1, parent, 0xFFFF"),
    "migrate_pages": (256, 238, "parent, 0, 0, 0"), "move_pages": (279, 239, "parent, 0, 0, 0, 0, 0"),
    "prlimit64 of the parent": (302, 261, "parent, 7, 0, at"), "prlimit64 of one's own": (302, 261, "0, 7, at, 0"),
    "setrlimit": (160, 164, "7, 0"), "unshare": (272, 97, _UNSHARE_ALL), "setns": (308, 268, "-1, 0"),
    "mount": (165, 40, "0, 0, 0, 0, 0"), "umount2": (166, 39, "0, 0"), "pivot_root": (155, 41, "0, 0"),
    "open_tree": (428, 428, f"{_HERE}, 0"), "move_mount": (429, 429, "-1, 0, -1, 0, 0"), "fsopen": (430, 430, "0, 0"),
    "fspick": (433, 433, f"{_HERE}, 0"), "mount_setattr": (442, 442, "-1, 0, 0, 0, 0"), "fchdir": (81, 50, "-1"),
    "umask": (95, 166, "0o22"), "openat2": (437, 437, f"{_HERE}, 0, 0"),
    "name_to_handle_at": (303, 264, f"{_HERE}, 0, 0, 0"), "open_by_handle_at": (304, 265, "-1, 0, 0"),
    "renameat2": (316, 276, f"{_HERE}, {_HERE}, 0"), "unlinkat": (263, 35, f"{_HERE}, 0"),
    "linkat": (265, 37, f"{_HERE}, {_HERE}, 0"), "symlinkat": (266, 36, f"at, {_HERE}"),
    "mkdirat": (258, 34, f"{_HERE}, 0o700"), "mknodat": (259, 33, f"{_HERE}, 0o600, 0"),
    "fchmodat": (268, 53, f"{_HERE}, 0o700"), "fchownat": (260, 54, f"{_HERE}, -1, -1, 0"),
    "ftruncate": (77, 46, "0, 0"), "fallocate": (285, 47, "1, 0, 0, 1"),
    "copy_file_range": (326, 285, "0, 0, 1, 0, 1, 0"), "splice": (275, 76, "0, 0, 1, 0, 1, 0"),
    "vmsplice": (278, 75, "-1, at, 0, 0"), "fsetxattr": (190, 7, "0, at, at, 0, 0"),
    "getxattr": (191, 8, "at, at, at, 0"), "shmget": (29, 194, _SHARED), "semget": (64, 190, f"{KEY}, 1, 0o1600"),
    "msgget": (68, 186, f"{KEY}, 0o1600"), "mq_open": (240, 180, "at, 0o102, 0o600, 0"),
    "timer_create": (222, 107, "0, 0, 0"), "setuid": (105, 146, "os.getuid()"), "setgid": (106, 144, "os.getgid()"),
    "setgroups": (116, 159, "0, 0"), "setresuid": (117, 147, "-1, -1, -1"), "capset": (126, 91, "0, 0"),
    "prctl PR_SET_PDEATHSIG": (157, 167, "1, 0, 0, 0, 0"), "prctl PR_SET_DUMPABLE": (157, 167, "4, 1, 0, 0, 0"),
    "prctl PR_SET_SECCOMP": (157, 167, "22, 2, 0, 0, 0"),
    "prctl PR_SET_CHILD_SUBREAPER": (157, 167, "36, 1, 0, 0, 0"),
    "prctl PR_SET_NO_NEW_PRIVS": (157, 167, "38, 0, 0, 0, 0"), "seccomp": (317, 277, "1, 0, 0"),
    "landlock_create_ruleset": (444, 444, "0, 0, 1"), "personality": (135, 92, "0xFFFFFFFF"),
    "arch_prctl": (158, None, "0x1003, at"), "modify_ldt": (154, None, "0, at, 0"), "iopl": (172, None, "3"),
    "ioperm": (173, None, "0, 1, 1"), "reboot": (169, 142, "0, 0, 0, 0"), "sethostname": (170, 161, "0, 0xFFFF"),
    "setdomainname": (171, 162, "0, 0xFFFF"), "settimeofday": (164, 170, "1, 0"), "clock_settime": (227, 112, "0, 0"),
    "adjtimex": (159, 171, "0"), "swapon": (167, 224, "0, 0"), "swapoff": (168, 225, "0"),
    "init_module": (175, 105, "0, 0, 0"), "finit_module": (313, 273, "-1, 0, 0"), "delete_module": (176, 106, "0, 0"),
    "kexec_load": (246, 104, "0, 17, 0, 0"), "kexec_file_load": (320, 294, "-1, -1, 0, 0, 0"),
    "quotactl": (179, 60, "-1, 0, 0, 0"), "acct": (163, 89, "at"), "syslog": (103, 116, "10, 0, 0"),
    "mlockall": (151, 230, "0"), "wait4": (61, 260, "-1, 0, 1, 0"), "accept4": (288, 242, "-1, 0, 0, 0"),
}  # fmt: skip
"""Name -> number on x86_64, on aarch64, arguments. Those of `clone` and `reboot` are refused by every kernel.
Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux."""

CALLS = tuple(Attack(f"system call {name}", _call(*call)) for name, call in _CALLS.items())

_MACHINE_CODE = (
    "import ctypes, mmap, os\nif os.uname().machine != 'x86_64':\n    os._exit(0)\n"
    "page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\npage.write({code})\n"
    "done = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()\n"
    "ans = 'held' if done == -38 else f'escaped: {{done}}'"
)

INTERPRETER = (
    Attack(
        "x32 system call",
        _call(0x40000000 + 39, None),
        ("killed", "answered"),  # a kernel without that ABI answers ENOSYS by itself
    ),
    Attack(
        "32-bit system call",
        _MACHINE_CODE.format(code=r"b'\xb8\x14\0\0\0\xcd\x80\xc3'"),  # mov eax, 20 (getpid); int 0x80; ret
        ("killed", "answered", "no_answer"),
    ),
    Attack("crash of the interpreter", "import ctypes\nctypes.string_at(0)", ("killed",)),
    Attack("crash on purpose", "import faulthandler\nfaulthandler._sigsegv()", ("killed", "no_answer")),
    Attack("abort", "import os\nos.abort()", ("killed",)),
    Attack("killed by its own signal", _refused("os.kill(os.getpid(), 9)"), ("answered", "killed")),
    Attack(
        "invalid byte code", "exec(compile('0', '', 'exec').replace(co_code=b'\\xff\\0' * 99))", ("killed", "raised")
    ),
    Attack(
        "None overwritten",
        "import ctypes\nctypes.memset(id(None), 0, 16)\nans = 'held'",
        ("answered", "killed", "no_answer", "raised"),
    ),
    Attack(
        "number overwritten",
        "import ctypes\nctypes.memset(id(7) + 24, 1, 1)\nans = 'held'",
        ("answered", "killed", "no_answer", "raised"),
    ),
    Attack(
        "object's type overwritten",
        "import ctypes\nx = [1]\nctypes.memset(id(x) + 8, 65, 8)\nans = x",
        ("killed",),
    ),
    Attack(
        "patched builtins and modules",
        "import builtins, math\nmath.ceil = lambda x: 0\nbuiltins.str = builtins.len = builtins.sum = None\nans = 1",
        ("raised", "no_answer"),
    ),
    Attack(
        "every builtin removed",
        "import builtins\nans = 'held'\nvars(builtins).clear()",
        ("raised", "no_answer", "killed", "answered"),
    ),
    Attack(
        "every module removed", "import sys\nans = 'held'\nsys.modules.clear()", ("raised", "no_answer", "answered")
    ),
    Attack(
        "module of the answer replaced",
        "import sys\nsys.modules['inspect'] = sys.modules['os'] = None\nans = 'held'",
    ),
    Attack(
        "import replaced",
        "import builtins\nbuiltins.__import__ = lambda *_: None\nans = 'held'",
    ),
    Attack("output closed", "import sys\nsys.stdout.close()\nans = 'held'"),
    Attack("output replaced", "import sys\nsys.stdout = sys.__stdout__ = 7\nans = 'held'"),
    Attack("output detached", "import sys\nsys.stdout.detach()\nprint(1)", ("raised", "no_answer")),
    Attack(
        "trace function that ends the process",
        "import os, sys\nsys.setprofile(lambda *_: os._exit(0))\nprint(1)",
        ("no_answer",),
    ),
    Attack(
        "exit while the answer is made",
        "class A:\n    def __str__(self):\n        raise SystemExit\nans = A()",
        ("raised", "no_answer"),
    ),
    Attack(
        "exit at the exit",
        "import atexit\n@atexit.register\ndef loop():\n    while True:\n        pass\nans = 'held'",
    ),
    Attack(
        "object that comes back",
        "kept = []\nclass A:\n    def __del__(self):\n        kept.append(self)\nx = A()\ndel x\n"
        "ans = 'held' if kept else ''",
    ),
    Attack(
        "generator that does not end",
        "def g():\n    while True:\n        try:\n            yield\n        except BaseException:\n            pass\n"
        "x = g()\nnext(x)\nans = 'held'",
    ),
    Attack(
        "answer that lies about its class",
        "class A:\n    __class__ = int\n    def __str__(self):\n        return 'held'\n    def __eq__(self, other):\n"
        "        return True\nans = A()",
    ),
    Attack(
        "text that lies about itself",
        "class A(str):\n    def __str__(self):\n        return self\n"
        "    def __getitem__(self, _):\n        return self\n    def __len__(self):\n        return 1\n"
        "    def encode(self, *_):\n        return bytes(10**6)\nans = A('x')",
        ("answered", "no_answer", "raised"),
        "x",
    ),
    Attack(
        "error handler that lies",
        "import codecs\ncodecs.register_error('backslashreplace', lambda e: ('held' * 10**6, e.end))\nans = '\\udc80'",
        answer="\\udc80",
    ),
    Attack(
        "variable whose text never ends",
        "class A:\n    def __repr__(self):\n        while True:\n            pass\nx = A()\nans = 'held'",
        ("answered", "timeout"),
    ),
    Attack(
        "variables with odd names",
        "globals().update({'a\\tb\\nc': 1, '\\ud800': 2, 3: 4, '\\0' * 10**5: 5})\nans = 'held'",
    ),
    Attack("variable with a long text", "x = [10**6] * 10**6\ny = {'\\n': '\\t' * 10**6}\nans = 'held'"),
    Attack("answer that is no text", "class A:\n    def __str__(self):\n        return 7\nans = A()", ("raised",)),
    Attack("exception without a text", "class A(Exception):\n    __str__ = None\nraise A", ("raised",)),
    Attack("exception that ends the process", "raise GeneratorExit", ("raised",)),
    Attack("interrupt", "raise KeyboardInterrupt", ("raised",)),
    Attack(
        "environment and locale",
        "import locale, os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()\nlocale.setlocale(locale.LC_ALL, 'C')\n"
        "ans = 'held'",
    ),
)
"""Aimed at the interpreter that the runner shares with the program; it may destroy itself and nothing else."""


def _numeric(what: str, imports: str = "os") -> str:
    """`_refused`, in the zygote that has the scientific modules loaded, where these are installed."""
    tried = _refused(what, imports).replace("\n", "\n    ")
    loaded = f"try:\n    import numpy\n    x = numpy.ones(9).sum()\nexcept ImportError:\n    ans = '{HELD}'\n"
    return f"{loaded}else:\n    {tried}"


SCIENTIFIC = (
    *_all(
        {
            "numpy: file read": _numeric("numpy.fromfile('/etc/passwd', 'u1')"),
            "numpy: file written": _numeric(f"numpy.save('/tmp/{MARK}_array', x)"),
            "numpy: file mapped": _numeric(f"numpy.memmap('/tmp/{MARK}_map', mode='w+', shape=9)"),
            "numpy: fork": _numeric("[os.fork() for _ in range(8)]"),
            "numpy: thread": _numeric("threading.Thread(target=print).start()", "threading"),
            "numpy: socket": _numeric("socket.socket()", "socket"),
            "numpy: kill the parent": _numeric("os.kill(os.getppid(), 9)"),
        }
    ),
    Attack("numpy: memory", "import numpy\nx = numpy.ones(10**11)", ("memory", "raised")),
    Attack(
        "numpy: endless loop",
        "import numpy\nx = numpy.ones((3000, 3000))\nwhile True:\n    x = numpy.linalg.inv(x + numpy.eye(3000))",
        ("timeout", "memory", "raised"),
    ),
)

ATTACKS = (
    *LOOPS,
    *SLEEPERS,
    *MEMORY,
    *OUTPUT,
    *RECORDS,
    *PROCESSES,
    *NETWORK,
    *FILES,
    *CALLS,
    *INTERPRETER,
    *SCIENTIFIC,
)
