"""Which judged programs count, once all their verdicts are known. Pure: columns in, marks out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pad_ray.synthesis.dedupe import canonical


def kept_marks(
    question_ids: Sequence[str], draws: Sequence[int], codes: Sequence[str], right: Sequence[bool], keep: int
) -> list[bool]:
    """Which programs of a shard count: of each question the first `keep` distinct right ones, in the order of draws."""
    marks = [False] * len(codes)
    found: dict[str, set[str]] = {}
    rows = [row for row in sorted(range(len(codes)), key=draws.__getitem__) if right[row]]
    chances = Counter(question_ids[row] for row in rows)
    for row in rows:
        keys = found.setdefault(question_ids[row], set())
        # Of a single right program nobody needs to know what it is the same as.
        key = canonical(codes[row]) if len(keys) < keep and chances[question_ids[row]] > 1 else ""
        if len(keys) < keep and key not in keys:
            keys.add(key)
            marks[row] = True
    return marks


def renewed_marks(
    question_ids: Sequence[str],
    draws: Sequence[int],
    codes: Sequence[str],
    was_right: Sequence[bool],
    known: Sequence[bool],
    right: Sequence[bool],
    keep: int,
) -> list[bool]:
    """`kept_marks` after a second judgement: a question of which no verdict changed keeps the marks `known`.

    That is most of them, and much quicker than to compare their programs again.
    """
    changed = {question for question, was, now in zip(question_ids, was_right, right, strict=True) if was != now}
    anew = [now and question in changed for question, now in zip(question_ids, right, strict=True)]
    marks = kept_marks(question_ids, draws, codes, anew, keep)
    return [new if question in changed else old for question, new, old in zip(question_ids, marks, known, strict=True)]
