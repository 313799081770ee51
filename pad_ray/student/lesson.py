"""One lesson: examples become a corpus, and a student is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pad_ray.config import ExecutorConfig, StudentConfig
from pad_ray.progress import Event, Report
from pad_ray.shards.files import fingerprint_of
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shard, read_shards, records
from pad_ray.shards.writer import ShardRecord
from pad_ray.student.checkpoint import describe_checkpoint
from pad_ray.student.corpus import build_corpus
from pad_ray.student.examples import Example, Source
from pad_ray.student.mapped import LEFT_OUT_FILE
from pad_ray.student.patience import told
from pad_ray.student.templates import PROGRAM, program_example, template_fingerprint
from pad_ray.student.trainer import TrainingReport, train_student
from pad_ray.synthesis.selection import columns, select


def selected_rows(synthesis: Path | Place, keep: int) -> Iterator[dict[str, Any]]:
    """The right programs of a synthesis folder that are trained on, one shard in memory at a time."""
    for table in read_shards(synthesis / "shards"):
        yield from _selected(table, keep)


def _selected(table: pa.Table, keep: int) -> Iterator[dict[str, Any]]:
    return select(table.select(columns(table.schema.names)).to_pylist(), keep)


def synthesis_source(synthesis: Path | Place, keep: int) -> Source:
    """question -> program, for every selected program: a part for each shard, known by the shards' checksums."""
    return shard_source(synthesis / "shards", partial(_programs, keep), f"{template_fingerprint(PROGRAM)}/{keep}")


def _programs(keep: int, table: pa.Table) -> Iterator[Example]:
    return map(program_example, _selected(table, keep))


def shard_source(shards: Path | Place, examples: Callable[[pa.Table], Iterable[Example]], made_by: str) -> Source:
    """The examples that `examples`, a function that can be pickled, makes of each committed shard in a folder.

    Args:
        made_by: is another when `examples` makes others of the same shards.
    """
    place = Place.of(shards)
    ledger = records(place)
    parts = tuple(partial(_of_shard, place, record, examples) for record in ledger)
    return Source(parts, fingerprint_of([made_by, [record.sha256 for record in ledger]]))


def _of_shard(
    place: Place, record: ShardRecord, examples: Callable[[pa.Table], Iterable[Example]]
) -> Iterable[Example]:
    return examples(read_shard(place, record))


def teach(
    examples: Source | Callable[[], Iterable[Example]],
    *,
    model: str,
    folder: Path,
    config: StudentConfig,
    seed: int,
    stage: str,
    report: Report,
    epochs: float | None = None,
    learning_rate: float | None = None,
    executor: ExecutorConfig | None = None,
    template: str = PROGRAM,
) -> TrainingReport:
    """Tokenise the examples into `folder/corpus` and train the checkpoint `model` on them; the result is
    `folder/model`. Called again it goes on from its last checkpoint, or returns what is there.

    Args:
        examples: a source, or a function that gives the examples anew whenever it is called.
        executor: limits on the programs of validations.
        template: what validations ask with.

    Raises:
        QuestionsError: if the validation questions cannot be read.
        RunDirectoryError: if `folder` holds another training.
        TrainingError: if there is no example, or the training failed.
    """
    report(Event(stage, detail="preparing the corpus"))
    info = describe_checkpoint(Path(model))
    corpus = build_corpus(
        examples,
        model,
        folder / "corpus",
        max_source=config.max_source_tokens,
        max_target=config.max_target_tokens,
        # Each side of an encoder-decoder has the positions to itself, and `check_student` looks after those.
        max_length=None if info.encoder_decoder else info.max_positions,
        seq2seq=info.encoder_decoder,
        form=config.form,
    )
    left_out = f" ({corpus.left_out_too_long:,} too long: {LEFT_OUT_FILE})" if corpus.left_out_too_long else ""
    report(Event(stage, detail=f"{corpus.examples:,} examples{left_out}; starting {config.workers} ranks"))

    def on_progress(line: dict[str, Any]) -> None:
        if "message" in line:
            report(Event(stage, line["step"], detail=line["message"]))
        elif "accuracy" in line:
            report(Event(stage, note=told(line)))
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
        executor=executor,
        template=template,
        on_progress=on_progress,
    )
