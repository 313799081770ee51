"""How an engine is chosen, a model name resolved and a seed drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import EMBEDDED, DummyConfig, EngineConfig
from pad_ray.errors import ConfigError
from pad_ray.records import Completion, Question
from pad_ray.teacher.dummy import DummyEngine
from pad_ray.teacher.engine import Draw, Prompt, draw_seed, make_engine, resolve_model
from pad_ray.teacher.recorded import RecordedEngine
from pad_ray.teacher.reference import ReferenceEngine

REFERENCE = Prompt("text", Question("q/1", "How many?", "3", reference="ans = 3"))
NO_REFERENCE = Prompt("text", Question("q/2", "How many?", "3"))


def draw(index: int) -> Draw:
    return Draw(index, seed=1, temperature=0.8, top_p=1.0, max_tokens=256)


async def test_the_reference_engine_says_the_rationale_where_one_is_asked_for() -> None:
    engine = make_engine(EngineConfig(engine="reference"))
    question = Question("q/1", "How many?", "3", reference="ans = 3", rationale="1 + 2 = 3. The answer is 3.")
    for version, text in (("rationale-v1", question.rationale), ("program-v1", question.reference), ("", "ans = 3")):
        completion = await engine.draw(Prompt("text", question, version), draw(0))
        assert completion is not None and completion.text == text
    assert (
        await engine.draw(Prompt("text", Question("q/2", "?", "3", reference="ans = 3"), "rationale-v1"), draw(0))
        is None
    )


async def test_the_reference_engine_says_the_reference_once() -> None:
    engine = make_engine(EngineConfig(engine="reference"))
    assert isinstance(engine, ReferenceEngine)
    assert engine.name == "reference"
    assert [await engine.draw(REFERENCE, draw(index)) for index in range(3)] == [Completion("ans = 3"), None, None]
    assert await engine.draw(NO_REFERENCE, draw(0)) is None
    await engine.close()


async def test_the_dummy_engine_is_made_of_its_own_section() -> None:
    engine = make_engine(EngineConfig(engine="dummy", dummy=DummyConfig(right=0, raises=0, loops=1)))
    assert isinstance(engine, DummyEngine)
    completion = await engine.draw(REFERENCE, draw(0))
    assert completion is not None
    assert "while" in completion.text


async def test_the_recorded_engine_reads_its_model_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rho.jsonl"
    path.write_text('broken\n{"question_id": "q/1", "completion": "ans = 3"}\n')
    with pytest.raises(ConfigError, match=r"rho\.jsonl:1: "):
        make_engine(EngineConfig(engine="recorded", model=str(path)))
    engine = make_engine(EngineConfig(engine="recorded", model=str(path), on_bad_row="skip"))
    assert isinstance(engine, RecordedEngine)
    assert await engine.draw(REFERENCE, draw(0)) == Completion("ans = 3")
    await engine.close()


def test_embedded_names_are_folders_that_ship() -> None:
    for name, folder in EMBEDDED.items():
        assert resolve_model(name) == str(folder)
        assert folder.parts[-3:-1] == ("pad_ray", "embedded")


@pytest.mark.parametrize("model", ["org/model", "/models/t5", "./t5", "reference"])
def test_other_names_stay_as_they_are(model: str) -> None:
    assert resolve_model(model) == model


def test_an_unknown_embedded_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        ConfigError, match=r"'embedded:techer': the embedded models are embedded:teacher, embedded:stud"
    ):
        resolve_model("embedded:techer")


@given(st.integers(), st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**6))
def test_a_seed_has_31_bits_and_is_drawn_alike(seed: int, question: str, index: int) -> None:
    drawn = draw_seed(seed, question, index)
    assert 0 <= drawn < 2**31
    assert drawn == draw_seed(seed, question, index)


def test_seeds_are_pinned_and_differ() -> None:
    # A block that is redone after an upgrade must be drawn as it was before.
    assert draw_seed(7, "gsm8k/train/0", 0) == 2049134644
    drawn = {draw_seed(seed, f"q/{i}", index) for seed in range(5) for i in range(50) for index in range(4)}
    assert len(drawn) == 1000
    assert max(drawn) > 2**30
