"""One lesson: examples become a corpus, and a student is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from pad_ray.student.baselines import Lessons
from pad_ray.student.budget import Draw, unspent
from pad_ray.student.checkpoint import describe_checkpoint, published_report
from pad_ray.student.claim import RUN_FILE, another_training, differing, training_content
from pad_ray.student.corpus import build_corpus, corpus_fingerprint
from pad_ray.student.examples import Example, Source
from pad_ray.student.follow import Follower
from pad_ray.student.held_out import validation_content
from pad_ray.student.mapped import LEFT_OUT_FILE
from pad_ray.student.patience import told
from pad_ray.student.progress import shown
from pad_ray.student.templates import PROGRAM
from pad_ray.student.tokenised import Recipe
from pad_ray.student.tokenizer import tokenizer_fingerprint
from pad_ray.student.trainer import TrainingReport, finished, train_student
from pad_ray.synthesis.selection import columns, select


def selected_rows(synthesis: Path | Place, keep: int) -> Iterator[dict[str, Any]]:
    """The right programs of a synthesis folder that are kept, one shard in memory at a time."""
    for table in read_shards(synthesis / "shards"):
        yield from select(table.select(columns(table.schema.names)).to_pylist(), keep)


def synthesis_source(synthesis: Path | Place, lessons: Lessons, ledger: Sequence[ShardRecord] | None = None) -> Source:
    """What a student learns from a synthesis: a part for each shard, known by the shards' checksums.

    Args:
        ledger: the records of some shards; without it all of them.
    """
    return shard_source(synthesis / "shards", partial(_lessons, lessons), lessons.made_by, ledger)


def _lessons(lessons: Lessons, table: pa.Table) -> Iterator[Example]:
    return lessons.examples(table.select(lessons.columns(table.schema.names)).to_pylist())


def shard_source(
    shards: Path | Place,
    examples: Callable[[pa.Table], Iterable[Example]],
    made_by: str,
    ledger: Sequence[ShardRecord] | None = None,
) -> Source:
    """The examples that `examples`, a function that can be pickled, makes of each committed shard in a folder.

    Args:
        made_by: is another when `examples` makes others of the same shards.
        ledger: the records of these shards; without it all that are there.
    """
    place = Place.of(shards)
    ledger = records(place) if ledger is None else ledger
    parts = tuple(partial(_of_shard, place, record, examples) for record in ledger)
    return Source(parts, fingerprint_of([made_by, [record.sha256 for record in ledger]]))


def _of_shard(
    place: Place, record: ShardRecord, examples: Callable[[pa.Table], Iterable[Example]]
) -> Iterable[Example]:
    return examples(read_shard(place, record))


def teach(
    examples: Source | Callable[[], Iterable[Example]] | Follower,
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
    set_aside: Callable[[list[str]], None] | None = None,
) -> TrainingReport:
    """Tokenise the examples into `folder/corpus` and train the checkpoint `model` on them; the result is
    `folder/model`. Called again it goes on from its last checkpoint, or returns what is there.

    Args:
        examples: a source, or a function that gives the examples anew whenever it is called; or a follower, whose
            examples are trained on as they come.
        executor: limits on the programs of validations.
        template: what validations ask with.
        set_aside: called where `folder` holds another training, with what it differs in, to move it away or to refuse;
            without it that is refused. Either way nothing of the other training is lost.

    Raises:
        QuestionsError: if the validation questions cannot be read.
        RunDirectoryError: if `folder` holds another training.
        TrainingError: if there is no example, or the training failed.
    """
    executor = executor or ExecutorConfig()
    report(Event(stage, detail="preparing the corpus"))
    info = describe_checkpoint(Path(model))
    limits: dict[str, Any] = {
        "max_source": config.max_source_tokens,
        "max_target": config.max_target_tokens,
        # Each side of an encoder-decoder has the positions to itself, and `check_student` looks after those.
        "max_length": None if info.encoder_decoder else info.max_positions,
        "seq2seq": info.encoder_decoder,
        "form": config.form,
    }
    config = config.model_copy(update={"stream": isinstance(examples, Follower)})
    draw = Draw(config.budget.examples, seed) if config.budget.examples else None
    recipe = Recipe(tokenizer=tokenizer_fingerprint(Path(model)), **limits)
    if (folder / RUN_FILE).exists():  # looked at before its corpus would give way
        if isinstance(examples, Follower):
            known = examples.fingerprint(recipe)
        else:
            known = corpus_fingerprint(examples, recipe, draw)
        content = training_content(known, Path(model), config, seed, epochs, learning_rate)
        content |= validation_content(config.validation, executor, template)
        if names := differing(folder, content):
            if set_aside is None:
                raise another_training(folder, names)
            set_aside(names)
    if isinstance(examples, Follower):
        if done := finished(folder):
            return done  # it may have ended before the synthesis did, whose other shards nobody is to tokenise
        corpus = examples.begin(model, folder / "corpus", recipe)
    else:
        corpus = build_corpus(examples, model, folder / "corpus", draw=draw, **limits)
    left_out = f" ({corpus.left_out_too_long:,} too long: {LEFT_OUT_FILE})" if corpus.left_out_too_long else ""
    ranks = "one rank" if config.workers == 1 else f"{config.workers} ranks"
    report(Event(stage, detail=f"{corpus.examples:,} examples{left_out}; starting {ranks}"))

    def on_progress(line: dict[str, Any]) -> None:
        if line.get("urgent"):
            report(Event(stage, note=line["message"]))
        elif "message" in line:
            report(Event(stage, line["step"], detail=line["message"]))
        elif "accuracy" in line:
            report(Event(stage, note=told(line)))
        else:
            going_on = "" if line["total"] else "as long as the synthesis goes on"
            report(Event(stage, line["step"], line["total"] or 0, going_on, (shown(line),), line["eta_seconds"]))

    done = train_student(
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
        follower=examples if isinstance(examples, Follower) else None,
    )
    useful = f", {done.useful_share:.1%} of those computed on" if done.useful_share else ""
    report(Event(stage, done.steps, done.steps, f"loss {done.final_loss:.3f}, {done.tokens:,} useful tokens{useful}"))
    said = published_report(done.model_path) or {}
    stopped_early = (said.get("validation") or {}).get("stopped_early", False)
    if not stopped_early and (note := unspent(config.budget, examples=corpus.examples, tokens=done.tokens)):
        report(Event(stage, note=note))
    return done
