"""Questions that are dropped before anything is drawn for them: near copies of others, and those of evaluation sets.

Near copy: the Jaccard similarity of the sets of word 5-grams of two texts, estimated by MinHash. Contaminated: 13 words
in a row are also in a question of an evaluation set (Brown et al. 2020, "Language Models are Few-Shot Learners",
appendix C). A word is a run of word characters, case-folded; numbers count. Shorter texts are compared whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pad_ray.questions.decontaminate import HashSet, hash_of, words
from pad_ray.questions.minhash import MULTIPLIER, Hashes, NearTexts, Signer, mixed
from pad_ray.records import Question

SHINGLE_WORDS = 5
"""Words of a shingle: in a word problem of 45 words, one changed number leaves 0.8 of the shingles."""

CONTAMINATION_WORDS = 13
"""Words in a row that two questions share by copying and hardly by accident (GPT-3, appendix C)."""

MAX_EXAMPLES = 20
"""Dropped questions that a report names: enough to see the pattern."""

CHUNK = 2048
"""Questions screened together: their shingles fit into a core's cache."""

MAX_VOCABULARY = 200_000
"""Words whose hashes are remembered, some 30 MB; forgotten and begun anew beyond that."""

NEAR_DUPLICATE, CONTAMINATED = "near duplicate", "contaminated"


@dataclass(slots=True)
class ScreenReport:
    """What was dropped, and why."""

    questions: int = 0
    """Questions looked at."""
    near_duplicates: int = 0
    contaminated: int = 0
    examples: list[tuple[str, str, str]] = field(default_factory=list)
    """(question_id, reason, the earlier question's id or the words shared), at most `MAX_EXAMPLES`."""

    def as_json(self) -> dict[str, Any]:
        """For a JSON file."""
        return asdict(self)


