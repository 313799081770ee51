"""Measuring a model on every evaluation set of a run, in every way that its config asks for; and what was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pad_ray.config import QuestionsConfig, RunConfig
from pad_ray.evaluation.assisted import assisted
from pad_ray.evaluation.evaluate import evaluate_sets, scored
from pad_ray.evaluation.metrics import Metrics
from pad_ray.progress import Event, Report
from pad_ray.scores import Scores
from pad_ray.shards.files import read_json
from pad_ray.synthesis.flow import Flow, fixed_flow
from pad_ray.synthesis.runner import Attempt


def measure_model(
    config: RunConfig,
    model: str,
    folder: Path,
    stage: str,
    report: Report,
    *,
    allow_changed: bool = False,
    only: str | None = None,
) -> Scores:
    """What the checkpoint `model` scores on the questions of all evaluation sets, by itself (or in the `only` way).

    Each set's figures are kept in `folder/SET/summary.json`, those with help in `folder/repaired` and
    `folder/verified`. `allow_changed`: what was judged under other settings is gone on with.
    """
    sets = config.evaluation.sets
    if not sets:
        return Scores({}, 0)
    flow = fixed_flow(
        config, sets[0], config.engine_of(model), config.evaluation, prompt_version=config.evaluation.prompt
    )
    flows = assisted(flow, config.evaluation)
    asked = sets[0].name if len(sets) == 1 else f"{len(sets)} sets"
    scores = []
    for way, other in flows.items() if only is None else [(only, flows[only])]:
        attempt = Attempt(f"{stage} ({asked}{', ' * bool(way)}{way})", report, allow_changed=allow_changed)
        scores.append(_measure(other, sets, folder / way, attempt))
    return scores[0]


def _measure(flow: Flow, sets: Sequence[QuestionsConfig], folder: Path, attempt: Attempt) -> Scores:
    """In one way."""
    questions = 0

    def ended(number: int, metrics: Metrics) -> None:
        nonlocal questions
        questions += metrics.questions
        if len(sets) > 1:
            attempt.report(Event(attempt.stage, note=f"{sets[number].name}: {metrics.accuracy:.1%} right"))

    judged = [(asked, folder / set_folder(number, asked.name)) for number, asked in enumerate(sets)]
    evaluate_sets(flow, judged, attempt, ended)
    # Two sets may have questions in common.
    shares = {
        f"{number}/{question}": share
        for number, (_, place) in enumerate(judged)
        for question, share in scored(place).items()
    }
    scores = Scores(shares, questions)
    attempt.report(Event(attempt.stage, questions, questions, f"{scores.accuracy:.1%} right"))
    return scores


SET_FOLDER = re.compile(r"\d+-")


def set_folder(number: int, name: str) -> str:
    """Folder of an evaluation set: two sets may have the same name."""
    return f"{number}-{name.replace('/', '-')}"


def evaluated(folder: Path, sets: Sequence[QuestionsConfig] | None = None) -> dict[str, Metrics]:
    """The figures of every set under an evaluation folder, by set; or of `sets` alone, whatever was measured before."""
    names, found = Metrics.__dataclass_fields__, {}
    wanted = None if sets is None else {set_folder(number, asked.name) for number, asked in enumerate(sets)}
    for name, place in evaluated_folders(folder).items():
        if wanted is not None and place.name not in wanted:
            continue
        figures = read_json(place / "summary.json")
        found[name] = Metrics(**{k: v for k, v in figures.items() if k in names})
    return found


def evaluated_folders(folder: Path) -> dict[str, Path]:
    """The folder of every set under an evaluation folder, by set; of two with one name the second by its folder's."""
    found: dict[str, Path] = {}
    sets = [path for path in folder.glob("*/summary.json") if SET_FOLDER.match(path.parent.name)]
    for path in sorted(sets, key=lambda path: int(path.parent.name.partition("-")[0])):
        name = path.parent.name.partition("-")[2]
        found[path.parent.name if name in found else name] = path.parent
    return found
