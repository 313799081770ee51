"""Which programs may share a process: an allow-list over what a program compiles to. Pure; runs in the confined child.

A program that passes leaves nothing behind for the next one in its process: it can bind names only in its own namespace
and change only objects that it made itself. It has no classes, no attribute stores, no exception handlers, no double
underscores, and only vetted operations, attributes, builtins and modules. Whatever is not listed here is refused, which
costs the program a process of its own and nothing else.

The list is over the code object, not the syntax tree: the code object is what runs, it is there anyway, and reading it
takes a tenth of what making and walking a tree of Python objects takes. Operations are listed by name, so a version of
Python with new ones refuses them until they are vetted. Standard library only; loaded by path into the zygote.
"""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would make every fork of the zygote dearer
    from collections.abc import Iterable, Iterator
    from types import CodeType

NOTHING: frozenset[str] = frozenset()

OPERATIONS = """
    CACHE NOP RESUME POP_TOP PUSH_NULL COPY SWAP EXTENDED_ARG PRECALL CALL KW_NAMES CALL_FUNCTION_EX RETURN_VALUE
    RETURN_CONST RETURN_GENERATOR YIELD_VALUE GET_ITER FOR_ITER END_FOR JUMP_FORWARD JUMP_BACKWARD
    JUMP_BACKWARD_NO_INTERRUPT JUMP_IF_FALSE_OR_POP JUMP_IF_TRUE_OR_POP POP_JUMP_IF_TRUE POP_JUMP_IF_FALSE
    POP_JUMP_IF_NONE POP_JUMP_IF_NOT_NONE POP_JUMP_FORWARD_IF_TRUE POP_JUMP_FORWARD_IF_FALSE POP_JUMP_FORWARD_IF_NONE
    POP_JUMP_FORWARD_IF_NOT_NONE POP_JUMP_BACKWARD_IF_TRUE POP_JUMP_BACKWARD_IF_FALSE POP_JUMP_BACKWARD_IF_NONE
    POP_JUMP_BACKWARD_IF_NOT_NONE UNARY_POSITIVE UNARY_NEGATIVE UNARY_NOT UNARY_INVERT BINARY_OP BINARY_SUBSCR
    BINARY_SLICE STORE_SUBSCR STORE_SLICE DELETE_SUBSCR COMPARE_OP IS_OP CONTAINS_OP LOAD_CONST LOAD_NAME STORE_NAME
    DELETE_NAME LOAD_GLOBAL STORE_GLOBAL DELETE_GLOBAL LOAD_FAST LOAD_FAST_CHECK LOAD_FAST_AND_CLEAR STORE_FAST
    DELETE_FAST MAKE_CELL COPY_FREE_VARS LOAD_CLOSURE LOAD_DEREF STORE_DEREF DELETE_DEREF MAKE_FUNCTION BUILD_TUPLE
    BUILD_LIST BUILD_SET BUILD_MAP BUILD_CONST_KEY_MAP BUILD_STRING BUILD_SLICE LIST_APPEND LIST_EXTEND LIST_TO_TUPLE
    SET_ADD SET_UPDATE MAP_ADD DICT_UPDATE DICT_MERGE FORMAT_VALUE UNPACK_SEQUENCE UNPACK_EX GET_LEN MATCH_MAPPING
    MATCH_SEQUENCE MATCH_KEYS LOAD_ASSERTION_ERROR RAISE_VARARGS RERAISE SETUP_ANNOTATIONS
"""
"""Arithmetic, containers, names, calls, functions, loops. RERAISE alone handles nothing: Python 3.12 puts it at the end
of every comprehension; a handler begins with PUSH_EXC_INFO, which is not here."""

LOOKED_INTO = "LOAD_ATTR LOAD_METHOD IMPORT_NAME IMPORT_FROM CALL_INTRINSIC_1"
"""Operations that are vetted by their argument."""

INTRINSICS = (3, 5, 6)
"""Arguments of CALL_INTRINSIC_1 in Python 3.12: StopIteration in a generator, unary plus, list to tuple. Not 2, which
is `from m import *`."""

