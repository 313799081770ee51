"""Made-up runs for tests of what comes after a synthesis: judged programs in shards, without a teacher or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from pad_ray.config import RunConfig
from pad_ray.records import Judged, Program, Question, Verdict, judged_table, program_id
from pad_ray.shards import manifest
from pad_ray.shards.place import Place
from pad_ray.shards.reader import records
from pad_ray.shards.writer import write_shard

Drawn = tuple[int, str, str, bool]
"""Number of the question, code, status, whether it is kept."""


def judged(number: int, draw: int, code: str, status: str, kept: bool) -> Judged:
    """One judged program of the question that asks for its own number."""
    question = Question(f"q/{number}", f"Which number is {number}?", str(number))
    program = Program(
        program_id(question.question_id, "program-v1", draw),
        question.question_id, draw, code, code, "teacher", "program-v1", 20, 40, -1.5,
    )  # fmt: skip
    verdict = Verdict(status, answer=str(number) if status == "right" else "", isolation="seccomp")
    return Judged(question, program, verdict, kept)


def judged_shard(place: Place, index: int, drawn: Sequence[Drawn], **figures: Any) -> None:
    """Commit a shard; the draws of a question are numbered in the order given."""
    draws: dict[int, int] = {}
    rows = []
    for number, code, status, kept in drawn:
        draws[number] = draws.get(number, -1) + 1
        rows.append(judged(number, draws[number], code, status, kept))
    write_shard(place / "shards", index, judged_table(rows), questions=len(draws), **figures)


def right(number: int, way: int = 0) -> str:
    """Code that answers `number`, by other steps for another `way`."""
    return (
        f"def solution():\n    start = {number - way}\n    more = {way}\n    result = start + more\n    return result\n"
    )


def make_run(
    folder: Path, shards: Sequence[Sequence[Drawn]], *, listing: dict[str, Any] | None = None, **settings: Any
) -> Path:
    """A run directory as `pad-ray synthesize` leaves it."""
    config = RunConfig.model_validate({"run_dir": str(folder)} | settings)
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False))
    make_synthesis(Place.of(folder) / "synthesis", config, shards, listing)
    return folder


def make_synthesis(
    place: Place, config: RunConfig, shards: Sequence[Sequence[Drawn]], listing: dict[str, Any] | None = None
) -> None:
    """The folder of a synthesis."""
    identity = {
        "questions": {"set": config.questions.set},
        "policy": {"keep": config.synthesis.keep},
        "executor": config.executor.model_dump(mode="json", exclude={"workers"}),
    }
    manifest.claim(place, identity)
    (place / "shards").make()
    (place / "questions").put_json("parts.json", {"count": len(shards), "questions": 6, "skipped": 0} | (listing or {}))
    for index, drawn in enumerate(shards):
        judged_shard(place, index, drawn)
    manifest.close(place, identity, records(place / "shards"))


def answered_by_text(pairs: Any) -> Iterator[Verdict]:
    """In place of the executors: code that has the gold answer in it is right, and all else is wrong."""
    for question, program in pairs:
        found = question.answer in program.code
        yield Verdict(
            "right" if found else "wrong", answer=question.answer if found else "?", isolation="text", cpu_ms=2.0
        )
