"""The nouns that flow through the house, their deterministic ids, and the one place where their Arrow schemas live.

    Question  --teacher-->  Program  --executor-->  Verdict  --refinement-->  Repair

Every record is a frozen dataclass of plain values. Rooms hand each other Arrow tables of these schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

import pyarrow as pa


class Status(StrEnum):
    """What became of one program, by the answer contract. A failure of our own machinery is not among them."""

    RIGHT = "right"
    WRONG = "wrong"
    RAISED = "raised"
    SYNTAX = "syntax"
    NO_ANSWER = "no_answer"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output_limit"
    KILLED = "killed"


RAN = frozenset({Status.RIGHT, Status.WRONG})
"""The statuses of programs that ran to an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set. `answer` is gold text; `reference` and `rationale` are empty where the set has none."""

    question_id: str
    text: str
    answer: str
    answer_kind: str = "number"
    """`number` or `text`: how grading compares."""
    reference: str = ""
    """A program known to answer the question, variables named step by step."""
    rationale: str = ""
    """A chain of thought in words that leads to the answer."""
    steps: int = 0
    """Number of reasoning steps where the set knows it, else 0."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a teacher wrote for one draw."""

    text: str
    tokens: int = 0
    """Generated tokens, the end-of-text token included; 0 where no model ran."""
    logprob: float = 0.0
    """Sum over the generated tokens of the natural log of their probability; 0 where unknown."""
    prompt_tokens: int = 0
    discarded_tokens: int = 0
    """Generated on the way to it, and no part of it: beams that were not chosen."""


@dataclass(frozen=True, slots=True)
class Program:
    """One candidate program: the code extracted from one completion of one draw."""

    program_id: str
    question_id: str
    draw: int
    code: str
    completion: str
    model: str
    prompt_version: str
    tokens: int = 0
    prompt_tokens: int = 0
    logprob: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one program. `answer` is what the program answered, as text, empty if it gave none."""

    status: str
    answer: str = ""
    error_type: str = ""
    error_message: str = ""
    error_line: int = 0
    """1-based line of the program at which the error was raised; 0 if none."""
    cpu_ms: float = 0.0
    wall_ms: float = 0.0
    isolation: str = ""
    """The level of isolation held while the program ran, as the sandbox names it."""
    unsafe: bool = False
    """Whether it ran without a seccomp filter, as `unsafe` allows."""
    lane: str = ""
    """`solo` (a process of its own) or `shared` (one after others that the gate admitted); empty if it was not run."""
    trace: tuple[tuple[str, str], ...] = ()
    """Where it was asked for: variables and their last values' `repr`, in the order of assignment."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair example: (question, faulty program, feedback) -> right program."""

    repair_id: str
    question_id: str
    question: str
    faulty: str
    feedback: str
    program: str
    origin: str
    """`injected:<edit>` for an error put in by us, `student` for a failure of the student's own, `confirmed` for a
    program that is right and stays."""
    round: int
    status: str
    """The verdict on the faulty program."""


def program_id(question_id: str, prompt_version: str, draw: int) -> str:
    """Deterministic: the same question, prompt version and draw always give the same id."""
    return f"{question_id}@{prompt_version}#{draw}"


ARROW_TYPES = {"str": pa.string(), "int": pa.int32(), "float": pa.float64(), "bool": pa.bool_()}


def _columns(record: type, *, leave_out: Iterable[str] = ()) -> list[pa.Field]:
    skipped = set(leave_out)
    return [pa.field(f.name, ARROW_TYPES[str(f.type)]) for f in fields(record) if f.name not in skipped]


QUESTION_SCHEMA = pa.schema(_columns(Question))
"""One row per question."""

VERDICT_COLUMNS = _columns(Verdict, leave_out=["answer", "cpu_ms", "wall_ms", "lane", "trace"])
"""Without what may be another when the program is run again, so that a shard that is made again is the same byte for
byte: times (their sums are in the record), and the lane, since audits and retries are run alone. A trace is asked for
where feedback is made of it, and is found again by running the program."""

JUDGED_SCHEMA = pa.schema(
    [
        *_columns(Question),
        *_columns(Program, leave_out=["question_id"]),
        pa.field("given_answer", pa.string()),
        *VERDICT_COLUMNS,
        pa.field("kept", pa.bool_()),
    ]
)
"""One row per judged program: its question, the program, its verdict. `given_answer` is `Verdict.answer`; `kept` says
that it is one of the distinct right programs of its question that count."""

REPAIR_SCHEMA = pa.schema(_columns(Repair))
"""One row per repair example."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged program, as a row of `JUDGED_SCHEMA` has it."""

    question: Question
    program: Program
    verdict: Verdict
    kept: bool = False


_SOURCES = (
    [("question", f.name, f.name) for f in fields(Question)]
    + [("program", f.name, f.name) for f in fields(Program) if f.name != "question_id"]
    + [("verdict", "answer", "given_answer")]
    + [("verdict", f.name, f.name) for f in VERDICT_COLUMNS]
)
"""Of every column of `JUDGED_SCHEMA` but `kept`: the record and the field that it is from, and its name."""


def judged_table(judged: Sequence[Judged]) -> pa.Table:
    """[programs] -> a table of `JUDGED_SCHEMA`, column by column: a tenth of the time that rows of dicts take."""
    records = {name: [getattr(row, name) for row in judged] for name in ("question", "program", "verdict")}
    columns = [
        pa.array([getattr(record, field) for record in records[kind]], JUDGED_SCHEMA.field(name).type)
        for kind, field, name in _SOURCES
    ]
    return pa.Table.from_arrays([*columns, pa.array([row.kept for row in judged], pa.bool_())], schema=JUDGED_SCHEMA)


def to_table(records: Iterable[object], schema: pa.Schema) -> pa.Table:
    """Records (dataclasses) or row dicts -> an Arrow table of `schema`."""
    rows = [record if isinstance(record, dict) else asdict(record) for record in records]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows, schema=schema)


def questions_of(table: pa.Table) -> Iterator[Question]:
    """The questions in the rows of a table that has the columns of `QUESTION_SCHEMA` (more are ignored)."""
    for row in table.select(QUESTION_SCHEMA.names).to_pylist():
        yield Question(**row)
