"""The corpora of the trainings, and the same examples as texts for trainers that tokenise them by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from student_peers.settings import SEED

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from pad_ray.student.corpus import Example

TEXTS = "texts.jsonl"
"""Beside a corpus: a line for each example, {"prompt", "completion"}."""

SIDE = 256
"""Tokens of a source and of a target at most."""

LINES = 1000
"""Examples that are made up in one table."""


def wordsums(count: int) -> list[Example]:
    """Questions and their reference programs."""
    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.student.corpus import Example
    from pad_ray.teacher.prompt import render

    questions = read_wordsums("train", SEED, 0, count)
    return [Example(render("program-v1", question=each.text), each.reference, each.question_id) for each in questions]


def with_repairs(count: int) -> list[Example]:
    """Wordsums in which every other example is a repair: question, faulty program and feedback as the source.

    The faults are injected as a refinement does it; they are not run, and all have the feedback of a wrong answer.
    """
    from random import Random

    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.records import Status, Verdict
    from pad_ray.refinement.feedback import feedback
    from pad_ray.refinement.injection import inject
    from pad_ray.student.corpus import Example
    from pad_ray.teacher.prompt import render

    random, said = Random(SEED), feedback(Verdict(Status.WRONG, answer="1234"))
    examples = wordsums(count)
    for place, question in enumerate(read_wordsums("train", SEED, 0, count)):
        faulty = inject(question.reference, "wrong_operator", random) if place % 2 else None
        if faulty is not None:
            source = render("repair-v1", question=question.text, faulty=faulty, feedback=said)
            examples[place] = Example(source, question.reference, question.question_id)
    return examples


def build(examples: Sequence[Example], model: Path, folder: Path, *, side: int = SIDE) -> Path:
    """The corpus of `examples` in `folder`, with the texts of those that are in it."""
    from pad_ray.student.corpus import build_corpus

    build_corpus(lambda: examples, str(model), folder, max_source=side, max_target=side, seq2seq=False)
    with open(folder / TEXTS, "w", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps({"prompt": example.source, "completion": example.target}) + "\n")
    return folder


def made_up(examples: int, model: Path, folder: Path) -> Path:
    """A corpus of so many examples without texts: random tokens of wordsums' lengths, by the writer of real ones.

    Its record says what a real one's does, so all checks of a training pass over it.
    """
    import hashlib

    import numpy as np

    from pad_ray.shards.files import commit_json, fingerprint_of
    from pad_ray.student.corpus import CorpusReport
    from pad_ray.student.mapped import RECORD_FILE
    from pad_ray.student.tokenised import Recipe, the_tokenizer
    from pad_ray.student.tokenizer import tokenizer_fingerprint
    from pad_ray.student.writing import Tally, write_files

    vocabulary = max(the_tokenizer(str(model)).get_vocab().values()) + 1
    recipe = Recipe(
        tokenizer=tokenizer_fingerprint(model), form="plain", max_source=SIDE, max_target=SIDE, max_length=2 * SIDE,
        seq2seq=False,
    )  # fmt: skip
    draw, tally = np.random.default_rng(SEED), Tally()
    tables = (_table(draw, start, min(LINES, examples - start), vocabulary) for start in range(0, examples, LINES))
    files = write_files(tables, folder, tally)
    report = CorpusReport(tally.examples, 0, tally.source_tokens, tally.target_tokens)
    content = {"settings": recipe.settings(), "source": hashlib.sha256(str(examples).encode()).hexdigest()}
    about = {"fingerprint": fingerprint_of(content), "longest": tally.longest, "vocabulary": vocabulary}
    commit_json(folder / RECORD_FILE, content | about | {"files": files, "report": asdict(report)})
    return folder


def _table(draw: np.random.Generator, start: int, count: int, vocabulary: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    from pad_ray.student.tokenised import TOKENISED_SCHEMA, joined

    sides = [np.clip(draw.normal(mean, 17, count), 30, SIDE).astype(np.int64) for mean in (68, 84)]
    ragged = [(draw.integers(2, vocabulary, int(lengths.sum()), dtype=np.int32), lengths) for lengths in sides]
    rows = [
        pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)), pa.array(values))
        for values, lengths in joined(ragged[0], ragged[1])
    ]
    numbers = [pa.array(lengths.astype(np.int32)) for lengths in (sides[0] + sides[1], *sides)]
    names = pa.array([f"made-up-{number}" for number in range(start, start + count)], pa.string())
    columns = [*rows, numbers[0], names, *numbers[1:], pa.array(np.zeros(count, dtype=bool))]
    return pa.Table.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, TOKENISED_SCHEMA, strict=True)],
        schema=TOKENISED_SCHEMA,
    )
