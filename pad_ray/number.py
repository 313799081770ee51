"""The one number that a text states: what counts as a number, for gold answers at the door and for answers in grading.

One grammar for both, or a right program would be labelled wrong. Pure and linear: text in, exact fraction out, nothing
is evaluated. Understood: signs (the minus sign and the en dash are minus too), `$` and other currency signs, `%`
(dropped: `50%` is 50), thousands commas, `3/4`, mixed numbers `1 1/2`, scientific notation, and the forms in which
`Decimal`, `Fraction`, numpy and sympy numbers print themselves, an array or list of one number included. Not
understood, so no number: words around a number (`18 dollars`), expressions (`2*sqrt(3)`, `-(1/3)`), thousands spaces,
`True`, `inf`, `nan`, more than one number.
"""

from __future__ import annotations

import re
from fractions import Fraction

MAX_NUMBER_CHARS = 256
"""Longer text is no number. Keeps digit strings far below Python's 4,300-digit limit and the work constant."""

MAX_EXPONENT = 400
"""Powers of ten beyond what a float holds (308) are no answers, and exact arithmetic on them would be slow."""

_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_UNSIGNED = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"
_SIGN = r"(?P<sign>[+-]?)\s*"
_NUMBER = re.compile(rf"{_SIGN}[$€£]?\s*(?P<sign2>[+-]?)(?P<top>{_UNSIGNED})(?:\s*/\s*(?P<bottom>{_UNSIGNED}))?\s*%?")
_MIXED = re.compile(rf"{_SIGN}[$€£]?\s*(?P<whole>[0-9]+)\s+(?P<top>[0-9]+)\s*/\s*(?P<bottom>[0-9]+)\s*%?")
_CALL = re.compile(r"(?:[A-Za-z_]\w*\.)?(?P<name>[A-Za-z_]\w*)\s*\((?P<inside>.*)\)", re.DOTALL)
_PAIR = re.compile(r"\s*([+-]?[0-9]+)\s*,\s*([+-]?[0-9]+)\s*")
_KEYWORD = re.compile(r",\s*(?:dtype|precision|prec)\s*=.*", re.DOTALL)

_ONE_NUMBER = frozenset(
    ["Decimal", "Fraction", "Integer", "Float", "Rational", "One", "Zero", "array", "matrix", "mpf", "tensor"]
    + ["half", "single", "double", "longdouble"]
    + [f"{kind}{bits}" for kind in ("float", "int", "uint") for bits in ("", 8, 16, 32, 64, 128)]
)
"""Names of the types that print themselves as `Name(number)`, after any module prefix is dropped."""

_TWO_NUMBERS = frozenset(["Fraction", "Rational", "Half"])
"""Types that print themselves as `Name(numerator, denominator)`."""

_MOST_WRAPPERS = 4
"""`array([np.float64(3.0)])` has three; more is no number that anything prints."""


def number(text: str) -> Fraction | None:
    """The one number that `text` states, exactly, or None."""
    if len(text) > MAX_NUMBER_CHARS:
        return None
    text = text.strip().translate(_MINUS)
    for _ in range(_MOST_WRAPPERS + 1):
        if (match := _NUMBER.fullmatch(text)) is not None:
            return _plain(match)
        if (match := _MIXED.fullmatch(text)) is not None:
            bottom = int(match["bottom"])
            value = int(match["whole"]) + Fraction(int(match["top"]), bottom) if bottom else None
            return value if value is None or match["sign"] != "-" else -value
        if (match := _CALL.fullmatch(text)) is not None:
            name, text = match["name"], _KEYWORD.sub("", match["inside"]).strip()
            if name in _TWO_NUMBERS and (pair := _PAIR.fullmatch(text)) is not None:
                return Fraction(int(pair[1]), int(pair[2])) if int(pair[2]) else None
            if name not in _ONE_NUMBER:
                return None
            text = _unquoted(text)
        elif text[:1] + text[-1:] in ("[]", "()"):
            text = text[1:-1].strip().removesuffix(",").strip()
        else:
            return None
    return None


def _plain(match: re.Match[str]) -> Fraction | None:
    if match["sign"] and match["sign2"]:
        return None
    top = _unsigned(match["top"])
    bottom = Fraction(1) if match["bottom"] is None else _unsigned(match["bottom"])
    if top is None or not bottom:
        return None
    return -top / bottom if "-" in (match["sign"], match["sign2"]) else top / bottom


def _unsigned(digits: str) -> Fraction | None:
    _, _, exponent = digits.lower().partition("e")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        return None
    return Fraction(digits.replace(",", ""))


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].strip()
    return text
