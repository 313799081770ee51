"""What an experiment consists of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pad_ray.config.experiment import ExperimentConfig, folder_name
from pad_ray.config_file import load
from pad_ray.errors import ConfigError
from pad_ray.experiment.cells import MEASURES, REFINES, TRAINS, cells, merged, synthesis_of
from pad_ray.experiment.runner import judged_alike

ROOT = Path(__file__).parents[3]

BASE = {"run_dir": "runs/e", "questions": {"limit": 100}, "student": {"epochs": 2, "lora": {"rank": 4}}}
ARMS: dict[str, Any] = {
    "chains": {"data": "rationales"},
    "all": {"data": "programs", "settings": {"student": {"learn_from": "all"}}},
    "kept": {"data": "programs"},
    "refined": {"refines": "kept", "settings": {"refinement": {"rounds": 2}}},
    "mended": {"measures": "refined", "settings": {"evaluation": {"repair_attempts": 1}}, "result": "repaired"},
}
DATA = {"programs": {}, "rationales": {"teacher": {"prompt": {"version": "rationale-v1"}}}}


def experiment(**changed: Any) -> ExperimentConfig:
    made = {"base": BASE, "seeds": [1, 2], "data": DATA, "arms": ARMS, "curve": {"arms": ["kept"], "shares": [0.1]}}
    return ExperimentConfig.model_validate(made | changed)


def test_each_arm_is_done_with_each_seed_after_what_it_goes_on_from() -> None:
    made = list(cells(experiment()))
    assert [(cell.arm, cell.seed, cell.way, cell.of, cell.share) for cell in made[:6]] == [
        ("chains", 1, TRAINS, "rationales", None),
        ("all", 1, TRAINS, "programs", None),
        ("kept", 1, TRAINS, "programs", None),
        ("refined", 1, REFINES, "kept", None),
        ("mended", 1, MEASURES, "refined", None),
        ("kept", 1, TRAINS, "programs", 0.1),
    ]
    assert [cell.seed for cell in made] == [1] * 6 + [2] * 6
    assert len({cell.config.run_dir for cell in made}) == len(made)


def test_an_arm_differs_from_the_base_in_what_it_says_and_in_its_data() -> None:
    of = {cell.arm: cell.config for cell in cells(experiment()) if cell.seed == 2}
    assert all(config.seed == 2 and config.student.epochs == 2 for config in of.values())
    assert {arm: config.student.learn_from for arm, config in of.items()} == {
        "chains": "right", "all": "all", "kept": "right", "refined": "right", "mended": "right",
    }  # fmt: skip
    assert of["chains"].teacher.prompt.version == "rationale-v1"
    assert of["mended"].teacher.prompt.version == "program-v1"
    assert of["chains"].synthesis.folder == "runs/e/data/rationales/synthesis"
    assert of["mended"].synthesis.folder == of["all"].synthesis.folder == "runs/e/data/programs/synthesis"
    assert of["refined"].refinement.rounds == 2 and of["mended"].evaluation.repair_attempts == 1
    assert synthesis_of(experiment(), "rationales").teacher.prompt.version == "rationale-v1"


def test_arms_share_the_samples_of_a_student_that_they_sample_alike() -> None:
    arms = ARMS | {
        "again": {"refines": "kept", "settings": {"refinement": {"injected_share": 0}}},
        "hotter": {"refines": "kept", "settings": {"refinement": {"temperature": 1.0}}},
        "of all": {"refines": "all"},
    }
    made = [cell for cell in cells(experiment(arms=arms)) if cell.way == REFINES]
    samples = {(cell.arm, cell.seed): cell.config.refinement.samples for cell in made}
    assert samples["again", 1] == samples["refined", 1] != samples["again", 2]
    assert len({samples[arm, 1] for arm in ("refined", "hotter", "of all")}) == 3
    assert all(str(where).startswith(f"runs/e/seed-{seed}/") for (_, seed), where in samples.items())


def test_a_round_begins_with_the_figure_of_its_student_only_where_it_is_judged_by_the_same() -> None:
    judged_by = [{"set": "wordsums", "split": "train", "limit": 8}]
    arms = ARMS | {
        "judged": {"refines": "kept", "settings": {"refinement": {"judged_by": judged_by}}},
        "longer": {"refines": "kept", "settings": {"evaluation": {"max_tokens": 99}}},
        "exact": {"refines": "kept", "settings": {"student_engine": {"dtype": "float32"}}},
        "patient": {"refines": "kept", "settings": {"executor": {"cpu_seconds": 9}}},
    }
    of = {cell.arm: cell for cell in cells(experiment(arms=arms)) if cell.seed == 1 and cell.share is None}
    assert [
        arm for arm in ("refined", "judged", "longer", "exact", "patient") if judged_alike(of["kept"], of[arm])
    ] == ["refined"]
    assert not judged_alike(of["mended"], of["refined"])


def test_a_synthesis_is_the_same_with_other_students() -> None:
    other = synthesis_of(experiment(base=BASE | {"student": {"epochs": 9}, "refinement": {"rounds": 3}}), "programs")
    assert other == synthesis_of(experiment(), "programs")
    assert other != synthesis_of(experiment(base=BASE | {"questions": {"limit": 50}}), "programs")


def test_sections_are_merged_and_values_replaced() -> None:
    assert merged({"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}, "e": 3}) == {
        "a": {"b": 1, "c": [2]},
        "d": 2,
        "e": 3,
    }


def test_folders_have_plain_names() -> None:
    assert folder_name("beams, the paper's score") == "beams-the-paper-s-score"
    assert {cell.config.run_dir.name for cell in cells(experiment()) if cell.share} == {"kept-0.1"}


@pytest.mark.parametrize("settings", [{}, {"evaluation": {"repair_attempts": 1, "prompt": "rationale-v1"}}])
def test_a_result_that_is_not_measured_is_refused(settings: dict[str, Any]) -> None:
    arms = {"kept": {"data": "programs"}, "mended": {"measures": "kept", "settings": settings, "result": "repaired"}}
    with pytest.raises(ConfigError, match=r"arms\.mended\.result: repaired is not measured; set evaluation\.repair"):
        list(cells(experiment(arms=arms)))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"arms": {"a": {"data": "other"}}}, r"arms\.a\.data: there is no synthesis other; there are programs"),
        ({"arms": {"a": {"refines": "b"}, "b": {"data": "programs"}}}, r"arms\.a: no arm b comes before it; .* none"),
        ({"arms": {"a": {}}}, "an arm has one of data, refines and measures"),
        ({"arms": {"a b": {"data": "programs"}, "A-B": {"data": "programs"}}}, "two are the same, or one is empty"),
        ({"arms": {"α": {"data": "programs"}}}, "two are the same, or one is empty"),
        ({"arms": {"a": {"data": "programs", "result": "best"}}}, "set it to repaired or verified"),
        ({"curve": {"arms": ["refined"]}}, r"curve\.arms: refined is no arm that trains"),
        (
            {"claims": [{"text": "?", "better": "kept", "than": "none", "points": 1}]},
            r"claims\.0: there is no arm none",
        ),
        ({"claims": [{"text": "?", "better": "kept", "than": "all"}]}, r"claims\.0: say by how many points"),
        ({"curve": {"arms": ["kept"], "shares": [5, 10]}}, r"curve\.shares\.0\n.*less than 1"),
        ({"curve": {"arms": ["kept"], "shares": [0.1, 0.5, 0.1]}}, r"curve\.shares: one of them is there twice"),
        ({"seeds": [1, 1]}, "seeds: one of them is there twice"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        experiment(**changed)


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "experiment").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_ready_experiments_are_possible(path: Path) -> None:
    made = list(cells(load(ExperimentConfig, path)))
    assert {cell.way for cell in made} == {TRAINS, REFINES, MEASURES}


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("seed=3", "unknown setting 'seed'; did you mean 'seeds'?"),
        ("base.student.epocs=3", "unknown setting 'base.student.epocs'; did you mean 'epochs'?"),
        ("arms.data.dat=3", "unknown setting 'arms.data.dat'; did you mean 'data'?"),
        ("claims.0.pointz=3", "unknown setting 'claims.0.pointz'; did you mean 'points'?"),
    ],
)
def test_an_unknown_key_of_an_experiment_is_named(tmp_path: Path, override: str, problem: str) -> None:
    (tmp_path / "e.yaml").write_text(
        "arms: {data: {data: programs}}\nclaims: [{text: a, better: data, than: data, p: 0.1}]"
    )
    with pytest.raises(ConfigError, match=re.escape(problem)):
        load(ExperimentConfig, tmp_path / "e.yaml", [override])


def test_an_impossible_setting_of_an_arm_is_told_with_its_arm() -> None:
    for settings, problem in [
        ({"student": {"epocs": 3}}, "arms.kept.settings: unknown setting 'student.epocs'; did you mean 'epochs'?"),
        ({"student": {"epochs": -1}}, "arms.kept.settings: setting 'student.epochs': "),
    ]:
        with pytest.raises(ConfigError, match=re.escape(problem)):
            list(cells(experiment(arms=ARMS | {"kept": {"data": "programs", "settings": settings}})))
    with pytest.raises(ConfigError, match=re.escape("data.programs: unknown setting 'synthesis.keeep'")):
        synthesis_of(experiment(data={"programs": {"synthesis": {"keeep": 1}}, "rationales": {}}), "programs")


def test_arms_that_are_asked_other_questions_are_not_compared() -> None:
    other = {"measures": "kept", "settings": {"evaluation": {"sets": [{"set": "svamp"}]}}}
    claims = [{"text": "?", "better": "other", "than": "kept", "points": 1}]
    with pytest.raises(ConfigError, match=r"claims\.0: other and kept are asked other questions"):
        list(cells(experiment(arms=ARMS | {"other": other}, claims=claims)))
    assert list(cells(experiment(arms=ARMS | {"other": other})))
