from __future__ import annotations

import ast
import builtins
import json
import keyword
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.questions import gsm8k, references
from pad_ray.questions.arithmetic import close, run
from pad_ray.questions.naming import Names
from pad_ray.questions.rows import RowError
from pad_ray.records import Question

CLIPS = {
    "question": "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?",
    "answer": "Natalia sold 48/2 = <<48/2=24>>24 clips in May.\n"
    "Natalia sold 48+24 = <<48+24=72>>72 clips altogether in April and May.\n#### 72",
}


def reference(worked: str, gold: str, question: str = "How many?") -> str:
    return gsm8k.reference_of(question, f"{worked}\n#### {gold}", gold)


def test_a_row_becomes_a_question() -> None:
    question = gsm8k.mapper("train")(CLIPS, 0)
    assert question == Question(
        question_id="gsm8k/train/0",
        text=CLIPS["question"],
        answer="72",
        reference="def solution():\n"
        "    friends_april = 48\n"
        "    clips_may = friends_april / 2\n"
        "    clips_april = friends_april + clips_may\n"
        "    result = clips_april\n"
        "    return result\n",
        rationale="Natalia sold 48/2 = 24 clips in May.\n"
        "Natalia sold 48+24 = 72 clips altogether in April and May.\n"
        "The answer is 72.",
        steps=2,
    )


def test_gold_is_plain_text() -> None:
    assert gsm8k.gold_of("so 1,200\n#### 1,200") == "1200"
    assert gsm8k.gold_of("####  -5 ") == "-5"
    assert gsm8k.gold_of("#### \N{EN DASH}5") == "-5"
    assert gsm8k.gold_of("#### 1 1/2") == "1 1/2"
    for worked in ("no mark 5", "#### many", "####", "#### 1 200", *(f"#### {'9' * n}" for n in (309, 320, 400))):
        with pytest.raises(RowError, match="####"):
            gsm8k.gold_of(worked)


@pytest.mark.parametrize(
    ("worked", "gold"),
    [
        ("<<100*20%=20>>20 and <<20+5=25>>25", "25"),
        ("It is $<<1,000*2=2,000>>2,000", "2000"),
        ("<<12x3=36>>36", "36"),
        ("<<.5*10=5>>5", "5"),
        ("<<2*3=3*2=6>>6 eggs", "6"),
        ("17/2 = <<17/2=8>>8 and <<8*3=24>>24", "24"),
        ("10/3 = <<10/3=3.33>>3.33, so <<3.33*3=9.99>>9.99", "9.99"),
        ("<<10/4=3>>3 buses, <<3*7=21>>21 dollars", "21"),
        ("<<4+5=9>>9 in all. <<9/100=0.09>>0.09 of them.", "9"),
        ("Female: 44(.50)=22\nPregnant: 22(.50)=11 cows", "11"),
        ("5 hours x 3 dollars/hour = $15", "15"),
        ("3 / 4 * 2 = 1 1/2 feet\n2 + 1 1/2 + 3 1/2 = 7 feet", "7"),
        ("40% + 20% = 60%\n60% * 50% = 30%", "30"),
        ("She needs $26 because 200 minus 174 equals 26.", "26"),
        ("<<2+2=4>>4. Then 4 * 5 = 20 eggs", "20"),
        ("x = 270 - 95 - 80\nx = <<95=95>>95", "95"),
    ],
)
def test_a_worked_answer_becomes_a_program(worked: str, gold: str) -> None:
    program = reference(worked, gold)
    assert close(run(program), float(gold))


@pytest.mark.parametrize(
    ("worked", "gold"),
    [
        ("<<2+2=4>>4", "5"),
        ("The answer is plain to see.", "5"),
        ("x = <<5=5>>5", "5"),
        ("<<__import__('os')=5>>5", "5"),
        ("<<9**9**9**9=5>>5", "5"),
        ("<<1/0=5>>5", "5"),
        ("", "5"),
    ],
)
def test_no_reference_is_better_than_a_wrong_one(worked: str, gold: str) -> None:
    assert reference(worked, gold) == ""


@pytest.mark.parametrize("digits", [309, 320, 400])
def test_an_annotation_that_no_float_holds_is_no_step(digits: int) -> None:
    huge = "9" * digits
    assert reference(f"<<{huge}=5>>5", "5", f"There are {huge} pens. How many?") == ""
    assert reference(f"<<1+1={huge}>>2. {huge} + 1 = {huge} cups, <<2+3=5>>5 pens", "5")


def test_a_reference_is_proven_against_the_gold_that_grading_reads() -> None:
    (program,) = {reference("<<1/2=50%>>50%", "50%"), reference("<<1/2=50%>>50%", "50")}
    assert run(program) == 50
    assert reference("<<1/2=0.5>>0.5", "50%") == ""
    assert run(reference("<<3/2=1.5>>1.5 pens", "1 1/2")) == 1.5
    assert reference("<<3/2=1.5>>1.5 pens", "1e400") == ""


