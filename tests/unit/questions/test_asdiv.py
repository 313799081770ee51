from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import asdiv, open_questions
from pad_ray.questions.arithmetic import run
from pad_ray.questions.stream import QuestionStream

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def problem(identity: str, answer: str = "5 (pens)", formula: str = "2+3=5") -> str:
    return (
        f'<Problem ID="{identity}" Grade="1">\n<Body>Ann has 2 pens &amp; Bo has 3 pens.</Body>'
        f"<Question>How many pens?</Question><Answer>{answer}</Answer><Formula>{formula}</Formula></Problem>\n"
    )


def stream(path: Path, content: str, on_bad_row: str = "refuse") -> QuestionStream:
    path.write_text(HEAD + content, encoding="utf-8")
    return open_questions(QuestionsConfig(set="asdiv", path=path, on_bad_row=on_bad_row))  # type: ignore[arg-type]


def test_a_problem_becomes_a_question(tmp_path: Path) -> None:
    (question,) = stream(tmp_path / "a.xml", f"<R><S>{problem('nluds-0001')}</S></R>")
    assert question.question_id == "asdiv/nluds-0001"
    assert question.text == "Ann has 2 pens & Bo has 3 pens. How many pens?"
    assert (question.answer, question.answer_kind) == ("5", "number")
    assert run(question.reference) == 5


@pytest.mark.parametrize(
    ("text", "answer", "kind"),
    [
        ("9 (apples)", "9", "number"),
        ("1,200 (km)", "1200", "number"),
        ("8; 40", "8", "number"),
        ("5/2", "5/2", "number"),
        ("-(1/3)", "-1/3", "number"),
        ("(2)(3)", "(2)(3)", "text"),
        ("20% (of all)", "20%", "number"),
        ("9" * 309, "9" * 309, "text"),
        ("5:45", "5:45", "text"),
        ("3:30 p.m.", "3:30", "text"),
        ("Yes", "Yes", "text"),
        ("6th", "6th", "text"),
    ],
)
def test_the_answer_is_the_first_token(text: str, answer: str, kind: str) -> None:
    assert asdiv.answer_of(text) == (answer, kind)


@pytest.mark.parametrize("formula", ["2+4=6", "LCM[2,5]=5", "x=5; x+1=6", "5/2=2 r1", "2:3=4:6", "", "a<b"])
def test_no_reference_is_better_than_a_wrong_one(tmp_path: Path, formula: str) -> None:
    (question,) = stream(tmp_path / "a.xml", f"<R>{problem('p', formula=formula.replace('<', '&lt;'))}</R>")
    assert question.reference == ""


def test_a_problem_that_lacks_something_is_one_bad_row(tmp_path: Path) -> None:
    broken = '<Problem ID="x"><Body>b</Body><Question>q</Question></Problem>'
    content = f"<R>\n{problem('p1')}{broken}\n{problem('p2')}</R>"
    with pytest.raises(QuestionsError, match=r"a\.xml:5: no 'Answer'"):
        list(stream(tmp_path / "a.xml", content))
    kept = stream(tmp_path / "a.xml", content, "skip")
    assert [question.question_id for question in kept] == ["asdiv/p1", "asdiv/p2"]
    assert kept.skipped == 1


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE R [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE R [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE R SYSTEM "http://127.0.0.1/x.dtd">',
        "<!DOCTYPE R>",
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, doctype: str) -> None:
    with pytest.raises(QuestionsError, match="remove <!DOCTYPE>"):
        list(stream(tmp_path / "a.xml", f"{doctype}<R>{problem('p')}</R>", "skip"))


@pytest.mark.parametrize("content", ["<R><Problem>", "<R></S>", "", "<R>&nothing;</R>", "<R/>\n<R/>"])
def test_xml_that_is_not_well_formed_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(QuestionsError, match=r"a\.xml:\d+: not well-formed XML"):
        list(stream(tmp_path / "a.xml", content, "skip"))


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<?xml version="1.0" encoding="no-such"?><R/>')
    with pytest.raises(QuestionsError):
        list(asdiv.rows(tmp_path / "a.xml"))


def test_the_tree_does_not_grow_with_the_file() -> None:
    tree = asdiv._Problems()
    tree.feed(b"<R><S>")
    seen = 0
    for number in range(500):
        tree.feed(problem(f"p{number}").encode() + b"<Other><Deep>text</Deep></Other>")
        seen += sum(1 for _ in tree.finished())
        assert sum(1 for _ in tree._open[0].iter()) < 10
    assert seen == 500


def test_a_problem_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    def endless(file: object) -> Iterator[bytes]:
        nonlocal read
        yield b"<R><Problem>"
        while True:
            read += 1000
            yield b"x" * 1000

    monkeypatch.setattr(asdiv, "MAX_ROW_BYTES", 50_000)
    monkeypatch.setattr(asdiv, "chunks", endless)
    (tmp_path / "a.xml").touch()
    with pytest.raises(QuestionsError, match="without one"):
        list(asdiv.rows(tmp_path / "a.xml"))
    assert read < 60_000
