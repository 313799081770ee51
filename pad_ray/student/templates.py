"""What the student reads and what it is to write, task by task.

    program     question -> program
    repair      question + faulty program + feedback -> program
    rationale   question -> chain of thought: the baseline that PaD is compared with

The words are those of `teacher.prompt`, where the engines have theirs from: the student is trained on what it is asked
later on. A template that changes gets a new version, never a new text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pad_ray.records import Repair
from pad_ray.shards.files import fingerprint_of
from pad_ray.student.examples import Example
from pad_ray.teacher.prompt import TEMPLATES, render

PROGRAM = "program-v1"
"""The student reads the question alone, whatever demonstrations the teacher was shown (PaD, section 3.2)."""

REPAIR = "repair-v1"
RATIONALE = "rationale-v1"


def program_example(row: Mapping[str, Any]) -> Example:
    """From a row that has the question's `text` and a right program's `program_id` and `code`."""
    return Example(render(PROGRAM, question=row["text"]), row["code"], row["program_id"])


def repair_example(repair: Repair) -> Example:
    """The training pair of a repair."""
    source = render(REPAIR, question=repair.question, faulty=repair.faulty, feedback=repair.feedback)
    return Example(source, repair.program, repair.repair_id)


def rationale_example(row: Mapping[str, Any]) -> Example:
    """From a row whose `completion` is a chain of thought, with the question's `text` and a `program_id`."""
    return Example(render(RATIONALE, question=row["text"]), row["completion"].strip(), row["program_id"])


def template_fingerprint(*versions: str) -> str:
    """Hash of the words of these templates."""
    return fingerprint_of({version: TEMPLATES[version] for version in versions})
