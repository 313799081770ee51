"""A whole run without a cluster: which flows there are, and that they go on under the settings that were let through."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from judged import judged, right

from pad_ray import pipeline
from pad_ray.config import QuestionsConfig, RunConfig
from pad_ray.config.elsewhere import from_here
from pad_ray.errors import RunDirectoryError
from pad_ray.pipeline import REFINED, Pipeline
from pad_ray.progress import Event
from pad_ray.records import judged_table
from pad_ray.refinement import loop
from pad_ray.shards.files import read_json
from pad_ray.shards.manifest import MANIFEST
from pad_ray.shards.place import Place
from pad_ray.shards.writer import record_path, write_shard
from pad_ray.student.follow import Follower
from pad_ray.synthesis import runner
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.folder import FlowFolder
from pad_ray.synthesis.watch import INTERRUPTED

FLOWS = [
    "evaluation/base/0-wordsums-test",
    "evaluation/distilled/0-wordsums-test",
    "refinement/round-1/evaluation/0-wordsums-test",
    "refinement/round-1/samples",
    "synthesis",
]
"""Folders of judged programs in a run, each with an identity of its own."""


def settings(folder: Path, **executor: object) -> RunConfig:
    return RunConfig.model_validate(
        {
            "run_dir": str(folder),
            "questions": {"set": "wordsums", "limit": 4},
            "teacher": {"engine": "reference"},
            "executor": executor,
            "refinement": {"questions": 4},
            "evaluation": {"sets": [{"set": "wordsums", "split": "test", "limit": 4}]},
        }
    )


class Actor:
    """An object behind the handle that Ray would give, in this process."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace(remote=getattr(self._held, name))


def actor_of(kind: Callable[..., Any]) -> Any:
    made = SimpleNamespace(remote=lambda *given, **named: Actor(kind(*given, **named)))
    return SimpleNamespace(options=lambda **_: made)


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for the cluster, the engines and the training; gets the name of every shard that is made."""
    drawn: list[str] = []

    def run_parts(flow: Flow, folders: Sequence[FlowFolder], *_: object) -> str:
        for folder, index in [(one, index) for one in folders for index in one.missing]:
            rows = [judged(number, 0, right(number), "right", True) for number in range(folder.parts.questions)]
            drawn.append(write_shard(folder.shards, index, judged_table(rows), questions=len(rows)).file)
        return ""

    def teach(*_: object, folder: Path, stage: str, **__: object) -> Any:
        (folder / "model").mkdir(parents=True, exist_ok=True)
        (folder / "model" / "config.json").write_text(stage)
        return SimpleNamespace(model_path=folder / "model")

    (tmp_path / "base").write_text("weights")
    monkeypatch.setattr(runner, "_run_parts", run_parts)
    monkeypatch.setattr(pipeline, "teach", teach)
    monkeypatch.setattr(loop, "teach", teach)
    monkeypatch.setattr(loop.RefinementLoop, "_write_repairs", lambda *_: {})
    monkeypatch.setattr(pipeline, "student_checkpoint", lambda _: tmp_path / "base")
    ray = SimpleNamespace(remote=actor_of, get=lambda done: done, wait=lambda done, timeout: (done, []))
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(**vars(ray), kill=lambda _: None))
    return drawn


def steps(config: RunConfig, *allow_changed: str) -> Pipeline:
    def silent(event: Event) -> None:
        """A report that nobody reads."""

    return Pipeline(config, config.run_dir, silent, allow_changed=allow_changed)


@pytest.fixture
def run(drawn: list[str], tmp_path: Path) -> Path:
    """The folder of a run whose flows are all done, and which has not noted so."""
    folder = tmp_path / "run"
    folder.mkdir()
    steps(settings(folder)).distill()
    assert sorted(str(path.parent.relative_to(folder)) for path in folder.rglob(MANIFEST)) == FLOWS
    for done in (Path("summary.json"), REFINED):
        (folder / done).unlink()
    drawn.clear()
    return folder


def seconds(run: Path) -> dict[str, float]:
    """The limit that each flow's folder has in its identity."""
    return {flow: read_json(run / flow / MANIFEST)["identity"]["executor"]["cpu_seconds"] for flow in FLOWS}


@pytest.mark.parametrize("key", ["executor.cpu_seconds", "executor"])
def test_a_change_that_is_let_through_is_let_through_by_every_flow(run: Path, drawn: list[str], key: str) -> None:
    changed = settings(run, cpu_seconds=9)
    steps(changed, key).distill()
    assert seconds(run) == dict.fromkeys(FLOWS, 9)
    assert not drawn, "what was judged before is kept"
    (run / "summary.json").unlink()
    steps(changed).distill()  # from now on it is the same run


