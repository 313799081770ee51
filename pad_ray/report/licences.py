"""Under which licence the questions of each set are, as far as their authors say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of a question set."""

    name: str
    """As people write it."""
    hub_id: str
    """As the Hugging Face hub writes it."""
    source: str
    """Whose questions they are."""
    commercial: bool = True
    """False where the licence rules commercial use out."""


OWN = Licence("the licence of your own questions", "other", "a set of the user's own")

UNKNOWN = Licence("unknown", "unknown", "a set that is not recorded")

LICENCES = {
    "wordsums": Licence("Apache-2.0", "apache-2.0", "wordsums, the word problems of pad_ray's own grammar"),
    "gsm8k": Licence("MIT", "mit", "GSM8K (Cobbe et al. 2021, arXiv 2110.14168)"),
    "svamp": Licence("MIT", "mit", "SVAMP (Patel et al. 2021, NAACL)"),
    "asdiv": Licence("CC BY-NC 4.0", "cc-by-nc-4.0", "ASDiv (Miao et al. 2020, ACL)", commercial=False),
    # No licence of the authors is known for these three; copies elsewhere state different ones.
    "multiarith": Licence("unknown", "unknown", "MultiArith (Roy and Roth 2015, EMNLP)"),
    "coin_flip": Licence("unknown", "unknown", "coin flip (Wei et al. 2022; Kojima et al. 2022)"),
    "last_letters": Licence("unknown", "unknown", "last letter concatenation (Wei et al. 2022; Kojima et al. 2022)"),
    "gsm_hard": Licence("MIT", "mit", "GSM-Hard (Gao et al. 2022, arXiv 2211.10435)"),
    "bbh": Licence("MIT", "mit", "BIG-Bench Hard (Suzgun et al. 2022, arXiv 2210.09261)"),
    "jsonl": OWN,
}
"""By the name that a config has for the set."""


def licence(question_set: str) -> Licence:
    """The licence of a set; `UNKNOWN` for one that is not known here."""
    return LICENCES.get(question_set, UNKNOWN)


def warning(question_set: str) -> str:
    """One line for whoever passes the data on, where the licence forbids something or is not known; else empty."""
    found = licence(question_set)
    if not found.commercial:
        return f"not for commercial use: the questions of {found.source} are under {found.name}"
    if found.hub_id == "unknown":
        return f"licence unknown: none is known for {found.source}; ask its authors before you pass the data on"
    if found is OWN:
        return "the questions are your own: say in the card under which licence they may be used"
    return ""
