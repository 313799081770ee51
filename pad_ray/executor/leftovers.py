"""Programs that try to leave something behind for the next one in their process, each with a witness. Data only.

A witness is an innocent program that passes the gate (`gate.py`) and answers `expected` unless something was left. What
becomes of the leaver does not matter: most are not admitted to a shared process at all, and some of those that are do
nothing that is not allowed. `tests/attacks` runs the pairs in one interpreter without a gate, where most do their harm.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leftover:
    """A program, and the innocent one after it with its right answer."""

    name: str
    code: str
    witness: str
    expected: str


def _spoil(witness: str, expected: str, leavers: dict[str, str]) -> tuple[Leftover, ...]:
    return tuple(Leftover(name, code, witness, expected) for name, code in leavers.items())


CEIL = _spoil(
    "import math\nans = math.ceil(-2.5)",
    "-2",
    {
        "attribute of a module": "import math\nmath.ceil = abs",
        "attribute deleted": "import math\ndel math.ceil",
        "attribute by setattr": "import math\nsetattr(math, 'ceil', abs)",
        "attribute by delattr": "import math\ndelattr(math, 'ceil')",
        "attribute by vars": "import math\nvars(math)['ceil'] = abs",
        "attribute by __dict__": "import math\nmath.__dict__['ceil'] = abs",
        "attribute by getattr": "import math\ngetattr(math, '__di' + 'ct__')['ceil'] = abs",
        "attribute by object": "import math\ntype(math).__setattr__(math, 'ceil', abs)",
        "attribute by exec": "import math\nexec('math.ceil = abs')",
        "attribute by eval": "eval('__import__(\"math\").__dict__').update(ceil=abs)",
        "attribute by __import__": "__import__('math').ceil = abs",
        "attribute by importlib": "import importlib\nimportlib.import_module('math').ceil = abs",
        "target of a for": "import math\nfor math.ceil in [abs]:\n    pass",
        "target of a comprehension": "import math\n[0 for math.ceil in [abs]]",
        "target of a with": "import contextlib, math\nwith contextlib.nullcontext(abs) as math.ceil:\n    pass",
        "target of an unpacking": "import math\n(math.ceil, x), *y = (abs, 1), 2",
        "starred target": "import math\nx, *math.tau = 1, 2\n[math.ceil] = [abs]",
        "annotated target": "import math\nmath.ceil: int = abs",
        "target of several": "import math\nx = math.ceil = y = abs",
        "attribute by a decorator": "import math\n@lambda f: setattr(math, 'ceil', f)\ndef f(x):\n    return 0",
        "attribute by a default": "import math\nlambda x=setattr(math, 'ceil', abs): x",
        "attribute by an f-string": "import math\nf'{setattr(math, \"ceil\", abs)}'",
        "attribute by a class body": "import math\nclass A:\n    math.ceil = abs",
        "attribute by a metaclass": (
            "import math\nclass M(type):\n    def __init__(self, *_):\n        math.ceil = abs\n"
            "class A(metaclass=M):\n    pass"
        ),
        "attribute by a descriptor": (
            "import math\nclass A:\n    def __set_name__(self, *_):\n        math.ceil = abs\ntype('B', (), {'x': A()})"
        ),
        "attribute by an annotation": "import math\nx: setattr(math, 'ceil', abs) = 1",
        "attribute by a sort key": "import math\nsorted([abs], key=lambda f: setattr(math, 'ceil', f))",
        "attribute by map": "import math\nlist(map(setattr, [math], ['ceil'], [abs]))",
        "attribute by partial": "import functools, math\nfunctools.partial(setattr, math, 'ceil', abs)()",
        "attribute by reduce": "import functools, math\nfunctools.reduce(getattr, ['__dict__'], math).update(ceil=abs)",
        "attribute by update_wrapper": (
            "import collections, functools, math\nN = collections.namedtuple('N', 'ceil')\n"
            "functools.update_wrapper(math, N(abs), assigned=('ceil',), updated=())"
        ),
        "attribute by wraps": (
            "import collections, functools, math\nN = collections.namedtuple('N', 'ceil')\n"
            "functools.wraps(N(abs), ('ceil',), ())(math)"
        ),
        "attribute by attrgetter": "import math, operator\noperator.attrgetter('__dict__')(math).update(ceil=abs)",
        "attribute by methodcaller": "import math, operator\noperator.methodcaller('__setattr__', 'ceil', abs)(math)",
        "attribute by setitem": "import math, operator\noperator.setitem(vars(math), 'ceil', abs)",
        "attribute by ior": "import math, operator\noperator.ior(vars(math), {'ceil': abs})",
        "attribute by a formatter's field": (
            "import math, string\nstring.Formatter().get_field('0.__dict__', [math], {})[0].update(ceil=abs)"
        ),
        "attribute by a chain of maps": "import collections, math\ncollections.ChainMap(vars(math))['ceil'] = abs",
        "attribute by the collector": (
            "import gc, math\nfor d in gc.get_referents(math):\n    if isinstance(d, dict):\n        d['ceil'] = abs"
        ),
        "attribute by a frame": (
            "import math, sys\nf = sys._getframe()\nwhile f:\n    if 'math' in f.f_globals:\n"
            "        f.f_globals['math'].ceil = abs\n    f = f.f_back"
        ),
        "attribute by a module's module": "import statistics\nstatistics.math.ceil = abs",
        "module replaced": "import sys, types\nsys.modules['math'] = types.SimpleNamespace(ceil=abs)",
        "module replaced by a module's module": (
            "import fractions, random\nfractions.sys.modules['math'] = random\nrandom.ceil = abs"
        ),
        "import replaced": ("import builtins, types\nbuiltins.__import__ = lambda *_: types.SimpleNamespace(ceil=abs)"),
        "attribute when collected": (
            "import math\nclass A:\n    def __del__(self):\n        math.ceil = abs\nx = A()\ndel x"
        ),
        "attribute when a generator is closed": (
            "import math\ndef g():\n    try:\n        yield\n    finally:\n        math.ceil = abs\n"
            "x = g()\nnext(x)\ndel x"
        ),
        "attribute when a weak reference dies": (
            "import math, weakref\nx = {1}\ny = weakref.ref(x, lambda _: setattr(math, 'ceil', abs))\ndel x"
        ),
        "attribute by a trace function": (
            "import math, sys\ndef spoil(*_):\n    math.ceil = abs\nsys.setprofile(spoil)\nprint()"
        ),
    },
)

NUMBERS = (
    *_spoil(
        "import math\nans = math.pow(2, 3)",
        "8.0",
        {
            "dictionary by update_wrapper": (
                "import functools, math, operator\nfunctools.update_wrapper(math, operator, (), ('__dict__',))"
            ),
            "dictionary updated": "import math, operator\nvars(math).update(vars(operator))",
        },
    ),
    *_spoil(
        "import math\nans = round(math.pi + math.e, 3)",
        "5.86",
        {
            "augmented attribute": "import math\nmath.pi += 1",
            "constant in a comprehension": "import math\n{math.e: 0 for math.e in (3, 4)}",
            "constant by a walrus": "import math\nmath.__dict__['e'] = (x := 3)",
        },
    ),
    *_spoil(
        "from decimal import Decimal\nans = Decimal(1) / Decimal(3)",
        "0." + "3" * 28,
        {
            "precision": "import decimal\ndecimal.getcontext().prec = 3",
            "context": "import decimal\ndecimal.setcontext(decimal.Context(prec=3))",
            "context by its constructor": "from decimal import *\nsetcontext(Context(3))",
            "trap": "import decimal\ndecimal.getcontext().traps[decimal.Inexact] = True",
            "trap by update": "import decimal\ndecimal.getcontext().traps.update({decimal.Inexact: True})",
            "context that was entered": (
                "import decimal\ndef g():\n    with decimal.localcontext() as c:\n        c.prec = 3\n        yield\n"
                "x = g()\nnext(x)\nimport gc\ngc.garbage.append(x)"
            ),
            "precision by a context variable": (
                "import decimal, contextvars\nfor v, c in contextvars.copy_context().items():\n    c.prec = 3\n"
                "decimal.getcontext().prec = 3"
            ),
        },
    ),
    *_spoil(
        "from decimal import Decimal\nans = Decimal('2.5').quantize(Decimal('1'))",
        "2",
        {
            "rounding": "import decimal\ndecimal.getcontext().rounding = decimal.ROUND_UP",
            "rounding by a context": "import decimal\ndecimal.setcontext(decimal.Context(rounding=decimal.ROUND_UP))",
        },
    ),
    *_spoil(
        "from fractions import Fraction\nans = Fraction(1, 2) + Fraction(1, 3)",
        "5/6",
        {
            "method of a class": "import fractions\nfractions.Fraction.__add__ = lambda a, b: 0",
            "method by type": "import fractions\ntype.__setattr__(fractions.Fraction, '__str__', lambda self: '0')",
            "method by the collector": (
                "import gc, fractions\nd = gc.get_referents(fractions.Fraction.__dict__)[0]\n"
                "d['__add__'] = lambda a, b: 0\nimport ctypes\n"
                "ctypes.pythonapi.PyType_Modified(ctypes.py_object(fractions.Fraction))"
            ),
            "method by update_wrapper": (
                "import fractions, functools, types\n"
                "functools.update_wrapper(fractions.Fraction, types.SimpleNamespace(__str__=repr), ('__str__',), ())"
            ),
            "function of a module's module": "import fractions\nfractions.math.gcd = lambda *_: 5",
        },
    ),
    *_spoil(
        "ans = (5).bit_length() + 7 - 3",
        "7",
        {
            "number overwritten": "import ctypes\nctypes.memset(id(7) + 24, 1, 1)",
            "method of int": (
                "import ctypes, gc\ngc.get_referents(int.__dict__)[0]['bit_length'] = lambda _: 0\n"
                "ctypes.pythonapi.PyType_Modified(ctypes.py_object(int))"
            ),
        },
    ),
    *_spoil(
        "x, y = 0.1, 0.2\nans = x + y",
        "0.30000000000000004",
        {
            "rounding of floats": (
                "import ctypes, ctypes.util, os\nm = ctypes.CDLL(ctypes.util.find_library('m') or 'libm.so.6')\n"
                "m.fesetround({'x86_64': 0x400, 'aarch64': 0x800000}.get(os.uname().machine, 0))"
            ),
        },
    ),
    *_spoil(
        "import statistics\nans = statistics.mean([1, 2, 3, 6])",
        "3",
        {
            "function of a module": "import statistics\nstatistics.mean = max",
            "private function of a module": "import statistics\nstatistics._convert = lambda *_: 0",
        },
    ),
    *_spoil(
        "ans = len(str(10 ** 3000))",
        "3001",
        {
            "limit on digits": "import sys\nsys.set_int_max_str_digits(640)",
            "limit on digits by a module's module": "import fractions\nfractions.sys.set_int_max_str_digits(640)",
        },
    ),
)

RANDOM = (
    *_spoil(
        "import random\nans = random.random()",
        "0.8444218515250481",
        {
            "seed": "import random\nrandom.seed(1)",
            "numbers drawn": "import random\nans = [random.random() for _ in range(9)]",
            "state": "import random\nrandom.setstate(random.Random(3).getstate())",
            "random replaced": "import random\nrandom.random = lambda: 0",
            "seeding replaced": "import random\nrandom.seed = lambda *_: None\nrandom.random()",
            "seed of a module's module": "import statistics\nstatistics.random.seed(1)",
            "seed by another name": "from statistics import random as r\nr.seed(1)",
        },
    ),
    *_spoil(
        "import \uff52andom as r\nans = r.randint(1, 10**9)",
        "906691060",
        {"seed, where the witness spells the module in other letters": "import random\nrandom.seed(1)"},
    ),
    *_spoil(
        "import random\nans = random.gauss(0, 1)",
        "0.9417154046806644",
        {"half a pair of normal numbers": "import random\nrandom.gauss(0, 1)\nrandom.seed = lambda *_: None"},
    ),
    *_spoil(
        "import random\nx = [1, 2, 3, 4, 5]\nrandom.shuffle(x)\nans = x",
        "[3, 2, 1, 5, 4]",
        {"shuffle replaced": "import random\nrandom.shuffle = list.sort"},
    ),
)

NAMES = (
    *_spoil(
        "ans = sum([1, 2, 3]) + len('pad')",
        "9",
        {
            "builtin": "import builtins\nbuiltins.sum = max",
            "builtin by __builtins__": (
                "b = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)\nb['sum'] = max"
            ),
            "builtin by a function": "def f():\n    pass\nf.__globals__['__builtins__']['sum'] = max",
            "builtin by a builtin": "print.__self__.sum = max",
            "builtin deleted": "import builtins\ndel builtins.len",
            "builtin by globals": "globals()['__builtins__']['sum'] = max",
            "builtins imported": "import builtins as __builtins__\n__builtins__.sum = max",
            "builtin by the collector": (
                "import gc\nfor d in gc.get_objects():\n    if type(d) is dict and d.get('sum') is sum:\n"
                "        d['sum'] = max"
            ),
            "global of the same name": "global sum\nsum = max\nfrom operator import *",
            "exception of the same name": "try:\n    1 / 0\nexcept ZeroDivisionError as len:\n    pass",
            "module of the same name": "import math as sum, random as len",
            "name in a mutable default": "def f(x=[]):\n    x.append(1)\n    return x\nf()\nans = f()",
            "builtins replaced": "__builtins__ = {'sum': max}",
            "type with the name of a builtin": "sum = type('sum', (), {'__new__': lambda *_: 0})\nans = sum()",
        },
    ),
    *_spoil(
        "print(7)",
        "7",
        {
            "answer": "ans = 99",
            "entry point": "def solution():\n    return 99",
            "entry point, second name": "def solver():\n    return 99",
            "answer by globals": "globals()['ans'] = 99",
            "answer by the main module": "import __main__\n__main__.ans = 99",
            "half a line": "print(99, end='')",
            "line not flushed": "import sys\nsys.stdout.write('99')\n1 / 0",
            "line in the buffer": "import sys\nsys.stdout.buffer.write(b'99')",
            "output replaced": "import io, sys\nsys.stdout = io.StringIO()",
            "output by builtins": "import builtins\nbuiltins.print = lambda *_: None",
            "output closed": "import sys\nsys.stdout.close()",
            "output detached": "import sys\nsys.stdout.detach()",
            "output in other letters": "import sys\nsys.stdout.reconfigure(encoding='utf-16')",
            "exit within a function": "def f():\n    exit()\nf()",
            "exit replaced": "import builtins\nbuiltins.str = lambda _: '99'",
            "coroutine that is not awaited": "async def f():\n    return 99\nx = f()",
            "exception with its frames": "def f():\n    x = f\n    raise ValueError(x, f)\nf()",
            "text that reads attributes": "print('{0.__self__}'.format(print), '{x}'.format_map({'x': 99}))",
            "warning made an error": "import warnings\nwarnings.simplefilter('error')\nprint('\\\\d')",
        },
    ),
    *_spoil(
        "print(7)\nx = [[i] for i in range(100000)]",
        "7",
        {
            "generator that prints when it is closed": (
                "def g():\n    try:\n        yield\n    finally:\n        print(99)\n"
                "x = g()\nnext(x)\ny = [x]\ny.append(y)"
            ),
            "object that prints when it is collected": (
                "class A:\n    def __del__(self):\n        print(99)\nx = A()\nx.x = x"
            ),
            "collector callback that prints": "import gc\ngc.callbacks.append(lambda *_: print(99))",
            "collector callback that raises": (
                "import gc, sys\ndef f(*_):\n    sys.modules['__main__'].ans = 99\n"
                "    sys.setprofile(lambda *_: 1 / 0)\ngc.callbacks.append(f)"
            ),
        },
    ),
    *_spoil(
        "print('.' * 40000)\nprint(7)",
        "7",
        {
            "output counted twice": "print('.' * 40000)\nans = 1",
            "output counted twice, not flushed": "print('.' * 40000, end='')",
            "output counted twice, in a buffer": "for _ in range(4000):\n    print('.' * 9)",
        },
    ),
)

LIMITS = (
    *_spoil(
        "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nans = f(900)",
        "900",
        {
            "recursion": "def f():\n    return f()\nf()",
            "recursion while sorting": "def f(x):\n    return sorted([x], key=f)\nf(1)",
            "recursion of a repr": "x = []\nfor _ in range(10**5):\n    x = [x]\nans = x",
            "recursion limit": "import sys\nsys.setrecursionlimit(200)",
            "recursion limit by a module's module": "import fractions\nfractions.sys.setrecursionlimit(200)",
            "trace function": "import sys\nsys.setprofile(lambda *_: 1 / 0)",
            "generators within generators": (
                "def g(n):\n    yield n\n    yield from g(n + 1)\nx = g(0)\nfor y in x:\n    ans = y"
            ),
        },
    ),
    *_spoil(
        "ans = len(bytes(90 * 2**20))",
        "94371840",
        {
            "memory": "x = bytes(90 * 2**20)",
            "memory in a cycle": "x = [bytes(90 * 2**20)]\nx.append(x)\nans = 1",
            "memory in a function": "def f(x=bytes(90 * 2**20)):\n    return f\nans = 1",
            "memory in a generator": "def g(x):\n    yield x\nx = g(bytes(90 * 2**20))\nnext(x)",
            "memory in an exception": "def f(x):\n    raise ValueError(x)\nf(bytes(90 * 2**20))",
            "memory in a cache": (
                "import functools\nf = functools.lru_cache(bytes)\nx = f(90 * 2**20)\ny = [f]\ny.append(y)"
            ),
            "memory limit": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**26, 2**26))",
            "collector switched off": "import gc\ngc.disable()\nx = [bytes(90 * 2**20)]\nx.append(x)",
            "memory in a module": "import math\nmath.x = bytes(90 * 2**20)",
            "memory until there is none": "x = []\nwhile True:\n    x.append(bytes(2**22))",
        },
    ),
    *_spoil(
        "ans = sum(i * i for i in range(1000))",
        "332833500",
        {
            "iterators within iterators": "x = iter([])\nfor _ in range(3 * 10**5):\n    x = map(abs, x)",
            "iterators within iterators in a cycle": (
                "x = iter([])\nfor _ in range(3 * 10**5):\n    x = map(abs, x)\ny = [x]\ny.append(y)\nx = 0"
            ),
            "tuples within tuples": "x = ()\nfor _ in range(10**5):\n    x = (x,)",
            "endless loop": "while True:\n    pass",
            "crash": "import ctypes\nctypes.string_at(0)",
            "exit": "import os\nos._exit(0)",
            "deep expression": "ans = eval('1' + '+1' * 5000)",
            "alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001)",
            "exit of the next": "import atexit, os\natexit.register(os._exit, 1)",
        },
    ),
)

LIBRARY = (
    *_spoil(
        "import re\nans = re.findall('a+', 'aab')",
        "['aa']",
        {
            "pattern in the cache": (
                "import re\nre._cache[str, 'a+', 0] = re.compile('b')\nif hasattr(re, '_cache2'):\n"
                "    re._cache2[str, 'a+', 0] = re.compile('b')"
            ),
            "compilation replaced": "import re\nre._compile = lambda *_: re.Scanner([])",
            "function of re": "import re\nre.findall = lambda *_: []",
            "many patterns": "import re\nans = [re.compile(f'{i}') for i in range(600)][0].pattern",
            "patterns purged": "import re\nre.purge()",
            "flag": "import re\nre.RegexFlag.IGNORECASE._value_ = 0\nre.findall = re.split",
        },
    ),
    *_spoil(
        "from collections import Counter\nans = Counter('aab').most_common(1)",
        "[('a', 2)]",
        {
            "method of Counter": "import collections\ncollections.Counter.most_common = lambda *_: []",
            "method of Counter by wraps": (
                "import collections, functools\nN = collections.namedtuple('N', 'most_common')\n"
                "functools.wraps(N(lambda *_: 0), ('most_common',), ())(collections.Counter)"
            ),
            "class replaced": "import collections\ncollections.Counter = collections.OrderedDict",
            "helper of Counter": "import collections\ncollections._count_elements = lambda *_: None",
        },
    ),
    *_spoil(
        "import functools, itertools, operator\nans = functools.reduce(operator.mul, itertools.chain([1], [2, 3]))",
        "6",
        {
            "function of operator": "import operator\noperator.mul = max",
            "function of functools": "import functools\nfunctools.reduce = lambda *_: 0",
            "iterator of itertools": "import itertools\nitertools.chain = zip",
            "shared iterator": "import itertools\nitertools.chain = itertools.cycle([]).__class__",
        },
    ),
    *_spoil(
        "import heapq, bisect\nx = [5, 1, 4]\nheapq.heapify(x)\nans = [heapq.heappop(x), bisect.bisect([1, 2, 3], 2)]",
        "[1, 2]",
        {
            "function of heapq": "import heapq\nheapq.heappop = max",
            "function of bisect": "import bisect\nbisect.bisect = lambda *_: 0",
        },
    ),
    *_spoil(
        "import string\nans = string.ascii_lowercase[:3] + string.digits[-1]",
        "abc9",
        {
            "constant of string": "import string\nstring.digits = '0'",
            "constant by an augmented assignment": "import string\nstring.digits += '0'",
        },
    ),
    *_spoil(
        "import copy\nx = [[1], [2]]\ny = copy.deepcopy(x)\ny[0].append(3)\nans = x",
        "[[1], [2]]",
        {
            "function of copy": "import copy\ncopy.deepcopy = list",
            "table of copy": "import copy\ncopy._deepcopy_dispatch[list] = lambda x, _: x",
        },
    ),
    *_spoil(
        "import datetime\nx = datetime.datetime.strptime('2 February 2024', '%d %B %Y')\n"
        "ans = (x + datetime.timedelta(days=28)).isoformat()",
        "2024-03-01T00:00:00",
        {
            "class of datetime": "import datetime\ndatetime.timedelta = lambda days: days",
            "names of months": (
                "import calendar, _strptime\ncalendar.month_name = [''] * 13\n_strptime._TimeRE_cache = 0"
            ),
            "cache of strptime": (
                "import _strptime, re\n"
                "_strptime._regex_cache['%d %B %Y'] = re.compile('(?P<d>2) (?P<B>February) (?P<Y>202)(?P<y>4)')"
            ),
            "time zone": "import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()",
            "locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C')",
        },
    ),
    *_spoil(
        "from typing import List, Sequence\ndef f(x: List[int]) -> int:\n    return len(x)\n"
        "ans = [f([1, 2]), isinstance(3, Sequence)]",
        "[2, False]",
        {
            "class registered": "import collections.abc\ncollections.abc.Sequence.register(int)",
            "class registered by typing": "import typing\ntyping.Sequence.register(int)",
            "type of typing": "import typing\ntyping.List = None",
            "cache of typing": "import typing\nans = [typing.List[typing.Literal[i]] for i in range(300)][0]",
        },
    ),
    *_spoil(
        "import fractions, decimal, statistics, datetime, random\nans = statistics.median([3, 1, 2])",
        "2",
        {
            f"modules imported {left} calls from the limit": (
                "def f(n):\n    if n:\n        return f(n - 1)\n    import statistics, decimal, datetime, random\n"
                f"    return statistics.median([3, 1, 2])\nans = f({1000 - left})"
            )
            for left in (20, 30, 45, 60, 80)
        },
    ),
)

LEFTOVERS = (*CEIL, *NUMBERS, *RANDOM, *NAMES, *LIMITS, *LIBRARY)
