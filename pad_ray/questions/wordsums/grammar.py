"""The grammar behind wordsums: a scenario family plus a random source becomes a word problem.

A `Family` names its numbers (`Whole`, `Money`, `Percent`, `Fraction`), its words, its steps and its phrasings. Drawing
from it picks numbers until every step has a value that a person would accept (positive, at most two decimals), writes
one phrasing, and derives from the very same steps the gold answer, the reference program and the chain of thought. So
the four can never disagree.

Arithmetic is exact (`fractions.Fraction`): the gold answer has no rounding in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction as Exact
from random import Random

MOST_TRIES = 2_000
"""Draws of numbers before a family is called unsatisfiable; the tests hold every family far below this."""

HELD_OUT_PHRASINGS = 2
"""The last phrasings of each family: used by the test split only, so that train and test share no wording."""


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a story: as the story writes it, as the program writes it, and what it is worth."""

    text: str
    code: str
    exact: Exact


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, both included, a multiple of `step`."""

    low: int
    high: int
    step: int = 1

    def draw(self, random: Random) -> Value:
        number = random.randrange(self.low, self.high + 1, self.step)
        return Value(str(number), str(number), Exact(number))


@dataclass(frozen=True, slots=True)
class Money:
    """Dollars from `low` to `high`; with `cents` also quarters and halves of a dollar. The story writes the `$`."""

    low: int
    high: int
    cents: bool = False

    def draw(self, random: Random) -> Value:
        quarters = random.choice((0, 0, 1, 2, 3)) if self.cents else 0
        exact = random.randint(self.low, self.high) + Exact(quarters, 4)
        text = f"{float(exact):.2f}" if quarters else str(exact)
        return Value(f"${text}", number_text(exact), exact)


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage; the story writes `25%`, the program `25`: a step divides by 100 where it needs to."""

    choices: tuple[int, ...] = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75)

    def draw(self, random: Random) -> Value:
        number = random.choice(self.choices)
        return Value(f"{number}%", str(number), Exact(number))


FRACTIONS = {
    "half": (1, 2), "one third": (1, 3), "two thirds": (2, 3), "one quarter": (1, 4), "three quarters": (3, 4),
    "one fifth": (1, 5), "two fifths": (2, 5), "one sixth": (1, 6), "1/8": (1, 8), "3/8": (3, 8), "1/10": (1, 10),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fraction:
    """A proper fraction; the story writes it in words (`two thirds`, so: `{f} of the apples`), the program `2 / 3`."""

    names: tuple[str, ...] = tuple(FRACTIONS)

    def draw(self, random: Random) -> Value:
        name = random.choice(self.names)
        numerator, denominator = FRACTIONS[name]
        return Value(name, f"{numerator} / {denominator}", Exact(numerator, denominator))


Quantity = Whole | Money | Percent | Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """One line of reasoning.

    `variable = expression` is the program's line; `says` is the sentence of the chain of thought, in which `{=}`
    becomes the equation with its numbers (`4 * 6 = 24`) and words may be used like in a phrasing.
    """

    variable: str
    expression: str
    says: str


@dataclass(frozen=True, slots=True)
class Family:
    """A scenario: what varies (numbers, words), how it is solved (steps), and the ways to tell it (phrasings).

    In a phrasing `{name}` is a number or a word of the family, and `[a|b|c]` is one of a, b, c at random (each may hold
    such brackets again, so that a phrasing can vary word by word or sentence by sentence). The last
    `HELD_OUT_PHRASINGS` phrasings belong to the test split. `distractors` are sentences with one irrelevant number
    each, written `{n}`; a story gets at most one, put before its question.
    """

    name: str
    topic: str
    numbers: Mapping[str, Quantity]
    steps: tuple[Step, ...]
    phrasings: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Callable[[Mapping[str, Exact]], bool] | None = None
    """Extra conditions on numbers and step values, all by name, e.g. `lambda v: v["sold"] < v["baked"]`."""
    distractors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.phrasings) < HELD_OUT_PHRASINGS + 4:
            raise ValueError(f"family {self.name}: at least {HELD_OUT_PHRASINGS + 4} phrasings are needed")
        if not 2 <= len(self.steps) <= 6:
            raise ValueError(f"family {self.name}: 2 to 6 steps are needed")


@dataclass(frozen=True, slots=True)
class Problem:
    """A drawn word problem. `answer` is decimal text; `program` and `rationale` both lead to it."""

    family: str
    text: str
    answer: str
    program: str
    rationale: str
    steps: int


DISTRACTOR_SHARE = 0.25
"""Share of stories with an irrelevant number, where the family has distractors."""


def draw_problem(family: Family, phrasing: str, random: Random) -> Problem:
    """Draw one problem of `family`, told with `phrasing`.

    Raises:
        ValueError: if no acceptable numbers are found, which is a defect of the family.
    """
    words = {name: random.choice(choices) for name, choices in family.words.items()}
    words |= dict(zip(("name", "other"), random.sample(PEOPLE, 2), strict=True))
    givens, values = _draw_numbers(family, random)
    texts = words | {name: value.text for name, value in givens.items()}
    story = choose_alternatives(phrasing, random)
    if family.distractors and random.random() < DISTRACTOR_SHARE:
        story = _insert_before_question(story, random.choice(family.distractors))
        texts["n"] = str(random.randint(2, 60))
    return Problem(
        family=family.name,
        text=tidy(fill(story, texts)),
        answer=number_text(values[family.steps[-1].variable]),
        program=_write_program(family, givens),
        rationale=_write_rationale(family, texts, values),
        steps=len(family.steps),
    )


