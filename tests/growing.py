"""A synthesis folder that grows when a test says so: wordsums questions with the dummy teacher's right programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from pad_ray.config import QuestionsConfig
from pad_ray.questions import open_questions
from pad_ray.records import Judged, Program, Verdict, judged_table, program_id
from pad_ray.shards import manifest
from pad_ray.shards.place import Place
from pad_ray.shards.reader import records
from pad_ray.shards.writer import ShardRecord, write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.examples import Source
from pad_ray.student.lesson import synthesis_source
from pad_ray.synthesis.parts import LISTING
from pad_ray.teacher.dummy import right_program

PER_SHARD = 16
"""Questions; each has `KEEP` programs."""

KEEP = 2
IDENTITY = {"questions": "wordsums"}


class GrowingSynthesis:
    """`write(n)` commits the next n shards, `close()` ends it."""

    def __init__(self, place: Place, shards: int) -> None:
        self.place, self.shards, self.written = place, shards, 0
        asked = open_questions(QuestionsConfig(set="wordsums", limit=shards * PER_SHARD))
        self._questions = iter(asked)
        place.make()
        manifest.claim(place, IDENTITY)
        (place / "questions").make()
        (place / "questions").put_json(LISTING, {"questions": shards * PER_SHARD})
        (place / "shards").make()

    def write(self, count: int) -> None:
        for _ in range(min(count, self.shards - self.written)):
            rows = []
            for question in islice(self._questions, PER_SHARD):
                for draw in range(KEEP):
                    name = program_id(question.question_id, "program-v1", draw)
                    code = right_program(question, draw)
                    program = Program(name, question.question_id, draw, code, code, "dummy", "program-v1", 20, 40, -1.5)
                    rows.append(Judged(question, program, Verdict("right", answer=question.answer), True))
            write_shard(self.place / "shards", self.written, judged_table(rows), questions=PER_SHARD)
            self.written += 1

    def close(self) -> None:
        self.write(self.shards)
        manifest.close(self.place, IDENTITY, records(self.place / "shards"))

    def source(self, ledger: Sequence[ShardRecord] | None = None) -> Source:
        return synthesis_source(self.place, Lessons(KEEP), ledger)
