"""The settings of every run here but those of real models."""

from __future__ import annotations

BLOCK = 8


def settings(questions: int) -> list[str]:
    """A synthesis whose every byte is decided by the seed, though its draws end out of order and some programs loop."""
    return [
        "configs/quickstart.yaml",
        f"questions.limit={questions}",
        "teacher.engine=dummy",
        "teacher.workers=2",
        "teacher.stagger_seconds=0",
        "teacher.max_sequences=8",
        "teacher.dummy.right=0.6",
        "teacher.dummy.raises=0.1",
        "teacher.dummy.loops=0.01",
        "teacher.dummy.seconds=0.2",
        "executor.cpu_seconds=0.3",
        f"synthesis.block_size={BLOCK}",
        "synthesis.keep=2",
        "synthesis.max_samples=6",
        # Every question is to be there, so none is dropped.
        "synthesis.near_duplicates=null",
        "synthesis.decontaminate=false",
    ]


def question_ids(questions: int) -> set[str]:
    """Of those settings."""
    return {f"wordsums/train-4/1/{number}" for number in range(questions)}