def _draw_numbers(family: Family, random: Random) -> tuple[dict[str, Value], dict[str, Exact]]:
    for _ in range(MOST_TRIES):
        givens = {name: quantity.draw(random) for name, quantity in family.numbers.items()}
        values = {name: value.exact for name, value in givens.items()}
        for step in family.steps:
            values[step.variable] = evaluate(step.expression, values)
            if not _acceptable(values[step.variable]):
                break
        else:
            if family.where is None or family.where(values):
                return givens, values
    raise ValueError(f"family {family.name}: no acceptable numbers in {MOST_TRIES} draws")


def _acceptable(value: Exact) -> bool:
    return 0 < value < 1_000_000 and (value * 100).denominator == 1


def evaluate(expression: str, values: Mapping[str, Exact]) -> Exact:
    """The exact value of an arithmetic expression (`+ - * /`, brackets, names, whole-number literals)."""

    def walk(node: ast.expr) -> Exact:
        match node:
            case ast.BinOp(left, operator, right):
                a, b = walk(left), walk(right)
                match operator:
                    case ast.Add():
                        return a + b
                    case ast.Sub():
                        return a - b
                    case ast.Mult():
                        return a * b
                    case ast.Div() if b:
                        return a / b
            case ast.Name(name):
                return values[name]
            case ast.Constant(int(number)):
                return Exact(number)
        raise ValueError(f"not an arithmetic expression: {expression}")

    return walk(ast.parse(expression, mode="eval").body)


def names_in(expression: str) -> list[str]:
    """The variable names of an expression, in order of appearance, each once."""
    return list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", expression)))


def number_text(value: Exact) -> str:
    """Plain decimal text, without trailing zeros: `3`, `2.5`, `0.25`."""
    return str(value) if value.denominator == 1 else f"{float(value):.2f}".rstrip("0").rstrip(".")


def _write_program(family: Family, givens: Mapping[str, Value]) -> str:
    """A number is assigned just before the step that first needs it, as a person would write it."""
    lines, assigned = ["def solution():"], set()
    for step in family.steps:
        for name in names_in(step.expression):
            if name in givens and name not in assigned:
                assigned.add(name)
                lines.append(f"    {name} = {givens[name].code}")
        lines.append(f"    {step.variable} = {step.expression}")
    lines += [f"    result = {family.steps[-1].variable}", "    return result"]
    return "\n".join(lines)


def _write_rationale(family: Family, texts: Mapping[str, str], values: Mapping[str, Exact]) -> str:
    sentences = []
    for step in family.steps:
        numbers = re.sub(r"[A-Za-z_]\w*", lambda m: _operand(values[m.group()]), step.expression)
        equation = f"{numbers} = {number_text(values[step.variable])}"
        sentences.append(tidy(fill(step.says.replace("{=}", equation), texts)))
    return "\n".join([*sentences, f"The answer is {number_text(values[family.steps[-1].variable])}."])


def _operand(value: Exact) -> str:
    return number_text(value) if (value * 100).denominator == 1 else f"({value})"


def choose_alternatives(phrasing: str, random: Random) -> str:
    """One telling of a phrasing: innermost brackets first, so alternatives may hold alternatives."""
    while "[" in phrasing:
        phrasing = re.sub(r"\[([^\[\]]*)\]", lambda m: random.choice(m.group(1).split("|")), phrasing)
    return phrasing


def _insert_before_question(story: str, sentence: str) -> str:
    """Before the last sentence where that is the question; at the start where the question opens the story."""
    sentences = re.split(r"(?<=[.?!]) ", story)
    place = len(sentences) - 1 if sentences[-1].endswith("?") else 0
    return " ".join([*sentences[:place], sentence, *sentences[place:]])


def fill(template: str, texts: Mapping[str, str]) -> str:
    """Replace every `{name}`; an unknown name raises KeyError."""
    return re.sub(r"\{(\w+)\}", lambda m: texts[m.group(1)], template)


def tidy(text: str) -> str:
    """One space between words, a capital at the start of each sentence."""
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(^|[.?!] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


PEOPLE = (
    "Ada", "Ben", "Carla", "Daniel", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Kira", "Leo", "Maya", "Nils",
    "Olga", "Pedro", "Quinn", "Rosa", "Samir", "Tara", "Uma", "Victor", "Wendy", "Xavier", "Yara", "Zoe", "Amir",
    "Bella", "Chen", "Dora", "Emil", "Fatima", "Gus", "Hana", "Ivan", "Julia", "Kofi", "Lena", "Marco", "Nora",
)  # fmt: skip
"""First names; a phrasing may use `{name}` and `{other}`, always two different people."""
