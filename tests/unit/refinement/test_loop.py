"""Which rounds are kept, and which is the last; the rounds themselves are stubs here."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import judged_shard

from pad_ray.config import RunConfig
from pad_ray.errors import RunDirectoryError
from pad_ray.records import REPAIR_SCHEMA, to_table
from pad_ray.refinement.loop import Refined, RefinementLoop, RoundResult
from pad_ray.scores import Scores
from pad_ray.shards.place import Place
from pad_ray.shards.writer import write_shard

QUESTIONS = 100


def scores(right: int) -> Scores:
    """The first questions are right."""
    return Scores({f"q{i}": float(i < right) for i in range(QUESTIONS)}, QUESTIONS)


class Rounds(RefinementLoop):
    """Each round's student gets as many questions right as it is told."""

    def __init__(self, *right: int) -> None:
        config = RunConfig.model_validate({"refinement": {"rounds": len(right)}, "questions": {"limit": 1}})
        super().__init__(config, Path("folder"), Place.of("synthesis"), lambda *_: scores(0))
        self.right = right
        self.began: list[str] = []

    def _round(self, number: int, model: str, before: Scores) -> tuple[RoundResult, str, Scores]:
        self.began.append(model)
        after = scores(self.right[number - 1])
        kept = after.accuracy > before.accuracy
        return RoundResult(number, {}, after.accuracy, kept, after.noise(before)), f"student-{number}", after


def run(*right: int, start: int = 50) -> tuple[Refined, list[str]]:
    loop = Rounds(*right)
    return loop.run("distilled", scores(start)), loop.began


def test_each_round_goes_on_from_the_best_student() -> None:
    refined, began = run(60, 75, 90)
    assert (refined.model, refined.accuracy, len(refined.rounds)) == ("student-3", 0.9, 3)
    assert began == ["distilled", "student-1", "student-2"]


def test_a_round_that_gains_less_than_its_noise_is_kept_and_the_last() -> None:
    refined, _ = run(51, 90)  # one question more is chance
    assert (refined.model, refined.accuracy, len(refined.rounds)) == ("student-1", 0.51, 1)
    assert refined.rounds[0].noise == scores(51).noise(scores(50)) > 0.01


def test_a_round_that_gains_nothing_is_not_kept_and_the_last() -> None:
    for right in (50, 40):
        refined, _ = run(right, 90)
        assert (refined.model, refined.accuracy, len(refined.rounds)) == ("distilled", 0.5, 1)
        assert not refined.rounds[0].kept


def test_without_rounds_nothing_is_refined() -> None:
    assert run() == (Refined("distilled", 0.5, ()), [])


def test_repairs_belong_to_what_they_are_made_of(tmp_path: Path) -> None:
    synthesis, folder = Place.of(tmp_path / "synthesis"), tmp_path / "round-1"
    for place in (synthesis, Place.of(folder / "samples")):
        (place / "shards").make()
        judged_shard(place, 0, [(1, "ans = 1", "right", True)])

    def claimed(**refinement: object) -> Path:
        config = RunConfig.model_validate({"refinement": refinement, "questions": {"limit": 1}})
        return RefinementLoop(config, tmp_path, synthesis, lambda *_: scores(0))._claimed(1, folder)

    shards = claimed()
    write_shard(shards, 0, to_table([], REPAIR_SCHEMA))
    assert claimed(epochs=9) == shards, "no repair is another for it"
    with pytest.raises(
        RunDirectoryError, match=r"repairs: holds other work \(refinement\.injected_share was 0\.5, is 2"
    ):
        claimed(injected_share=2)
    judged_shard(synthesis, 1, [(2, "ans = 2", "right", True)])
    with pytest.raises(RunDirectoryError, match=r"repairs: holds other work \(synthesis was"):
        claimed()