def test_a_finished_run_is_not_taken_for_one_of_other_settings(run: Path) -> None:
    first = steps(settings(run)).distill()
    assert steps(settings(run)).distill() == first
    assert seconds(run) == dict.fromkeys(FLOWS, 5)
    steps(settings(run, cpu_seconds=9), "executor").distill()
    assert seconds(run) == dict.fromkeys(FLOWS, 9)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_change_that_is_not_let_through_is_refused_by_every_flow(run: Path, flow: str) -> None:
    changed = settings(run, cpu_seconds=9)
    steps(changed, "executor").distill()
    for done in (Path("summary.json"), REFINED):
        (run / done).unlink()
    old = read_json(run / flow / MANIFEST)
    old["identity"]["executor"]["cpu_seconds"] = 5.0
    Place.of(run / flow).put_json(MANIFEST, old)
    with pytest.raises(
        RunDirectoryError, match=rf"{flow}: holds other work \(executor\.cpu_seconds was 5\.0, is 9\.0\)"
    ):
        steps(changed).distill()


def test_the_figures_of_one_model_are_never_gone_on_with_by_another(run: Path, tmp_path: Path) -> None:
    (tmp_path / "base").write_text("other weights")
    with pytest.raises(RunDirectoryError, match=r"evaluation/base/.* \(model was .*remove it to have it done again"):
        steps(settings(run, cpu_seconds=9), "executor", "student").distill()
    assert seconds(run) == dict.fromkeys(FLOWS, 5)


def test_other_sections_let_no_synthesis_go_on(run: Path) -> None:
    with pytest.raises(RunDirectoryError, match="synthesis: holds other work"):
        steps(settings(run, cpu_seconds=9), "student").synthesize()


def test_a_shard_whose_record_is_damaged_is_made_again_and_no_other(run: Path, drawn: list[str]) -> None:
    path = record_path(run / "synthesis" / "shards", 0)
    content = path.read_bytes()
    assert b'"kept": 4' in content
    path.write_bytes(content.replace(b'"kept": 4', b'"kept": 5'))
    said: list[str] = []
    Pipeline(settings(run), run, lambda event: said.append(event.note)).synthesize()
    assert drawn == ["shard-000000.arrow"]
    assert path.read_bytes() == content
    assert any("set aside and done again" in note and "its checksum is not its own" in note for note in said)


def test_a_student_that_was_trained_otherwise_is_refused_in_one_line(run: Path) -> None:
    with pytest.raises(RunDirectoryError) as refused:
        steps(settings(run))._set_aside(["student.epochs"])
    assert "its student was trained otherwise (differs in: student.epochs)" in str(refused.value)
    assert "--allow-changed student, which sets that student aside and keeps it" in str(refused.value)
    assert (run / "student").exists()


def test_a_student_of_a_synthesis_that_has_not_ended_is_told_so(run: Path) -> None:
    said: list[str] = []
    pipeline = Pipeline(settings(run), run, lambda event: said.append(event.note))
    pipeline.train()
    assert not any("has not ended" in note for note in said)
    manifest = read_json(run / "synthesis" / MANIFEST)
    Place.of(run / "synthesis").put_json(MANIFEST, manifest | {"complete": False})
    pipeline.train()
    assert [note for note in said if note] == [
        "the synthesis has not ended: what is learnt from is what it has committed so far "
        "(student.stream=true would follow it)"
    ]


