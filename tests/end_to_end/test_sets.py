"""Several question sets by one engine: each in its own folder, whatever becomes of the others."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from ray import cloudpickle
from ray.exceptions import RayError

from pad_ray.config import EngineConfig, QuestionsConfig, RayConfig, RunConfig
from pad_ray.errors import TeacherError
from pad_ray.evaluation.evaluate import judged_rows, questions_of
from pad_ray.runtime import ray_cluster
from pad_ray.shards.files import read_json
from pad_ray.shards.manifest import MANIFEST, Totals
from pad_ray.synthesis.flow import Flow, Maker, fixed_flow
from pad_ray.synthesis.runner import Attempt, run_sets
from pad_ray.teacher.engine import Completion, Draw, Prompt, make_engine

# Ray's workers cannot import this file.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

SETS = [
    QuestionsConfig(set="wordsums", split="test", limit=20),
    QuestionsConfig(set="wordsums", split="train", limit=9),
    QuestionsConfig(set="wordsums", split="test", limit=6),
]
EACH = [(0, 20, 40), (1, 9, 45), (2, 6, 12)]
"""The sets' numbers, right programs and tokens that count as wasted."""


FIRST_ENDED = "first-ended"
"""Beside the file of starts: written when the first set has ended."""


class Wordy:
    """The reference engine, as if it had discarded tokens: more at a training question, at which it may get stuck, or
    waits until it is known that the first set has ended."""

    name = "wordy"
    aborted_tokens = 0

    def __init__(self, config: EngineConfig, starts: Path | None) -> None:
        self._engine = make_engine(config)
        self._starts = starts
        if starts is not None:
            with starts.open("a") as file:
                file.write("started\n")

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        training = "train" in prompt.question.question_id
        if training:
            await self._wait_for_the_first()
        completion = await self._engine.draw(prompt, draw)
        assert completion is not None
        return replace(completion, discarded_tokens=5 if training else 2)

    async def _wait_for_the_first(self) -> None:
        if self._starts is None:
            raise TeacherError("stuck")
        for _ in range(600):
            if self._starts.with_name(FIRST_ENDED).exists():
                return
            await asyncio.sleep(0.1)
        raise TeacherError("the first set's end is not told while another is worked on")

    async def close(self) -> None:
        await self._engine.close()


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def flow(folder: Path, make: Maker) -> Flow:
    config = RunConfig.model_validate(
        {
            "run_dir": str(folder),
            "questions": {"set": "wordsums", "limit": 1},
            "teacher": {"engine": "reference"},
            "executor": {"workers": 1},
            "synthesis": {"block_size": 4},
        }
    )
    return replace(fixed_flow(config, SETS[0], config.teacher, config.evaluation), make=make)


def run(folder: Path, starts: Path | None, ended: list[tuple[int, int, int]]) -> None:
    """`ended`: gets the sets in the order in which they end, with their right programs and wasted tokens."""

    def told(number: int, totals: Totals) -> None:
        ended.append((number, totals.right, totals.wasted_tokens))
        if number == 0:
            (folder / FIRST_ENDED).touch()

    places = [(asked, folder / str(number)) for number, asked in enumerate(SETS)]
    run_sets(flow(folder, partial(Wordy, starts=starts)), places, Attempt("sets", lambda _: None), told)


def test_one_engine_does_all_sets_and_only_what_is_missing(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    ended: list[tuple[int, int, int]] = []
    run(tmp_path, starts, ended)
    assert sorted(ended) == EACH
    assert starts.read_text().count("started") == 1
    for number, asked in enumerate(SETS):
        folder = tmp_path / str(number)
        ids = [question.question_id for question in questions_of(folder)]
        assert len(ids) == asked.limit
        assert sorted(row["question_id"] for row in judged_rows(folder)) == sorted(ids)
        assert read_json(folder / MANIFEST)["complete"]

    ended.clear()
    run(tmp_path, starts, ended)
    assert ended == EACH
    assert starts.read_text().count("started") == 1, "nothing was missing"

    lost = sorted((tmp_path / "1" / "shards").glob("*.arrow"))[-1]
    others = {
        path: path.stat().st_mtime_ns
        for path in tmp_path.glob("*/shards/*")
        if path.with_suffix("") != lost.with_suffix("")
    }
    lost.write_bytes(lost.read_bytes()[:-8])
    ended.clear()
    with pytest.raises(RayError, match="stuck"):
        run(tmp_path, None, ended)
    assert ended == [EACH[0], EACH[2]], "those of which nothing is missing, although another fails"
    ended.clear()
    run(tmp_path, starts, ended)
    assert ended == [EACH[0], EACH[2], EACH[1]]
    assert starts.read_text().count("started") == 2
    assert {path: path.stat().st_mtime_ns for path in others} == others
