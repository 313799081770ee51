"""Near copies and contaminated questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.config import QuestionsConfig
from pad_ray.questions import open_questions
from pad_ray.questions.decontaminate import words
from pad_ray.questions.screening import MAX_EXAMPLES, Screen
from pad_ray.questions.wordsums.reader import read_wordsums
from pad_ray.records import Question

TALE = (
    "Natalia sold clips to 48 of her friends in April and then she sold half as many clips in May while her brother "
    "Tom sold none at all because he was away at the sea with his aunt. How many clips did Natalia sell altogether in "
    "April and May if every friend bought the same number of clips from her on each of the two days?"
)


def asked(*texts: str) -> list[Question]:
    return [Question(f"q/{number}", text, "1") for number, text in enumerate(texts)]


def stay(screen: Screen, *texts: str) -> list[str]:
    return [question.text for question in screen.filter(asked(*texts))]


def grams(text: str, length: int = 5) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}


def jaccard(one: str, other: str) -> float:
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


def test_a_copy_in_another_layout_is_dropped_and_the_earlier_question_stays() -> None:
    screen = Screen(0.8, None)
    assert stay(screen, TALE, "How far is it from here to the sea?", TALE.upper() + "!!") == [
        TALE, "How far is it from here to the sea?",
    ]  # fmt: skip
    assert screen.report.near_duplicates == 1
    assert screen.report.examples == [("q/2", "near duplicate", "q/0")]


def test_a_copy_in_a_later_batch_is_dropped() -> None:
    screen = Screen(0.8, None)
    assert stay(screen, TALE) == [TALE]
    assert stay(screen, TALE) == []
    assert screen.report.questions == 2


def test_one_changed_word_is_near_and_many_are_not() -> None:
    near = TALE.replace("Tom", "Sam")
    far = TALE.replace("sold", "ate").replace("clips", "plums").replace("April", "June")
    assert jaccard(TALE, near) > 0.8 > 0.5 > jaccard(TALE, far)
    assert stay(Screen(0.8, None), TALE, near, far) == [TALE, far]
    assert stay(Screen(1.0, None), TALE, near, TALE) == [TALE, near]
    assert stay(Screen(None, None), TALE, near, TALE) == [TALE, near, TALE]


def test_short_texts_are_near_when_they_are_equal() -> None:
    assert stay(Screen(0.5, None), "2 + 3?", "2 - 4?", "2+3", "", "...") == ["2 + 3?", "2 - 4?", ""]


def test_a_question_near_to_a_dropped_one_only_stays() -> None:
    listed = words(TALE)
    shifted = [" ".join(listed[at : at + 50]) for at in (0, 5, 10)]
    assert jaccard(shifted[0], shifted[1]) > 0.75 > 0.7 > jaccard(shifted[0], shifted[2])
    assert stay(Screen(0.72, None), *shifted) == [shifted[0], shifted[2]]


def test_thirteen_words_in_a_row_of_an_evaluation_question_are_too_many() -> None:
    listed = words(TALE)
    twelve, thirteen = " ".join(listed[9:21]), " ".join(listed[9:22])
    screen = Screen(None, [TALE])
    assert stay(screen, f"Once {thirteen.upper()}, so what?", f"Once {twelve} so it was") == [
        f"Once {twelve} so it was"
    ]
    assert screen.report.contaminated == 1
    assert screen.report.examples == [("q/0", "contaminated", thirteen)]


def test_a_short_evaluation_question_is_matched_whole() -> None:
    screen = Screen(None, ["How many are 3 apples and 4 pears?"])
    assert stay(screen, "how many are 3 apples and 4 pears", "How many are 3 apples and 5 pears?") == [
        "How many are 3 apples and 5 pears?"
    ]


def test_a_contaminated_question_makes_no_other_a_near_duplicate() -> None:
    listed = words(TALE)
    near = " ".join(["so", *listed[1:]])
    screen = Screen(0.8, [" ".join(listed[:13])])
    assert stay(screen, TALE, near) == [near]


def test_evaluation_sets_may_be_empty_and_so_may_batches() -> None:
    screen = Screen(0.8, [])
    assert screen.filter([]) == []
    assert stay(screen, TALE) == [TALE]


def test_the_report_is_short_and_can_be_written_as_json() -> None:
    screen = Screen(0.8, ["3 + 4"])
    stay(screen, *[TALE] * 60, *["3 + 4"] * 30, "half a pair \ud800")
    report = json.loads(json.dumps(screen.report.as_json()))
    assert (report["questions"], report["near_duplicates"], report["contaminated"]) == (91, 59, 30)
    assert len(report["examples"]) == MAX_EXAMPLES


def test_the_same_questions_are_dropped_however_they_are_cut_into_batches() -> None:
    questions = list(read_wordsums("train", 1, 0, 600))
    questions += [Question(f"copy/{q.question_id}", q.text, q.answer) for q in questions[::7]]
    whole = list(Screen(0.6, None).passed(questions))
    screen = Screen(0.6, None)
    pieces = [q for at in range(0, len(questions), 37) for q in screen.filter(questions[at : at + 37])]
    assert not [q for q in whole if q.question_id.startswith("copy/")]
    assert {q.question_id for q in whole} ^ {q.question_id for q in pieces} == set()


def test_tables_grow_and_forget_nothing() -> None:
    questions = list(read_wordsums("train", 2, 0, 4000))
    screen = Screen(0.8, None)
    kept = list(screen.passed(questions))
    assert len(kept) > 3900
    again = screen.filter(kept)
    assert len(again) <= 0.002 * len(kept)


@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=30).map(" ".join), max_size=12))
@settings(max_examples=60)
def test_equal_texts_go_and_texts_without_a_common_run_stay(texts: list[str]) -> None:
    kept = stay(Screen(0.8, None), *texts)
    assert len(set(kept)) == len(kept)
    for number, text in enumerate(texts):
        alone = all(not grams(text) & grams(other) and other != text for other in texts[:number])
        assert text in kept or not alone


@given(st.lists(st.text(max_size=60), max_size=10), st.lists(st.text(max_size=60), max_size=4))
@settings(max_examples=60)
def test_any_text_can_be_screened(texts: list[str], evaluation: list[str]) -> None:
    screen = Screen(0.8, evaluation)
    kept = stay(screen, *texts)
    assert len(kept) == len(texts) - screen.report.near_duplicates - screen.report.contaminated
    assert not {" ".join(words(text)) for text in kept} & {" ".join(words(text)) for text in evaluation}


@pytest.mark.parametrize(("name", "least", "most"), [("multiarith", 18, 30), ("svamp", 0, 3), ("asdiv", 2, 10)])
def test_near_duplicates_of_the_real_sets(shared_data: Path, name: str, least: int, most: int) -> None:
    """By exact Jaccard similarity 21 in MultiArith, none in SVAMP, 4 in ASDiv."""
    config = {"set": name, "path": shared_data / name, "on_bad_row": "skip"}
    screen = Screen(0.8, None)
    screen.filter(list(open_questions(QuestionsConfig.model_validate(config))))
    assert least <= screen.report.near_duplicates <= most


def test_gsm8k_shares_four_questions_between_train_and_test(shared_data: Path) -> None:
    train, test = (
        [json.loads(line)["question"] for line in (shared_data / "gsm8k" / f"{split}.jsonl").read_text().splitlines()]
        for split in ("train", "test")
    )
    screen = Screen(0.8, test)
    left = stay(screen, *train)
    shared = set().union(*(grams(text, 13) for text in test))
    contaminated = {text for text in train if grams(text, 13) & shared}
    assert len(contaminated) == screen.report.contaminated == 4
    assert not contaminated & set(left)
    assert screen.report.near_duplicates == len(train) - len(left) - 4 == 1


def test_hardly_any_generated_question_is_taken_for_one_of_the_test_split() -> None:
    screen = Screen(0.8, (question.text for question in read_wordsums("test", 0, 0, 1000)))
    screen.filter(list(read_wordsums("train", 1, 0, 3000)))
    assert screen.report.contaminated < 30
    assert screen.report.near_duplicates < 10