def test_rounds_that_are_judged_by_questions_of_their_own_are_measured_on_the_others_at_the_end(
    drawn: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    config = settings(folder)
    own = QuestionsConfig(set="wordsums", seed=3, limit=2)
    refinement = config.refinement.model_copy(update={"judged_by": (own,)})
    summary = steps(config.model_copy(update={"refinement": refinement})).distill()
    flows = sorted(str(path.parent.relative_to(folder)) for path in folder.rglob(MANIFEST))
    judged_by = [name for name in flows if name.endswith("wordsums-train")]
    assert judged_by == ["refinement/before/0-wordsums-train", "refinement/round-1/evaluation/0-wordsums-train"]
    # The round gained nothing: what counts of it is the student that it began with.
    assert not any(name.startswith("evaluation/refined") for name in flows)
    assert summary["accuracy"]["refined"] == 1.0


def test_a_refined_student_is_measured_in_all_ways(
    drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    model = folder / "refinement" / "round-1" / "student" / "model"
    model.mkdir(parents=True)
    monkeypatch.setattr(Pipeline, "refine", lambda _: loop.Refined(str(model), 0.5, ()))
    config = settings(folder)
    evaluation = config.evaluation.model_copy(update={"repair_attempts": 1})
    summary = steps(config.model_copy(update={"evaluation": evaluation})).distill()
    flows = sorted(str(path.parent.relative_to(folder)) for path in folder.rglob(MANIFEST))
    for name in ("distilled", "refined"):
        assert f"evaluation/{name}/0-wordsums-test" in flows and f"evaluation/{name}/repaired/0-wordsums-test" in flows
    assert summary["accuracy"]["refined"] == 1.0


def test_sets_are_measured_together_and_each_has_its_figures_when_it_has_ended(
    drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said, judge = tmp_path / "run", list[Event](), runner._run_parts
    folder.mkdir()
    config = settings(folder)
    twice = config.evaluation.sets[0].model_copy(update={"limit": 2})
    evaluation = config.evaluation.model_copy(update={"sets": (*config.evaluation.sets, twice)})
    pipeline = Pipeline(config.model_copy(update={"evaluation": evaluation}), folder, said.append)

    def interrupted(flow: Flow, folders: Sequence[FlowFolder], *rest: Any) -> str:
        judge(flow, folders[:1], *rest)
        return INTERRUPTED

    monkeypatch.setattr(runner, "_run_parts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pipeline.measure("base", str(tmp_path / "base"))
    sets = folder / "evaluation" / "base"
    assert (sets / "0-wordsums-test" / "summary.json").exists()
    assert not (sets / "1-wordsums-test" / "summary.json").exists()
    assert said[-1] == Event("evaluate base (2 sets)", note="wordsums/test: 100.0% right")

    monkeypatch.setattr(runner, "_run_parts", judge)
    scores = pipeline.measure("base", str(tmp_path / "base"))
    assert scores.questions == 4 + 2, "those that both sets have count in both"
    assert len(drawn) == 2
    assert said[-1].detail.endswith(" right") and said[-1].count == "6/6"


def test_paths_mean_the_same_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"set": "svamp", "path": "sets"}
    given = {"questions": asked, "evaluation": {"sets": [asked, {"set": "asdiv"}]}}
    config = RunConfig.model_validate(
        given
        | {"refinement": {"judged_by": [asked], "samples": "drawn"}, "student": {"validation": {"questions": asked}}}
    )
    monkeypatch.chdir(tmp_path)
    made = from_here(config)
    monkeypatch.chdir("/")
    assert made.questions.path == made.refinement.judged_by[0].path == tmp_path / "sets"
    assert [questions.path for questions in made.evaluation.sets] == [tmp_path / "sets", None]
    assert made.refinement.samples == str(tmp_path / "drawn")
    assert made.student.validation and made.student.validation.questions.path == tmp_path / "sets"
    assert from_here(made) == made


def test_what_belongs_to_a_student_is_set_aside_with_it(run: Path) -> None:
    (run / "summary.json").write_text("{}")
    pipeline = steps(settings(run), "student.epochs")
    pipeline._set_aside(["student.epochs"])
    assert sorted(path.name for path in run.iterdir()) == ["evaluation", "old-1", "synthesis"]
    assert sorted(path.name for path in (run / "evaluation").iterdir()) == ["base"]
    assert sorted(str(path.parent.relative_to(run / "old-1")) for path in (run / "old-1").rglob(MANIFEST)) == [
        name for name in FLOWS if name not in ("evaluation/base/0-wordsums-test", "synthesis")
    ]
    pipeline.distill()
    pipeline._set_aside(["student.epochs"])
    assert (run / "old-1" / "student" / "model").exists() and (run / "old-2" / "student" / "model").exists()


def test_a_student_that_follows_its_synthesis_is_trained_at_the_same_time(
    drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, judge = threading.Event(), runner._run_parts
    followed: list[object] = []

    def run_parts(flow: Flow, folders: Sequence[FlowFolder], *rest: Any) -> str:
        synthesis = folders[0].place.name == "synthesis"
        assert not synthesis or training.wait(10), "the training waits for the end of the synthesis"
        return judge(flow, folders, *rest)

    def teach(examples: object, *, folder: Path, **__: object) -> Any:
        followed.append(examples)
        training.set()
        (folder / "model").mkdir(parents=True)
        (folder / "model" / "config.json").write_text("trained")
        return SimpleNamespace(model_path=folder / "model")

    monkeypatch.setattr(runner, "_run_parts", run_parts)
    monkeypatch.setattr(pipeline, "teach", teach)
    monkeypatch.setattr(sys.modules["ray"], "cluster_resources", lambda: {"CPU": 2.0}, raising=False)
    config = settings(tmp_path / "run")
    (tmp_path / "run").mkdir()
    summary = steps(config.model_copy(update={"student": config.student.model_copy(update={"stream": True})})).distill()
    assert summary["kept"] == 4
    assert [type(examples) for examples in followed] == [Follower]