@pytest.mark.parametrize(
    ("question", "worked", "gold", "expected"),
    [
        ("100 students, 20 % are boys.", "<<100*20%=20>>20", "20", "students * (percent_boys / 100)"),
        ("100 students, 20 % are boys.", "<<20/100*100=20>>20", "20", "percent_boys / 100 * students"),
        ("100 students, 20 percent boys.", "<<100*20/100=20>>20", "20", "students * percent_boys / 100"),
        ("A cap of $100 is 20% off.", "<<80/100*100=80>>80", "80", "80 / 100 * dollars"),
        ("100 students, half are boys.", "<<100*50%=50>>50", "50", "students * (50 / 100)"),
        ("40 of 100 students.", "<<40/100*100%=0.4>>40%", "40", "40 / students * (100 / 100)"),
        ("5% ill.", "<<60+40=100>>100 pupils, <<100*5%=5>>5", "5", "pupils * (percent_ill / 100)"),
        # A rate is not the result of an earlier step either.
        ("10% ill.", "<<2*5=10>>10 cups, <<10*9=90>>90 pupils, <<90*10/100=9>>9", "9", "pupils * percent_ill / 100"),
        # A divisor that is no percentage's is named as ever.
        ("It drains 100 liters a day.", "<<500/100=5>>5 days", "5", "500 / liters_day"),
    ],
)
def test_the_hundred_of_a_percentage_is_no_number_of_the_question(
    question: str, worked: str, gold: str, expected: str
) -> None:
    assert expected in reference(worked, gold, question)


def test_the_program_of_a_percentage_holds_for_other_numbers() -> None:
    for worked in ("<<100*20%=20>>20 boys", "<<20/100*100=20>>20 boys", "<<100*20/100=20>>20 boys"):
        program = reference(worked, "20", "There are 100 students, 20 % are boys.")
        assert run(program.replace("students = 100", "students = 300")) == pytest.approx(60)


def test_a_result_is_rounded_as_the_text_rounds_it() -> None:
    assert "boxes = int(17 / 2)\n    eggs = boxes * 3" in reference("<<17/2=8>>8 boxes, <<8*3=24>>24 eggs", "24")
    assert "buses = int(10 / 4) + 1" in reference("<<10/4=3>>3 buses, <<3*7=21>>21 dollars", "21")
    assert "pens = round(10 / 3, 1)" in reference("<<10/3=3.3>>3.3 pens, <<3.3*3=9.9>>9.9 caps", "9.9")


def test_lines_without_annotations_join_the_chain() -> None:
    assert "pens = 2 + 2\n    caps = pens * 5" in reference("<<2+2=4>>4 pens\n4 * 5 = 20 caps", "20")


def test_a_program_is_shipped_only_if_running_it_gives_gold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "run", lambda program: 5)
    assert reference("<<2+2=4>>4 pens", "4") == ""


def test_a_result_is_referred_to_by_its_most_recent_name() -> None:
    program = reference("<<1+4=5>>5 pens, <<2+3=5>>5 cups, <<5*7=35>>35 caps", "35")
    assert "caps = cups * 7" in program
    assert "pens" not in program


def test_a_number_that_the_question_states_twice_stays_a_number() -> None:
    program = reference("<<3*4=12>>12 pens", "12", "There are 3 cups and 3 boys and 4 pots.")
    assert "pens = 3 * pots" in program


def test_names_are_valid_unique_and_never_taken() -> None:
    program = reference(
        "<<1+1=2>>2 lists, <<2+5=7>>7 class, <<7+1=8>>8 class, <<8+1=9>>9 sum, <<9+1=10>>10 \u00e9t\u00e9", "10"
    )
    targets = [node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name) and is_stored(node)]
    assert len(targets) == len(set(targets))
    assert {"class_value", "class_value_2", "sum_value", "ete"} <= set(targets)


def is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


@given(st.lists(st.text("abcsumrelist_intfor", min_size=0, max_size=6).filter(lambda s: not s or s.isidentifier())))
def test_names_handed_out(wishes: list[str]) -> None:
    names = Names()
    given_out = [names.fresh(wish, f"step_{index}") for index, wish in enumerate(wishes)]
    assert len(given_out) == len(set(given_out))
    for name in given_out:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not hasattr(builtins, name)


@given(st.text(max_size=200) | st.text("0123456789+-*/().%x$=<> \n,apens", max_size=200), st.integers(0, 50))
def test_whatever_the_rationale_a_reference_is_right_or_absent(worked: str, gold: int) -> None:
    program = reference(worked, str(gold))
    if program:
        names: dict[str, object] = {}
        exec(compile(ast.parse(program), "reference", "exec"), {"__builtins__": {"round": round, "int": int}}, names)
        assert close(names["solution"](), gold)  # type: ignore[operator]


LEAST = {"train": (7473, 7268), "test": (1319, 1281)}
"""Questions of the split, and the references that this reading finds (a plain reading: 7,001 of train)."""


@pytest.mark.parametrize("split", ["train", "test"])
def test_references_of_the_published_set(shared_data: Path, split: str) -> None:
    mapper = gsm8k.mapper(split)
    with (shared_data / f"gsm8k/{split}.jsonl").open(encoding="utf-8") as lines:
        questions = [mapper(json.loads(line), position) for position, line in enumerate(lines)]
    total, least = LEAST[split]
    assert len(questions) == total
    assert all("<<" not in question.rationale and "####" not in question.rationale for question in questions)
    with_reference = [question for question in questions if question.reference]
    assert len(with_reference) >= least
    for question in with_reference[::5]:  # every one was run by `arithmetic.run`; these by Python itself
        names: dict[str, object] = {}
        exec(question.reference, names)
        assert close(names["solution"](), float(question.answer)), question.question_id  # type: ignore[operator]
        assert "result = " in question.reference
