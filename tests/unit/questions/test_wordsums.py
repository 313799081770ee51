"""The wordsums grammar: question, answer, program and chain of thought of a problem always agree."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction as Exact
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import QuestionsConfig
from pad_ray.questions import open_questions
from pad_ray.questions.wordsums.grammar import (
    DISTRACTOR_SHARE,
    FRACTIONS,
    Family,
    Fraction,
    Money,
    Percent,
    Problem,
    Quantity,
    Step,
    Whole,
    choose_alternatives,
    draw_problem,
    evaluate,
    fill,
    names_in,
    number_text,
    tidy,
)
from pad_ray.questions.wordsums.reader import families, phrasings, problem, read_wordsums

DRAWN = [problem(split, seed, index) for split, seed in (("train", 1), ("test", 2)) for index in range(200)]
EQUATION = re.compile(r"([\d(][\d.()/+*\- ]*) = (\d+(?:\.\d+)?)")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
VALUES = {"a": Exact(7), "b": Exact(5, 2), "c_1": Exact(1, 3)}


def exact(expression: str, values: dict[str, Exact] | None = None) -> Exact:
    """What Python makes of an expression when every number in it is a fraction."""
    literal = re.sub(r"(?<![\w.])\d+(?:\.\d+)?", lambda m: f"Exact('{m.group()}')", expression)
    return Exact(eval(literal, {"Exact": Exact} | (values or {})))


def run(program: str) -> Any:
    names: dict[str, Any] = {}
    exec(program, names)
    return names["solution"]()


def as_pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence with `{names}` and `[alternatives]` looks like once it is told."""
    parts = re.split(r"(\{\w+\}|\[[^\]]*\])", sentence)
    return re.compile("".join(".+?" if part[:1] in ("{", "[") else re.escape(part) for part in parts), re.IGNORECASE)


# ---- the families


def test_there_are_many_families_each_told_in_many_ways() -> None:
    assert len(families()) >= 40
    assert len({family.name for family in families()}) == len(families())
    assert min(len(set(family.phrasings)) for family in families()) >= 6
    assert all(len(set(family.phrasings)) == len(family.phrasings) for family in families())


def test_problems_of_two_to_six_steps() -> None:
    assert {len(family.steps) for family in families()} == {2, 3, 4, 5, 6}
    assert {drawn.steps for drawn in DRAWN} == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_train_and_test_share_no_wording(family: Family) -> None:
    train, test = set(phrasings(family, "train")), set(phrasings(family, "test"))
    assert train and test
    assert not train & test
    assert train | test == set(family.phrasings)


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_no_five_words_of_a_rich_phrasing_are_those_of_a_test_phrasing(family: Family) -> None:
    def runs(phrasing: str) -> set[tuple[str, ...]]:
        words = [re.findall(r"\{?\w+\}?", choose_alternatives(phrasing, Random(draw)).lower()) for draw in range(20)]
        return {tuple(told[i : i + 5]) for told in words for i in range(len(told) - 4)}

    _, _, _, _, _, _, *rich = phrasings(family, "train")  # the first six are one wording each
    assert len(rich) >= 4
    for held_out in phrasings(family, "test"):
        assert not runs(held_out) & set().union(*map(runs, rich))


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_phrasing_tells_every_number_and_asks(family: Family) -> None:
    used = {name for step in family.steps for name in names_in(step.expression)}
    assert set(family.numbers) <= used
    for phrasing in family.phrasings:
        for draw in range(40):
            told = choose_alternatives(phrasing, Random(draw))
            assert set(family.numbers) <= set(re.findall(r"\{(\w+)\}", told)), told
            assert "?" in told or re.search(r"\bfind\b", told, re.IGNORECASE), told


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_phrasing_and_distractor_can_be_told(family: Family) -> None:
    for phrasing in family.phrasings:
        drawn = draw_problem(family, phrasing, Random(f"{family.name}/{phrasing}"))
        assert not set("{}[]|") & set(drawn.text + drawn.rationale + drawn.program)
    for distractor in family.distractors:
        assert distractor.count("{n}") == 1
        fill(distractor, {"n": "3", "name": "Ada", "other": "Ben"} | {w: c[0] for w, c in family.words.items()})


# ---- the problems


