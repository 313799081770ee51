"""Shards become segments: each in one of them, whatever is killed and started again."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from growing import KEEP, PER_SHARD, GrowingSynthesis
from trainings import save_tokenizer

from pad_ray.config import StudentConfig
from pad_ray.errors import RunDirectoryError, ShardError, TrainingError
from pad_ray.shards.manifest import MANIFEST
from pad_ray.shards.place import Place
from pad_ray.shards.writer import shard_path
from pad_ray.student import segments
from pad_ray.student.cutting import Cutter
from pad_ray.student.follow import Follower
from pad_ray.student.mapped import RECORD_FILE, MappedCorpus
from pad_ray.student.order import Schedule
from pad_ray.student.segments import (
    END_FILE,
    HALT_FILE,
    SEGMENT_FILE,
    Segment,
    SegmentedCorpus,
    recorded_segment,
    segment_dir,
    stream_record,
)
from pad_ray.student.streamed import LEAST_STEPS
from pad_ray.student.tokenised import Recipe
from pad_ray.student.tokenizer import tokenizer_fingerprint

SHARDS = 12
CONFIG = StudentConfig(stream=True, batch_size=2, epochs=2)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("model")
    save_tokenizer(folder)
    return str(folder)


@pytest.fixture
def synthesis(tmp_path: Path) -> GrowingSynthesis:
    return GrowingSynthesis(Place.of(tmp_path / "synthesis"), SHARDS)


def recipe(model: str, max_target: int = 256) -> Recipe:
    tokenizer = tokenizer_fingerprint(Path(model))
    return Recipe(tokenizer, "plain", max_source=400, max_target=max_target, max_length=512, seq2seq=False)


def cutter(
    synthesis: GrowingSynthesis, model: str, folder: Path, config: StudentConfig = CONFIG, max_target: int = 256
) -> Cutter:
    made = Cutter(synthesis.place, synthesis.source, config, seed=3)
    made.begin(model, folder, recipe(model, max_target))
    return made


def recorded(folder: Path) -> list[Segment]:
    return [segment for n in range(100) if (segment := recorded_segment(folder, n))]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def steps_of(part: MappedCorpus) -> int:
    made = Schedule(
        part.lengths, batch=CONFIG.batch_size, ranks=CONFIG.workers, accumulation=1, epochs=1, seed=0, width=512
    )
    return made.total_steps


@pytest.mark.parametrize("restarts", [False, True])
def test_each_shard_comes_into_one_segment_and_the_last_is_known_as_such(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path, restarts: bool
) -> None:
    folder = tmp_path / "corpus"
    cutting = cutter(synthesis, model, folder)
    assert not recorded(folder)
    while synthesis.written < SHARDS:
        synthesis.write(2)
        before = contents(folder)
        if restarts:
            cutting = cutter(synthesis, model, folder)
        cutting.look()
        kept = {name: content for name, content in contents(folder).items() if name in before}
        unfinished = str(segment_dir(folder, len(recorded(folder)) - 1))
        assert all(before[name] == content for name, content in kept.items() if not name.startswith(unfinished))
        assert not any(segment.last for segment in recorded(folder))
    synthesis.close()
    cutting.look()
    cutting.look()
    segments = recorded(folder)
    assert len(segments) > 2
    assert [segment.last for segment in segments] == [False] * (len(segments) - 1) + [True]
    assert [file for segment in segments for file in segment.shards] == [f"shard-{n:06d}.arrow" for n in range(SHARDS)]
    read = SegmentedCorpus(folder).grow_all()
    assert all(steps_of(part) >= LEAST_STEPS for part in read.parts[:-1])
    # By an estimate before it was tokenised.
    assert steps_of(read.parts[-1]) >= 0.8 * LEAST_STEPS
    assert json.loads((folder / END_FILE).read_text()) == {"segments": len(segments)}
    assert len({segment.warmup_steps for segment in segments}) == 1 and segments[0].warmup_steps > 0


def test_a_synthesis_that_ended_before_is_one_segment(synthesis: GrowingSynthesis, model: str, tmp_path: Path) -> None:
    synthesis.close()
    cutting = Cutter(synthesis.place, synthesis.source, CONFIG, seed=3)
    report = cutting.begin(model, tmp_path / "corpus", recipe(model))
    assert stream_record(tmp_path / "corpus")["fingerprint"] == cutting.fingerprint(recipe(model))
    (only,) = recorded(tmp_path / "corpus")
    assert only.last and len(only.shards) == SHARDS
    assert report.examples == SHARDS * PER_SHARD * KEEP


def test_what_was_being_made_when_it_was_killed_is_made_anew(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path
) -> None:
    folder = tmp_path / "corpus"
    synthesis.write(6)
    cutter(synthesis, model, folder)
    (segment_dir(folder, 0) / SEGMENT_FILE).unlink()
    synthesis.write(2)
    cutter(synthesis, model, folder)
    (segment,) = recorded(folder)
    assert len(segment.shards) > 4
    assert len(SegmentedCorpus(folder).grow_all()) == len(segment.shards) * PER_SHARD * KEEP


def test_a_damaged_segment_is_made_again_of_the_same_shards(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path
) -> None:
    folder = tmp_path / "corpus"
    synthesis.close()
    cutter(synthesis, model, folder)
    path = segment_dir(folder, 0) / "corpus-00000.arrow"
    whole = path.read_bytes()
    path.write_bytes(whole[:-50] + bytes(50))
    cutter(synthesis, model, folder)
    assert path.read_bytes() == whole


def test_other_settings_and_other_shards_are_refused(synthesis: GrowingSynthesis, model: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    synthesis.close()
    cutter(synthesis, model, folder)
    before = contents(folder)
    with pytest.raises(RunDirectoryError, match="made with other settings"):
        cutter(synthesis, model, folder, max_target=200)
    (synthesis.place / "shards").remove("shard-000003.json")
    with pytest.raises(RunDirectoryError, match=r"shards that are gone .*\(shard-000003\.arrow\)"):
        cutter(synthesis, model, folder)
    assert contents(folder) == before


def test_a_shard_that_is_not_as_recorded_waits_until_it_is_made_anew(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path
) -> None:
    folder, path = tmp_path / "corpus", shard_path(tmp_path / "synthesis" / "shards", 0)
    synthesis.write(6)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    cutting = cutter(synthesis, model, folder)
    assert path.name not in recorded(folder)[0].shards
    synthesis.close()
    with pytest.raises(ShardError, match=r"shard-000000\.arrow: not as the manifest has it"):
        cutting.look()
    path.write_bytes(whole)
    cutting.look()
    assert path.name in recorded(folder)[-1].shards


def test_a_synthesis_without_a_right_program_ends_in_one_line(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path
) -> None:
    synthesis.write(6)
    cutting = cutter(synthesis, model, tmp_path / "corpus", max_target=8)
    assert not recorded(tmp_path / "corpus")
    synthesis.close()
    with pytest.raises(TrainingError, match=r"no example to train on \(\d+ left out as too long"):
        cutting.look()


def test_where_nothing_is_left_for_a_last_segment_the_end_is_recorded(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path
) -> None:
    folder = tmp_path / "corpus"
    synthesis.write(6)
    cutting = cutter(synthesis, model, folder)
    (first,) = recorded(folder)
    manifest = synthesis.place.read_json(MANIFEST)
    for index in range(len(first.shards), 6):
        for name in (f"shard-{index:06d}.json", f"shard-{index:06d}.arrow"):
            (synthesis.place / "shards").remove(name)
    synthesis.place.put_json(MANIFEST, manifest | {"complete": True, "shards": first.shards})
    cutting = cutter(synthesis, model, folder)
    assert json.loads((folder / END_FILE).read_text()) == {"segments": 1}
    read = SegmentedCorpus(folder).grow_all()
    assert read.ended and not read.segments[0].last
    cutting.look()


def test_ranks_read_what_is_there_and_see_the_end(synthesis: GrowingSynthesis, model: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    synthesis.write(6)
    cutting = cutter(synthesis, model, folder)
    corpus = SegmentedCorpus(folder)
    assert len(corpus) == 0
    first = corpus.grow()
    assert first is not None and first.number == 0
    assert corpus.grow() is None and not corpus.ended and not corpus.halted
    synthesis.close()
    cutting.look()
    corpus.grow_all()
    assert corpus.ended and len(corpus) == len(corpus.lengths) == SHARDS * PER_SHARD * KEEP
    assert [len(corpus[i]["input_ids"]) for i in (0, 100, len(corpus) - 1)] == corpus.lengths[[0, 100, -1]].tolist()
    expected = [example.source_id for example in synthesis.source()]
    assert corpus.source_ids(range(len(corpus))) == expected
    with pytest.raises(IndexError):
        corpus[len(corpus)]


def test_a_halt_comes_after_all_segments_before_it(synthesis: GrowingSynthesis, model: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    synthesis.write(6)
    cutter(synthesis, model, folder).halt()
    late = SegmentedCorpus(folder)
    assert late.grow() is not None and not late.halted
    assert late.grow() is None and late.halted and not late.ended
    cutter(synthesis, model, folder)
    assert not (folder / HALT_FILE).exists()


def test_a_segment_that_is_recorded_and_cannot_be_read_is_waited_for_but_not_for_ever(
    synthesis: GrowingSynthesis, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "corpus"
    synthesis.write(6)
    cutter(synthesis, model, folder)
    record = segment_dir(folder, 0) / RECORD_FILE
    record.rename(tmp_path / "not yet seen")
    corpus = SegmentedCorpus(folder)
    assert corpus.grow() is None and not corpus.ended
    (tmp_path / "not yet seen").rename(record)
    assert corpus.grow() is not None
    record.unlink()
    monkeypatch.setattr(segments, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(TrainingError, match="segment-00000: recorded, and its files cannot be read"):
        SegmentedCorpus(folder).grow()


class Scripted:
    """In place of a cutter: raises what it is told to, in this order, and counts what it is asked for."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.looks = self.halts = 0

    def look(self, *, spread: bool = False) -> None:
        self.looks += 1
        if self._errors:
            raise self._errors.pop(0)

    def halt(self) -> None:
        self.halts += 1


def until(condition) -> None:
    while not condition():
        time.sleep(0.001)


def test_the_follower_carries_on_when_the_ledger_is_out_of_reach_for_a_while() -> None:
    script = Scripted(ShardError("no answer"), ShardError("no answer"))
    with Follower(script, look_seconds=0.001) as follower:  # type: ignore[arg-type]
        until(lambda: script.looks > 4)
    follower.check()
    assert script.halts == 0


def test_an_error_halts_the_ranks_and_is_told() -> None:
    script = Scripted(TrainingError("no example"))
    with Follower(script, look_seconds=0.001) as follower:  # type: ignore[arg-type]
        until(lambda: script.halts)
    with pytest.raises(TrainingError, match="no example"):
        follower.check()
    assert script.looks == 1


def test_a_halt_is_written_once_and_nothing_is_cut_after_it() -> None:
    script = Scripted()
    follower = Follower(script, look_seconds=60)  # type: ignore[arg-type]
    with follower:
        until(lambda: script.looks == 1)
        follower.halt("the synthesis failed")
        until(lambda: script.halts)
        follower.halt("another reason")
    assert (script.looks, script.halts) == (1, 1)
    with pytest.raises(TrainingError, match="stopped with a savepoint: the synthesis failed"):
        follower.check()
