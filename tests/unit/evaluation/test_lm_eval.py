"""What the harness calls: its filter runs programs, its grading is the answer contract's. The harness itself is another
project's; that it loads the task files was tried by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pad_ray.evaluation import lm_eval
from pad_ray.evaluation.lm_eval.execute import answers, graded

FOLDER = Path(lm_eval.__file__).parent


def test_completions_become_the_answers_of_their_programs() -> None:
    programs = ["def solution():\n    return 6 * 7", "```python\nans = 'x'\n```", "ans = 1 / 0"]
    assert answers([programs[:2], [], programs[2:]], None) == [["42", "x"], [], [""]]


@pytest.mark.parametrize(
    ("given", "gold", "right"),
    [
        ("18.0", "9 + 9 = <<9+9=18>>18\n#### 18", 1.0),
        ("1,000", "1000", 1.0),
        ("17", "#### 18", 0.0),
        ("", "#### 18", 0.0),
    ],
)
def test_an_answer_is_graded_by_the_contract(given: str, gold: str, right: float) -> None:
    for results in ([given], [[given]]):
        assert graded({"answer": gold}, results) == {"exact_match": right, "ran": float(bool(given))}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_task_files_name_what_there_is(path: Path) -> None:
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    task = yaml.load(path.read_text(), loader)
    if "include" in task:
        assert (FOLDER / task["include"]).is_file()
        assert task["task"].startswith("pad_ray_")
    else:
        assert task["filter_list"][0]["filter"] == [{"function": "custom", "filter_fn": "execute.answers"}]
        assert task["process_results"] == "execute.graded"
        assert {metric["metric"] for metric in task["metric_list"]} == set(graded({"answer": "1"}, ["1"]))