def test_the_grammar_is_the_one_that_shipped_models_were_trained_on() -> None:
    # The embedded models learned from these very questions, and published accuracies are for them: a grammar that
    # draws others is another set, and needs another name.
    pinned = {
        ("train", 0, 0): ("30", "bc66b9b0f4bd99d8"),
        ("test", 0, 17): ("104", "d308f60f526b04b6"),
    }
    for (split, seed, index), (answer, text_hash) in pinned.items():
        drawn = problem(split, seed, index)
        assert drawn.answer == answer
        assert sha256(drawn.text.encode()).hexdigest()[:16] == text_hash
    everything = "\n".join("\n".join((d.text, d.answer, d.program, d.rationale)) for d in DRAWN)
    assert sha256(everything.encode()).hexdigest()[:16] == "59f32bf460bd7d69"


def test_a_question_is_a_function_of_split_seed_and_index() -> None:
    assert problem("train", 5, 9) == problem("train", 5, 9)
    others = [problem(*key) for key in (("train", 5, 10), ("train", 6, 9), ("test", 5, 9))]
    assert problem("train", 5, 9) not in others
    read = list(read_wordsums("train", 5, 0, 10))
    assert list(read_wordsums("train", 5, 4, 3)) == read[4:7]
    assert list(open_questions(QuestionsConfig(set="wordsums", seed=5, start=4, limit=3))) == read[4:7]


def test_what_a_question_carries() -> None:
    (question,) = read_wordsums("test", 5, 9, 1)
    drawn = problem("test", 5, 9)
    assert question.question_id == "wordsums/test/5/9"
    assert (question.text, question.answer, question.answer_kind) == (drawn.text, drawn.answer, "number")
    assert (question.reference, question.rationale, question.steps) == (drawn.program, drawn.rationale, drawn.steps)


def test_reference_programs_give_the_gold_answer() -> None:
    for drawn in DRAWN:
        assert abs(run(drawn.program) - float(drawn.answer)) < 1e-6, drawn


def test_programs_have_one_line_a_step() -> None:
    for drawn in DRAWN:
        lines = drawn.program.split("\n")
        assert lines[0] == "def solution():"
        assert lines[-2].startswith("    result = ") and lines[-1] == "    return result"
        (family,) = (family for family in families() if family.name == drawn.family)
        written = [f"    {step.variable} = {step.expression}" for step in family.steps]
        assert [line for line in lines if line in written] == written
        assert len(lines) == len(family.steps) + len(family.numbers) + 3


def test_chains_of_thought_state_true_equations_and_the_gold_answer() -> None:
    for drawn in DRAWN:
        *steps, last = drawn.rationale.split("\n")
        assert last == f"The answer is {drawn.answer}."
        assert len(steps) == drawn.steps
        for sentence in steps:
            ((left, right),) = EQUATION.findall(sentence)
            assert exact(left) == Exact(right), sentence
        assert EQUATION.findall(steps[-1])[0][1] == drawn.answer


def test_all_numbers_are_such_as_a_person_would_accept() -> None:
    for drawn in DRAWN:
        told = [*NUMBER.findall(drawn.rationale), drawn.answer]
        assert all(0 < Exact(number) < 1_000_000 for number in told), drawn
        assert all((Exact(number) * 100).denominator == 1 for number in told), drawn


def test_texts_are_tidy() -> None:
    for drawn in DRAWN:
        assert drawn.text == drawn.text.strip()
        assert "  " not in drawn.text and "\n" not in drawn.text
        assert drawn.text[0].isupper() or drawn.text[0].isdigit() or drawn.text[0] == "$"
        assert drawn.text[-1] in "?.", drawn.text


def test_about_one_in_four_stories_has_an_irrelevant_number() -> None:
    by_name = {family.name: [as_pattern(d) for d in family.distractors] for family in families()}

    def distracted(drawn: Problem) -> bool:
        return any(pattern.search(drawn.text) for pattern in by_name[drawn.family])

    assert all(by_name.values())
    share = sum(map(distracted, DRAWN)) / len(DRAWN)
    assert abs(share - DISTRACTOR_SHARE) < 0.07


def test_every_family_is_drawn() -> None:
    counts = Counter(drawn.family for drawn in DRAWN)
    assert set(counts) == {family.name for family in families()}


# ---- the grammar

STEPS = (Step("cost", "count * price", "It costs {=} dollars."), Step("rest", "paid - cost", "So {=} are left."))


def family(**changes: Any) -> Family:
    settings: dict[str, Any] = {
        "name": "shop",
        "topic": "money",
        "numbers": {"count": Whole(2, 4), "price": Money(1, 3), "paid": Whole(20, 40, 10)},
        "steps": STEPS,
        "phrasings": tuple(
            f"{{name}} has {{paid}}, buys {{count}} at {{price}}. What is left ({i})?" for i in range(6)
        ),
    }
    return Family(**settings | changes)