BUILTINS = """
    abs all any bin bool bytes callable chr complex dict divmod enumerate filter float format frozenset hex int
    isinstance iter len list map max min next oct ord pow print range repr reversed round set slice sorted str sum tuple
    zip True False None Ellipsis NotImplemented ArithmeticError AssertionError AttributeError Exception
    FloatingPointError IndexError KeyError LookupError NameError NotImplementedError OverflowError RuntimeError
    StopIteration TypeError UnboundLocalError ValueError ZeroDivisionError
"""
"""Builtins that a program may name. Not `type` (makes classes), `getattr`, `hash` and `id` (differ from run to run)."""

OWN_DUNDERS = frozenset(("__name__", "__annotations__", "__doc__"))
"""Names of the program's own namespace that it may read."""

MODULES = """
    bisect collections copy datetime decimal fractions functools heapq itertools math operator random re statistics
    string typing
"""

ATTRIBUTES = """
    append clear copy count extend index insert pop remove reverse sort
    fromkeys get items keys popitem setdefault update values
    add difference difference_update discard intersection intersection_update isdisjoint issubset issuperset
    symmetric_difference symmetric_difference_update union
    capitalize casefold center endswith expandtabs find isalnum isalpha isascii isdecimal isdigit isidentifier islower
    isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix
    replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper
    zfill
    as_integer_ratio bit_count bit_length conjugate denominator imag is_integer limit_denominator numerator real
    acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs
    factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10
    log1p log2 modf nan nextafter perm pi prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp
    Counter OrderedDict defaultdict deque appendleft elements extendleft maxlen most_common move_to_end popleft rotate
    subtract total
    accumulate batched chain combinations combinations_with_replacement compress cycle dropwhile filterfalse
    from_iterable groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
    cache cmp_to_key lru_cache partial reduce
    and_ concat contains countOf eq floordiv ge getitem gt indexOf inv invert itemgetter le lt matmul mod mul ne neg
    not_ or_ pos pow sub truediv truth xor
    bisect bisect_left bisect_right insort insort_left insort_right
    heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest
    deepcopy
    Fraction Decimal ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP is_nan
    is_zero ln normalize quantize to_integral_value
    date datetime day days fold hour isocalendar isoformat isoweekday microsecond microseconds minute month second
    seconds strptime time timedelta timetuple toordinal total_seconds weekday year
    betavariate choice choices expovariate gauss normalvariate randint random randrange sample seed shuffle triangular
    uniform
    ASCII DOTALL I IGNORECASE M MULTILINE S VERBOSE X compile end escape findall finditer fullmatch group groupdict
    groups match search span start sub subn
    fmean geometric_mean harmonic_mean mean median median_high median_low mode multimode pstdev pvariance quantiles
    stdev variance
    ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation whitespace
    Any Callable Dict FrozenSet Generator Iterable Iterator List Literal Mapping Optional Sequence Set Tuple Union
"""
"""Attributes that a program may read, of whatever object: each was looked at on every type and module that has it. Not
`format` (reads any attribute through its text), `namedtuple` (a class), `now` and `today` (differ from run to run)."""


_NAME_ARGUMENT_SHIFT = {"LOAD_GLOBAL": (3, 11), "LOAD_ATTR": (3, 12)}
"""Operations whose lowest argument bit is a flag and no part of the name's index, and the version since which it is."""


