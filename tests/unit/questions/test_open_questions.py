from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.number import number
from pad_ray.questions import open_questions
from pad_ray.questions.arithmetic import close, run
from pad_ray.records import Question

ROW = {"question": "2 + 2?", "answer": "<<2+2=4>>4\n#### 4"}
PUBLISHED = {
    "svamp": (1000, "svamp/chal-1", "svamp/chal-1000", 998),
    "multiarith": (600, "multiarith/0", "multiarith/599", 600),
    "asdiv": (2305, "asdiv/nluds-0001", "asdiv/nluds-2305", 1565),
    "coin_flip": (500, "coin_flip/0", "coin_flip/499", 500),
    "last_letters": (500, "last_letters/0", "last_letters/499", 485),
}
"""Set -> questions, first id, last id, references."""


def config(**settings: Any) -> QuestionsConfig:
    return QuestionsConfig(**settings)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_set(shared_data: Path, name: str) -> None:
    questions = list(open_questions(config(set=name, path=shared_data)))
    references = [question for question in questions if question.reference]
    found = (len(questions), questions[0].question_id, questions[-1].question_id, len(references))
    assert found == PUBLISHED[name]
    for question in questions:
        assert question.text == " ".join(question.text.split())
        assert (number(question.answer) is not None) == (question.answer_kind == "number")
    for question in references:
        if question.answer_kind == "number":
            gold = number(question.answer)
            assert gold is not None
            assert close(run(question.reference), float(gold))
        else:
            names: dict[str, Any] = {}
            exec(question.reference, names)
            assert names["solution"]().casefold() == question.answer.casefold()


def test_svamp_text_reads_as_one(shared_data: Path) -> None:
    first = next(iter(open_questions(config(set="svamp", path=shared_data / "svamp"))))
    assert first.text == (
        "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack, "
        "How much do you have to pay to buy each pack?"
    )
    assert first.answer == "51"


@pytest.mark.parametrize("where", ["train.jsonl", "gsm8k/train.jsonl"])
def test_the_path_may_be_the_file_its_folder_or_the_parent(tmp_path: Path, where: str) -> None:
    file = tmp_path / where
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(ROW))
    for path in (tmp_path, file):
        assert [q.question_id for q in open_questions(config(set="gsm8k", path=path))] == ["gsm8k/train/0"]


@pytest.mark.parametrize(
    ("name", "looked_for"),
    [
        ("gsm8k", "looked for test.jsonl or gsm8k/test.jsonl"),
        ("svamp", "SVAMP.json or svamp/SVAMP.json"),
        ("asdiv", "ASDiv.xml or asdiv/ASDiv.xml"),
        ("multiarith", "MultiArith.json or multiarith/MultiArith.json"),
        ("coin_flip", "coin_flip.json or symbolic/coin_flip.json"),
        ("last_letters", "last_letters.json or symbolic/last_letters.json"),
        ("gsm_hard", "gsm_hard.jsonl"),
        ("bbh", "a file, not a folder"),
        ("jsonl", "a file, not a folder"),
    ],
)
def test_a_folder_without_the_file_says_what_was_looked_for(tmp_path: Path, name: str, looked_for: str) -> None:
    with pytest.raises(QuestionsError, match=looked_for):
        open_questions(config(set=name, path=tmp_path, split="test"))
    with pytest.raises(QuestionsError, match="no such file or folder"):
        open_questions(config(set=name, path=tmp_path / "missing"))


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "train.jsonl"
    path.touch()

    def forbidden(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)  # root reads every file, whatever its mode
    with pytest.raises(QuestionsError, match=r"train\.jsonl: cannot be read \(Permission denied\)"):
        list(open_questions(config(set="gsm8k", path=path)))


def test_a_file_that_breaks_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(ROW))
    stream = open_questions(config(set="gsm8k", path=path))
    path.unlink()
    with pytest.raises(QuestionsError, match=r"train\.jsonl: cannot be read \(No such file"):
        list(stream)


def test_multiarith_rows(tmp_path: Path) -> None:
    good = {"iIndex": 7, "sQuestion": " 3 pens \n and 4 cups? ", "lSolutions": [7.0], "lEquations": ["X=(3.0+4.0)"]}
    path = tmp_path / "m.json"
    path.write_text(json.dumps([good, good | {"iIndex": "x"}, good | {"iIndex": 8, "lSolutions": []}]))
    stream = open_questions(config(set="multiarith", path=path, on_bad_row="skip"))
    (question,) = stream
    assert (question.question_id, question.text, question.answer) == ("multiarith/7", "3 pens and 4 cups?", "7")
    assert run(question.reference) == 7
    assert stream.skipped == 2


@pytest.mark.parametrize("digits", [309, 320, 400])
def test_a_number_that_no_float_holds_is_no_answer_and_no_equation(tmp_path: Path, digits: int) -> None:
    good = {"ID": "a", "Body": "Ann has pens.", "Question": "How many?", "Answer": 5.0, "Equation": "( 2 + 3 )"}
    rows = [
        good | {"Equation": f"( {'9' * (digits - 1)}9 + 1 )"},
        good | {"ID": "b", "Answer": int("9" * digits)},
        good | {"ID": "c", "Answer": "9" * digits},
    ]
    path = tmp_path / "SVAMP.json"
    path.write_text(json.dumps(rows))
    stream = open_questions(config(set="svamp", path=path, on_bad_row="skip"))
    (question,) = stream
    assert (question.question_id, question.reference) == ("svamp/a", "")
    assert stream.skipped == 2


def test_start_limit_and_duplicates_reach_the_stream(tmp_path: Path) -> None:
    rows = [{"question_id": f"q{n}", "text": "t", "answer": n} for n in (0, 1, 2, 3, 1)]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [q.question_id for q in open_questions(config(set="jsonl", path=path, start=1, limit=2))] == ["q1", "q2"]
    with pytest.raises(QuestionsError, match=rf"^{path}:5: question_id 'q1'"):
        list(open_questions(config(set="jsonl", path=path)))


def test_wordsums_skips_by_itself_and_needs_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ModuleType("pad_ray.questions.wordsums.reader")

    def read_wordsums(
        split: str, seed: int, start: int, limit: int, max_steps: int | None = None
    ) -> Iterator[Question]:
        for number_ in range(start, start + limit):
            yield Question(f"wordsums/{split}/{seed}/{number_}", "t", "1")

    reader.read_wordsums = read_wordsums  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, reader.__name__, reader)
    stream = open_questions(config(split="test", seed=3, start=5, limit=2))
    assert [question.question_id for question in stream] == ["wordsums/test/3/5", "wordsums/test/3/6"]
    with pytest.raises(QuestionsError, match="limit"):
        open_questions(config())


def test_jsonl_needs_a_path() -> None:
    with pytest.raises(QuestionsError, match="path"):
        open_questions(config(set="jsonl"))
