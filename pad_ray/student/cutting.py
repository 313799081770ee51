"""Segments are cut from the shards of a synthesis, as they arrive. One thread at a time; see `follow`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.errors import RunDirectoryError, TrainingError
from pad_ray.shards.files import commit_json, fingerprint_of
from pad_ray.shards.place import Place
from pad_ray.shards.writer import ShardRecord
from pad_ray.student.arrivals import Arrivals
from pad_ray.student.corpus import CorpusReport, build_corpus
from pad_ray.student.examples import Source
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.order import Schedule
from pad_ray.student.segments import (
    END_FILE,
    HALT_FILE,
    STREAM_FILE,
    Segment,
    recorded_segment,
    segment_dir,
    stream_record,
    write_count,
)
from pad_ray.student.streamed import LEAST_STEPS, StreamedSchedule, programs_of, to_cut, warmup_steps
from pad_ray.student.tokenised import Recipe
from pad_ray.student.zero import packed_width

Made = tuple[CorpusReport, MappedCorpus]
"""A segment's corpus."""

logger = logging.getLogger(__name__)


class Cutter:
    """`begin` once, then `look` again and again: cuts the segments that can be cut by then, and records them."""

    def __init__(
        self,
        synthesis: Place,
        source: Callable[[Sequence[ShardRecord]], Source],
        config: StudentConfig,
        seed: int,
    ) -> None:
        """`source`: gives the examples of some committed shards, with an identity."""
        self._arrivals, self._source = Arrivals(synthesis), source
        self._synthesis, self._config, self._seed = synthesis, config, seed
        self._segments: list[Segment] = []
        self._reports: list[CorpusReport] = []
        self._taken: set[str] = set()
        self._steps_per_program: float | None = None
        self._unseen = True
        """There may be shards that no cut was tried with."""
        self._over = False
        """No segment will follow."""

    def fingerprint(self, recipe: Recipe) -> str:
        """Of all segments together, before there is any: of what they have in common."""
        return fingerprint_of(self._made_of(self._own(recipe)))

    def _made_of(self, recipe: Recipe) -> dict[str, Any]:
        return {"settings": recipe.settings(), "source": self._source(()).identity}

    def _own(self, recipe: Recipe) -> Recipe:
        """Examples longer than a packed row are left out like other too long ones: here nobody can look at the longest
        of all before the first step.
        """
        return recipe if recipe.seq2seq else replace(recipe, max_length=self._longest(recipe))

    def _longest(self, recipe: Recipe) -> int:
        both = recipe.max_source + recipe.max_target
        return min(length for length in (recipe.max_length, self._width(recipe), both) if length)

    def _width(self, recipe: Recipe) -> int | None:
        return packed_width(self._config, encoder_decoder=recipe.seq2seq, max_positions=recipe.max_length)

    def begin(self, model: str, folder: Path, recipe: Recipe) -> CorpusReport:
        """Claim `folder` for these segments, keep those that are recorded, and cut what can be cut by now.

        Args:
            recipe: as for a corpus that is known; its tokenizer is that of `model`.

        Returns:
            What is in the segments so far.

        Raises:
            RunDirectoryError: the folder has segments of another stream, or of shards that are gone.
            the errors of `build_corpus`.
        """
        self._model, self._folder, self._recipe = model, folder, self._own(recipe)
        self._schedule = self._empty_schedule(self._width(recipe))
        self._claim(self._longest(recipe))
        (folder / HALT_FILE).unlink(missing_ok=True)
        # No rank holds a CPU yet, and with the synthesis ended no engine: all nodes may tokenise what there is.
        spread = self._arrivals.ended()
        self._arrivals.look()
        self._recall(spread=spread)
        self.look(spread=spread)
        return self._report()

    def _empty_schedule(self, width: int | None) -> StreamedSchedule:
        config = self._config
        batch, ranks, accumulation = config.batch_size, config.workers, config.gradient_accumulation

        def deal(lengths: Any, epochs: float, seed: int) -> Schedule:
            given: Any = {"batch": batch, "ranks": ranks, "accumulation": accumulation, "width": width}
            return Schedule(lengths, epochs=epochs, seed=seed, **given)

        return StreamedSchedule(deal, epochs=config.epochs, seed=self._seed)

    def _claim(self, longest: int) -> None:
        content = self._made_of(self._recipe)
        record = content | {"fingerprint": fingerprint_of(content), "longest": longest}
        if not (self._folder / STREAM_FILE).exists():
            commit_json(self._folder / STREAM_FILE, record)
        elif stream_record(self._folder)["fingerprint"] != record["fingerprint"]:
            raise RunDirectoryError(
                f"{self._folder}: holds segments that were made with other settings; give another folder or remove it"
            )

    def _recall(self, *, spread: bool) -> None:
        """Take up the segments that are recorded; what is damaged of them is made again, of the same shards."""
        known = self._arrivals.records
        for number in count():
            segment = recorded_segment(self._folder, number)
            if segment is None:
                break
            for file, checksum in segment.shards.items():
                if file not in known or known[file].sha256 != checksum:
                    raise RunDirectoryError(
                        f"{self._folder}: was made of shards that are gone from {self._synthesis} ({file}); train in "
                        "another folder, or remove this one"
                    )
            report, part = self._build(number, [known[file] for file in segment.shards], spread=spread)
            if part.record["fingerprint"] != segment.fingerprint:
                raise RunDirectoryError(
                    f"{segment_dir(self._folder, number)}: the same shards give other examples now; train in another "
                    "folder, or remove this one"
                )
            self._take(segment, report, part)
        self._over = (bool(self._segments) and self._segments[-1].last) or (self._folder / END_FILE).exists()

    def _take(self, segment: Segment, report: CorpusReport, part: MappedCorpus) -> None:
        self._segments.append(segment)
        self._reports.append(report)
        self._taken |= set(segment.shards)
        self._schedule.add(part.lengths, last=segment.last)

    def _report(self) -> CorpusReport:
        return CorpusReport(
            examples=sum(report.examples for report in self._reports),
            left_out_too_long=sum(report.left_out_too_long for report in self._reports),
            source_tokens=sum(report.source_tokens for report in self._reports),
            target_tokens=sum(report.target_tokens for report in self._reports),
        )

    def halt(self) -> None:
        """Let the ranks stop, with a savepoint, before any segment that is not recorded yet.

        Raises:
            ShardError: the disk is full, or the folder cannot be written.
        """
        write_count(self._folder, HALT_FILE, len(self._segments))

    def look(self, *, spread: bool = False) -> None:
        """Cut the segments that can be cut by now; nothing happens once there will be no more.

        Args:
            spread: a large segment may be tokenised by Ray Data.

        Raises:
            ShardError: the synthesis folder cannot be read, or the corpus's not written.
            TrainingError: the synthesis has ended and there is no example.
        """
        if not self._over:
            ended = self._arrivals.ended()
            self._unseen |= self._arrivals.look()
            if ended:
                self._cut_rest(spread=spread)
                self._over = True
            elif self._unseen:
                self._cut()
                self._unseen = False
        if self._over and not (self._folder / END_FILE).exists():
            write_count(self._folder, END_FILE, len(self._segments))

    def _cut(self) -> None:
        """Make a segment of as many of the new shards as there may be in it, if that is worth it."""
        new = self._arrivals.whole(self._taken)
        if self._steps_per_program is None and (made := self._made(new, spread=False)):
            self._steps_per_program = self._steps(made) / programs_of(new)
        if self._steps_per_program is None:
            return
        worth = [programs_of([record]) * self._steps_per_program for record in new]
        chosen = new[: to_cut(worth, self._schedule.known_steps, self._config.epochs)]
        if made := self._made(chosen, spread=False):
            self._steps_per_program = self._steps(made) / programs_of(chosen)
            if self._steps(made) >= LEAST_STEPS:
                self._record(chosen, made, last=False)

    def _cut_rest(self, *, spread: bool) -> None:
        """The last segment, of all that is left. Where no example is left, the one before was the last."""
        rest = self._arrivals.whole(self._taken)
        self._arrivals.check_all()
        if made := self._made(rest, spread=spread):
            self._record(rest, made, last=True)
        elif not self._segments:
            self._build(0, rest, spread=False)  # says why there is no example

    def _made(self, chosen: list[ShardRecord], *, spread: bool) -> Made | None:
        """The corpus of the next segment, not recorded yet; None where these shards have no example."""
        if not chosen:
            return None
        try:
            return self._build(len(self._segments), chosen, spread=spread)
        except TrainingError:  # the only reason: no example is left to train on
            return None

    def _build(self, number: int, chosen: Sequence[ShardRecord], *, spread: bool) -> Made:
        source, recipe = self._source(chosen), self._recipe
        where = segment_dir(self._folder, number)
        report = build_corpus(
            # While ranks and engines are at work no CPU may be free, and a task that waits for one would wait for those
            # who wait for it.
            source if spread else in_one_part(source),
            self._model,
            where,
            max_source=recipe.max_source,
            max_target=recipe.max_target,
            max_length=recipe.max_length,
            seq2seq=recipe.seq2seq,
            form=recipe.form,
        )
        return report, MappedCorpus(where)

    def _steps(self, made: Made) -> int:
        return self._schedule.steps_of(made[1].lengths)

    def _record(self, chosen: list[ShardRecord], made: Made, *, last: bool) -> None:
        number, (report, part) = len(self._segments), made
        segment = Segment(
            number=number,
            fingerprint=part.record["fingerprint"],
            shards={record.file: record.sha256 for record in chosen},
            last=last,
            warmup_steps=self._segments[0].warmup_steps if number else self._warmup(chosen, made, last=last),
        )
        segment.write(self._folder)
        self._take(segment, report, part)
        left_out = f", {report.left_out_too_long:,} too long" if report.left_out_too_long else ""
        logger.info("segment %d: %d examples of %d shards%s", number, report.examples, len(chosen), left_out)

    def _warmup(self, chosen: list[ShardRecord], made: Made, *, last: bool) -> int:
        asked, questions = sum(record.questions for record in chosen), self._arrivals.questions()
        share = min(asked / questions, 1.0) if asked and questions and not last else 1.0
        return warmup_steps(self._steps(made), share, self._config)


def in_one_part(source: Source) -> Source:
    """The same examples, not to be read apart from each other."""
    return Source((partial(iter, source),), source.identity)
