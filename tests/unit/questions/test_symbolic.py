from __future__ import annotations

import pytest

from pad_ray.questions import symbolic
from pad_ray.questions.rows import RowError
from pad_ray.teacher.extract import extract_answer

FLIPS = "A coin is heads up. Ann flips the coin. Bo does not flip the coin. Cy{} the coin. Is the coin still heads up?"


def answer_of(program: str) -> object:
    names: dict[str, object] = {}
    exec(program, names)
    return names["solution"]()  # type: ignore[operator]


@pytest.mark.parametrize(("last", "answer"), [(" flips", "yes"), (" does not flip", "no")])
def test_coin_flip_is_one_line_per_person(last: str, answer: str) -> None:
    question = symbolic.coin_flip({"question": FLIPS.format(last), "answer": answer}, 3)
    assert (question.question_id, question.answer, question.answer_kind) == ("coin_flip/3", answer, "text")
    assert question.steps == 3
    assert "    heads = not heads  # Ann flips\n    heads = heads  # Bo does not flip\n" in question.reference
    assert answer_of(question.reference) == answer


def test_a_coin_flip_whose_answer_is_wrong_has_no_reference() -> None:
    assert symbolic.coin_flip({"question": FLIPS.format(" flips"), "answer": "no"}, 0).reference == ""
    assert symbolic.coin_flip({"question": "Is the coin heads up?", "answer": "yes"}, 0).reference == ""


def test_last_letters_is_one_line_per_word() -> None:
    raw = {"question": 'Take the last letters of each words in "Ann O\'Hara Jos\u00e9" and concatenate them.'}
    question = symbolic.last_letters(raw | {"answer": "na\u00e9"}, 0)
    assert (question.question_id, question.answer_kind, question.steps) == ("last_letters/0", "text", 3)
    assert answer_of(question.reference) == "na\u00e9"
    assert symbolic.last_letters(raw | {"answer": "nae"}, 0).reference == ""


@pytest.mark.parametrize(
    ("last", "answer", "chain"),
    [
        (" flips", "yes", "flipped by Ann and Cy. So the coin was flipped 2 times, which is an even number."),
        (" does not flip", "no", "flipped by Ann. So the coin was flipped 1 time, which is an odd number."),
    ],
)
def test_a_chain_of_thought_counts_the_flips(last: str, answer: str, chain: str) -> None:
    question = symbolic.coin_flip({"question": FLIPS.format(last), "answer": answer}, 0)
    assert chain in question.rationale
    assert extract_answer(question.rationale) == answer


def test_nobody_flips() -> None:
    text = "A coin is heads up. Bo does not flip the coin. Is the coin still heads up?"
    question = symbolic.coin_flip({"question": text, "answer": "yes"}, 0)
    assert extract_answer(question.rationale) == "yes" and "no one" in question.rationale


def test_a_chain_of_thought_spells_the_letters() -> None:
    raw = {"question": 'Take the last letters of each words in "Ann José" and concatenate them.', "answer": "né"}
    question = symbolic.last_letters(raw, 0)
    assert question.rationale == (
        'The last letter of "Ann" is "n". The last letter of "José" is "é". Concatenating them is "né". '
        "The answer is né."
    )
    assert symbolic.last_letters(raw | {"answer": "nn"}, 0).rationale == "", "what is wrong is nobody's example"


def test_a_name_cannot_leave_its_comment_or_quotes() -> None:
    text = 'A coin is heads up. Ann\n    import os flips the coin. Bo"; x flips the coin.'
    program = symbolic.coin_flip_reference(text, "yes")
    assert "import" not in program.replace("# ", "#").split("#")[0]
    assert all("import" not in line.split("#")[0] for line in program.splitlines())
    letters = symbolic.last_letters_reference("in \"a'+exit()+'\\ b\" and", "\\b")
    assert answer_of(letters) == "\\b"


def test_a_row_without_answer_is_a_bad_row() -> None:
    with pytest.raises(RowError, match="no 'answer' or 'targets'"):
        symbolic.coin_flip({"question": "q"}, 0)
