"""Names for the numbers of a word problem, from the words around them."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

MAX_WORDS = 3
"""Words in a name: `clips_may` says enough; longer names cost tokens in every program."""
MAX_WORD_CHARS = 16
"""Characters kept of one word."""

_TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"solution", "result", "match", "case", "type", "math"}
_FILLERS = frozenset(
    """
    a an the of in on at to for from with by as is are was were be been has had have do does did there here this that
    these those it its his her their my our your he she they we i you them him me us so then thus therefore also only
    just now each every all both more less than much many some any per will would can could should must how which who
    whom whose what when where while because if since after before during about into out over up down off away again
    altogether s t x first find next add plus minus times equals equal divided multiplied multiply divide
    """.split()  # noqa: SIM905
)
_BREAKS = re.compile(
    r"[.,;:!?()=\n\"\u201c\u201d+*/<>]|\s-|\d|"
    r"\b(?:and|but|then|or|if|while|who|which|that|because|so|than|plus|minus|times|divided|multiplied|equals?)\b"
)
"""Where the words about one number end."""
_WORDS = re.compile(r"[a-z]+")


def words_of(text: str) -> list[str]:
    """The telling words of a text, in ASCII lower case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"'s\b|'", "", plain)
    return [word[:MAX_WORD_CHARS] for word in _WORDS.findall(plain) if word not in _FILLERS]


def name_near(before: str, after: str, unit: str = "") -> str:
    """A name for the number between `before` and `after`: from what follows it (`24 clips in May`), else from what
    leads up to it (`she earned $`); empty if neither has a telling word. `unit` is `dollars` or `percent`, from the
    sign beside the number."""
    lead = [unit] if unit else []
    following = words_of(_BREAKS.split(after.lower(), maxsplit=1)[0])[:MAX_WORDS]
    if following:
        return "_".join(dict.fromkeys([*lead, *following][: MAX_WORDS + 1]))
    clause = re.split(r"[.,;:!?](?=\s)|\n", before)[-1]
    leading = words_of(clause)[-MAX_WORDS:]
    return "_".join(dict.fromkeys([*leading, *(lead if leading and lead != leading[-1:] else [])]))


class Names:
    """Hands out names: valid, unique, never a keyword or builtin."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def fresh(self, wish: str, fallback: str) -> str:
        """`wish` if it may be used, or as near to it as can be; `fallback` where there is no wish."""
        name = wish or fallback
        if name in _TAKEN:
            name = f"{name}_value"
        unique, count = name, 1
        while unique in self._used:
            count += 1
            unique = f"{name}_{count}"
        self._used.add(unique)
        return unique