class Screen:
    """Drops questions, batch by batch. The earlier of two near questions stays, so the order of the set decides."""

    def __init__(self, near: float | None, evaluation: Iterable[str] | None) -> None:
        """`near`: least similarity of near duplicates, None to keep them. `evaluation`: the texts of all evaluation
        questions, None to drop none for their sake. Both are read here, once."""
        self.report = ScreenReport()
        self._words = _WordHashes()
        self._signer = Signer()
        self._near = NearTexts(near) if near is not None else None
        self._short = HashSet()
        self._ids = _Ids()
        self._known_runs, self._known_short = self._learn(evaluation or ())

    def passed(self, questions: Iterable[Question]) -> Iterator[Question]:
        """The questions that stay, as a stream."""
        iterator = iter(questions)
        while batch := list(islice(iterator, CHUNK)):
            yield from self.filter(batch)

    def filter(self, batch: Sequence[Question]) -> list[Question]:
        """The questions of a batch that stay, in order; the next batch is compared with them too."""
        self.report.questions += len(batch)
        texts = [words(question.text) for question in batch]
        stays = np.ones(len(batch), np.bool_)
        if len(self._known_runs) or len(self._known_short):
            self._drop_contaminated(batch, texts, stays)
        if self._near is not None:
            self._drop_near(self._near, batch, texts, stays)
        return [question for question, stay in zip(batch, stays.tolist(), strict=True) if stay]

    def _learn(self, evaluation: Iterable[str]) -> tuple[Hashes, HashSet]:
        short, parts = HashSet(), [np.empty(0, np.uint64)]
        iterator = iter(evaluation)
        while texts := [words(text) for text in islice(iterator, CHUNK)]:
            for text in texts:
                if len(text) < CONTAMINATION_WORDS:
                    short.add(hash_of(" ".join(text)))
            parts.append(np.unique(_runs(self._words.of(texts), texts, CONTAMINATION_WORDS)[0]))
        return np.unique(np.concatenate(parts)), short

    def _drop_contaminated(self, batch: Sequence[Question], texts: list[list[str]], stays: NDArray[np.bool_]) -> None:
        hashes, owners, offsets = _runs(self._words.of(texts), texts, CONTAMINATION_WORDS)
        if len(self._known_runs):
            places = np.minimum(np.searchsorted(self._known_runs, hashes), len(self._known_runs) - 1)
            hits = np.flatnonzero(self._known_runs[places] == hashes)
            for owner, offset in zip(owners[hits].tolist(), offsets[hits].tolist(), strict=True):
                if stays[owner]:
                    stays[owner] = False
                    shared = texts[owner][offset : offset + CONTAMINATION_WORDS]
                    self._count(batch[owner], CONTAMINATED, " ".join(shared))
        for owner, text in enumerate(texts):
            if len(text) < CONTAMINATION_WORDS and hash_of(whole := " ".join(text)) in self._known_short:
                stays[owner] = False
                self._count(batch[owner], CONTAMINATED, whole)

    def _drop_near(
        self, near: NearTexts, batch: Sequence[Question], texts: list[list[str]], stays: NDArray[np.bool_]
    ) -> None:
        long = [i for i in np.flatnonzero(stays).tolist() if len(texts[i]) >= SHINGLE_WORDS]
        if long:
            chosen = [texts[i] for i in long]
            hashes, owners, _ = _runs(self._words.of(chosen), chosen, SHINGLE_WORDS)
            starts = np.searchsorted(owners, np.arange(len(chosen)))
            for i, earlier in zip(long, near.take(self._signer.sign(hashes, starts)).tolist(), strict=True):
                if earlier < 0:
                    self._ids.add(batch[i].question_id)
                else:
                    stays[i] = False
                    self._count(batch[i], NEAR_DUPLICATE, self._ids.get(earlier))
        for i in np.flatnonzero(stays).tolist():
            if len(texts[i]) < SHINGLE_WORDS and not self._short.add(hash_of(whole := " ".join(texts[i]))):
                stays[i] = False
                self._count(batch[i], NEAR_DUPLICATE, whole)

    def _count(self, question: Question, reason: str, other: str) -> None:
        report = self.report
        if reason == NEAR_DUPLICATE:
            report.near_duplicates += 1
        else:
            report.contaminated += 1
        if len(report.examples) < MAX_EXAMPLES:
            report.examples.append((question.question_id, reason, other))
            if len(report.examples) == MAX_EXAMPLES:
                self._ids.forget()


def _runs(
    hashes: Hashes, texts: Sequence[Sequence[str]], length: int
) -> tuple[Hashes, NDArray[np.intp], NDArray[np.intp]]:
    """Every run of `length` words within a text: its hash, the text it is in, the word it begins with."""
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    runs = np.maximum(lengths - length + 1, 0)
    owners = np.repeat(np.arange(len(texts)), runs)
    offsets = np.arange(len(owners)) - np.repeat(np.cumsum(runs) - runs, runs)
    begins = offsets + np.repeat(np.cumsum(lengths) - lengths, runs)
    total = np.zeros(len(begins), np.uint64)
    for word in range(length):
        total *= MULTIPLIER
        total += hashes[begins + word]
    return mixed(total), owners, offsets


class _WordHashes:
    """Hashes of words, remembered."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, texts: Iterable[Sequence[str]]) -> Hashes:
        """The hashes of all words of all texts, one after the other."""
        if len(self._known) > MAX_VOCABULARY:
            self._known.clear()
        known = self._known
        found: list[int] = []
        for text in texts:
            try:
                found += [known[word] for word in text]
            except KeyError:
                known.update((word, hash_of(word)) for word in text if word not in known)
                found += [known[word] for word in text]
        return np.array(found, np.uint64)


class _Ids:
    """The ids of questions that stay, in two flat arrays, for as long as examples are wanted."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._ends = array("Q", [0])
        self._wanted = True

    def add(self, question_id: str) -> None:
        if self._wanted:
            self._text += question_id.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._text))

    def get(self, number: int) -> str:
        if not self._wanted:
            return ""
        return self._text[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")

    def forget(self) -> None:
        self._text, self._ends, self._wanted = bytearray(), array("Q", [0]), False