class Gate:
    """The lists made ready for the running version of Python."""

    def __init__(self, known: dict[str, int], scientific: tuple[str, ...] = ()) -> None:
        """`known` is this Python's `opcode.opmap`, not imported here since every fork of the zygote would pay for it.
        `scientific`: installed modules that are slow to import and that only the scientific zygote has loaded."""
        self._names = {number: name for name, number in known.items()}
        self._import, self._extended = known["IMPORT_NAME"], known["EXTENDED_ARG"]
        self._plain = frozenset(known[name] for name in OPERATIONS.split() if name in known)
        self._looked_into = {known[name]: name for name in LOOKED_INTO.split() if name in known}
        self._allowed = self._plain | self._looked_into.keys()
        self._by_name = {
            known[name] for name in known if name in OPERATIONS.split() and name.endswith(("_NAME", "_GLOBAL"))
        }
        self._shift = {known[name]: 1 for name, since in _NAME_ARGUMENT_SHIFT.items() if sys.version_info >= since}
        self._attributes = frozenset(ATTRIBUTES.split())
        self._modules = frozenset(MODULES.split())
        self._refused = frozenset(dir(builtins)) - frozenset(BUILTINS.split()) - OWN_DUNDERS
        self._refused |= {"exit", "quit", "copyright", "credits", "license", "help"}
        self._scientific = frozenset(scientific)

    def look(self, code: CodeType) -> tuple[str, frozenset[str]]:
        """-> why the program may not share a process (empty if it may), and the modules it imports for nothing, which
        need not be loaded to run it."""
        dead = NOTHING
        parts = [code]
        for part in parts:
            operations = frozenset(part.co_code[::2])
            if operations <= self._plain:
                variables: Iterable[str] = part.co_names
            elif operations <= self._allowed:
                if not dead and self._scientific and self._import in operations:
                    dead = self._dead_imports(code)
                reason, variables = self._inside(part, dead)
                if reason:
                    return reason, NOTHING
            else:
                return "operation " + self._names[min(operations - self._allowed)], NOTHING
            if not self._refused.isdisjoint(variables):
                return "name " + min(self._refused.intersection(variables)), NOTHING
            for name in variables:
                if "__" in name and name not in OWN_DUNDERS:
                    return "name " + name, NOTHING
            for constant in part.co_consts:
                if type(constant) is type(code):
                    parts.append(constant)
        return "", dead

    def imports(self, code: CodeType) -> set[str]:
        """The top-level packages that `code`, or a function in it, names in an import statement."""
        return {
            part.co_names[argument].partition(".")[0]
            for part in _parts(code)
            for operation, argument in self._decoded(part.co_code)
            if operation == self._import
        }

    def names(self, code: CodeType, name: str) -> bool:
        """Whether `code`, or a function in it, names `name`: however its letters are written in the source."""
        return any(name in part.co_names for part in _parts(code))

    def _inside(self, part: CodeType, dead: frozenset[str]) -> tuple[str, set[str]]:
        """-> why `part` is refused, and the names that it uses as variables."""
        variables: set[str] = set()
        for operation, argument in self._decoded(part.co_code):
            kind = self._looked_into.get(operation)
            if kind == "CALL_INTRINSIC_1":
                if argument not in INTRINSICS:
                    return f"intrinsic {argument}", variables
            elif kind is not None:
                name = part.co_names[argument >> self._shift.get(operation, 0)]
                if kind == "IMPORT_NAME":
                    if name not in self._modules and name not in dead:
                        return "module " + name, variables
                elif name not in self._attributes:
                    return "attribute " + name, variables
            elif operation in self._by_name:
                variables.add(part.co_names[argument >> self._shift.get(operation, 0)])
        return "", variables

    def _dead_imports(self, code: CodeType) -> frozenset[str]:
        """Scientific modules that are only imported whole (`import m`, `import m as n`), under a name never read."""
        bound: list[tuple[str, str]] = []
        read: set[str] = set()
        for part in _parts(code):
            module = ""
            for operation, argument in self._decoded(part.co_code):
                kind = self._names[operation]
                if kind == "IMPORT_NAME":
                    module = part.co_names[argument]
                elif kind.startswith("STORE_") and module:
                    bound.append((module, self._variable(part, operation, argument)))
                    module = ""
                elif module:  # `from m import a`, `import m.n as a`
                    bound.append((module, ""))
                    read.add("")
                    module = ""
                elif kind.startswith(("LOAD_", "DELETE_")):
                    read.add(self._variable(part, operation, argument))
        alive = {module for module, name in bound if name in read}
        return frozenset(module for module, _ in bound if module in self._scientific and module not in alive)

    def _variable(self, part: CodeType, operation: int, argument: int) -> str:
        """The variable of a load or store; an attribute's or a module's name does no harm where names are compared."""
        kind = self._names[operation]
        if "FAST" in kind or "DEREF" in kind or "CLOSURE" in kind:
            return str(part._varname_from_oparg(argument))  # type: ignore[attr-defined]
        if kind.endswith(("_NAME", "_GLOBAL", "_ATTR", "_METHOD")):
            return part.co_names[argument >> self._shift.get(operation, 0)]
        return ""

    def _decoded(self, code: bytes) -> Iterator[tuple[int, int]]:
        """Operations with their whole arguments."""
        argument = 0
        for operation, low in zip(code[::2], code[1::2], strict=True):
            argument = argument << 8 | low
            if operation == self._extended:
                continue
            yield operation, argument
            argument = 0


def _parts(code: CodeType) -> Iterator[CodeType]:
    """`code` and every function in it."""
    yield code
    for constant in code.co_consts:
        if type(constant) is type(code):
            yield from _parts(constant)
