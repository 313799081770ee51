"""One lesson: examples become a corpus, and a student is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.progress import Event, Report
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shards
from pad_ray.student.checkpoint import describe_checkpoint
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.trainer import TrainingReport, train_student
from pad_ray.synthesis.selection import columns, select
from pad_ray.teacher.prompt import render

STUDENT_PROMPT = "program-v1"
"""The student reads the question alone, whatever demonstrations the teacher was shown (PaD, section 3.2)."""


def selected_rows(synthesis: Path | Place, keep: int) -> Iterator[dict[str, Any]]:
    """The right programs of a synthesis folder that are trained on, one shard in memory at a time."""
    for table in read_shards(synthesis / "shards"):
        yield from select(table.select(columns(table.schema.names)).to_pylist(), keep)


def synthesis_examples(synthesis: Path | Place, keep: int) -> Iterator[Example]:
    """question -> program, for every selected program."""
    for row in selected_rows(synthesis, keep):
        yield Example(render(STUDENT_PROMPT, question=row["text"]), row["code"])


def teach(
    examples: Callable[[], Iterable[Example]],
    *,
    model: str,
    folder: Path,
    config: StudentConfig,
    seed: int,
    stage: str,
    report: Report,
    epochs: float | None = None,
    learning_rate: float | None = None,
) -> TrainingReport:
    """Tokenise the examples into `folder/corpus` and train the checkpoint `model` on them; the result is
    `folder/model`. Called again it goes on from its last checkpoint, or returns what is there.

    Args:
        examples: gives the examples anew whenever it is called, as `build_corpus` wants.

    Raises:
        RunDirectoryError: if `folder` holds another training.
        TrainingError: if there is no example, or the training failed.
    """
    report(Event(stage, detail="preparing the corpus"))
    corpus = build_corpus(
        examples,
        model,
        folder / "corpus",
        max_source=config.max_source_tokens,
        max_target=config.max_target_tokens,
        seq2seq=describe_checkpoint(Path(model)).encoder_decoder,
    )
    report(Event(stage, detail=f"{corpus.examples:,} examples; starting {config.workers} ranks"))

    def on_progress(line: dict[str, Any]) -> None:
        if "message" in line:
            report(Event(stage, line["step"], detail=line["message"]))
        else:
            speed = (
                f"loss {line['loss']:.3f}  {line['tokens_per_second']:,.0f} tokens/s  {line['eta_seconds']:.0f} s left"
            )
            report(Event(stage, line["step"], line["total"], speed))

    return train_student(
        corpus_dir=folder / "corpus",
        model=model,
        out_dir=folder,
        config=config,
        seed=seed,
        epochs=epochs,
        learning_rate=learning_rate,
        on_progress=on_progress,
    )
