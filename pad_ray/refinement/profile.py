"""What a student gets wrong, and the errors that are injected for it. Pure.

Errors that a student never makes teach it to mend what it will not meet; only those that it makes, and it forgets the
others: so the injected ones follow its profile, above a floor that all of them have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random


def profile(diagnoses: Iterable[Sequence[str]]) -> dict[str, float]:
    """Edits -> their share of the failures that could be diagnosed; a failure that several explain counts for each in
    equal parts. Empty where there is none.
    """
    counts: dict[str, float] = {}
    for edits in diagnoses:
        for edit in edits:
            counts[edit] = counts.get(edit, 0.0) + 1 / len(edits)
    total = sum(counts.values())
    return {edit: count / total for edit, count in sorted(counts.items())}


def weights(edits: Sequence[str], measured: Mapping[str, float], floor: float) -> dict[str, float]:
    """Edits -> the chance with which each is injected: `floor` of it the same for all, the rest by what was measured.

    A profile that has none of the `edits` leaves them all alike.
    """
    known = {edit: measured.get(edit, 0.0) for edit in edits}
    total = sum(known.values())
    if total == 0:
        return {edit: 1 / len(edits) for edit in edits}
    return {edit: floor / len(edits) + (1 - floor) * share / total for edit, share in known.items()}


def draw_order(chances: Mapping[str, float], random: Random) -> list[str]:
    """All edits that have a chance, drawn one after the other by their chances without putting any back: the first is
    the one that is wanted, the next is taken where the first finds no place (Efraimidis and Spirakis 2006,
    https://doi.org/10.1016/j.ipl.2005.11.003).
    """
    keys = {edit: random.random() ** (1 / chance) for edit, chance in chances.items() if chance > 0}
    return sorted(keys, key=lambda edit: keys[edit], reverse=True)