def test_a_family_needs_phrasings_and_steps() -> None:
    with pytest.raises(ValueError, match="at least 6 phrasings are needed"):
        family(phrasings=family().phrasings[:5])
    for steps in (STEPS[:1], STEPS * 4):
        with pytest.raises(ValueError, match="2 to 6 steps are needed"):
            family(steps=steps)


def test_conditions_hold_and_those_that_cannot_are_a_defect() -> None:
    strict = family(where=lambda v: v["rest"] > 30)
    for i in range(50):
        assert Exact(draw_problem(strict, strict.phrasings[0], Random(i)).answer) > 30
    with pytest.raises(ValueError, match="family shop: no acceptable numbers"):
        draw_problem(family(where=lambda v: v["rest"] < 0), family().phrasings[0], Random(1))


def test_a_step_that_is_not_positive_is_drawn_again() -> None:
    tight = family(numbers={"count": Whole(2, 12), "price": Money(2, 9), "paid": Whole(20, 40, 10)})
    for i in range(50):
        assert Exact(draw_problem(tight, tight.phrasings[0], Random(i)).answer) > 0


def test_a_distractor_stands_before_the_question() -> None:
    chatty = family(distractors=("it is {n} degrees warm.",))
    texts = [draw_problem(chatty, chatty.phrasings[0], Random(i)).text for i in range(40)]
    told = [text for text in texts if "degrees" in text]
    assert 0 < len(told) < 40
    assert all(re.search(r"\. It is \d+ degrees warm\. What is left", text) for text in told)
    asking = "What is left if {name} has {paid} and buys {count} at {price}?"
    texts = [draw_problem(chatty, asking, Random(i)).text for i in range(40)]
    assert any(re.match(r"It is \d+ degrees warm\. What is left", text) for text in texts)


@pytest.mark.parametrize("quantity", [Whole(3, 9, 3), Money(1, 4), Money(1, 4, cents=True), Percent(), Fraction()])
def test_a_number_is_the_same_in_the_story_the_program_and_the_sum(quantity: Quantity) -> None:
    for i in range(60):
        value = quantity.draw(Random(i))
        assert exact(value.code) == value.exact
        if isinstance(quantity, Fraction):
            assert Exact(*FRACTIONS[value.text]) == value.exact
        else:
            assert Exact(value.text.strip("$%")) == value.exact


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Sums with and without brackets, as families write them."""
    operand = st.one_of(st.sampled_from(sorted(VALUES)), st.integers(0, 200).map(str))
    text = draw(operand)
    for _ in range(draw(st.integers(0, 4))):
        text = f"{text} {draw(st.sampled_from('+-*/'))} {draw(operand)}"
        if draw(st.booleans()):
            text = f"({text})"
    return text


@given(expressions())
def test_evaluate_is_exact(expression: str) -> None:
    try:
        wanted = exact(expression, VALUES)
    except ZeroDivisionError:
        with pytest.raises(ValueError, match="not an arithmetic expression"):
            evaluate(expression, VALUES)
    else:
        assert evaluate(expression, VALUES) == wanted


@pytest.mark.parametrize("expression", ["a ** 2", "-a", "a // 2", "abs(a)", "'a'", "1.5 * a", "a if a else b"])
def test_what_is_not_plain_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not an arithmetic expression"):
        evaluate(expression, VALUES)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="missing"):
        evaluate("a + missing", VALUES)
    with pytest.raises(KeyError, match="missing"):
        fill("{a} and {missing}", {"a": "x"})


def test_fill_does_not_fill_what_it_filled_in() -> None:
    assert fill("{a} {b} {a}", {"a": "{b}", "b": "y"}) == "{b} y {b}"


def test_names_are_in_order_each_once() -> None:
    assert names_in("b2 * (a - 3) / b2 + c_d") == ["b2", "a", "c_d"]


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  two   words\n here ", "Two words here"),
        ("first. second? third! fourth", "First. Second? Third! Fourth"),
        ("it costs 2.5 dollars", "It costs 2.5 dollars"),
        ("", ""),
    ],
)
def test_tidy(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Exact(3), "3"),
        (Exact(100), "100"),
        (Exact(5, 2), "2.5"),
        (Exact(1, 4), "0.25"),
        (Exact(201, 2), "100.5"),
        (Exact(999_999_99, 100), "999999.99"),
    ],
)
def test_number_text(value: Exact, text: str) -> None:
    assert number_text(value) == text


@given(st.integers(1, 99_999_999))
def test_a_number_of_cents_is_written_exactly(cents: int) -> None:
    assert Exact(number_text(Exact(cents, 100))) == Exact(cents, 100)
