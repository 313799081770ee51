"""What the student reads and what it is to write, task by task.

    program     question -> program
    repair      question + faulty program + feedback -> program
    rationale   question -> chain of thought: the baseline that PaD is compared with

The words are those of `teacher.prompt`, where the engines have theirs from: the student is trained on what it is asked
later on. A template that changes gets a new version, never a new text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pad_ray.errors import ConfigError
from pad_ray.records import Repair
from pad_ray.shards.files import fingerprint_of
from pad_ray.student.examples import Example
from pad_ray.teacher.prompt import TEMPLATES, render

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PROGRAM = "program-v1"
"""The student reads the question alone, whatever demonstrations the teacher was shown (PaD, section 3.2)."""

REPAIR = "repair-v1"
RATIONALE = "rationale-v1"

Form = Literal["plain", "chat"]
"""plain: the template's words and no others, as base models read them; chat: the same words as a user's message in the
tokenizer's chat template, as instruction-tuned models read them."""


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


def in_form(tokenizer: PreTrainedTokenizerBase, form: Form, sources: Sequence[str]) -> list[str]:
    """What the model reads: `sources` as they are, or each as a user's message to which the model's answer follows.

    A text in a chat template has its special tokens in it and is tokenised without any others.

    Raises:
        ConfigError: the tokenizer has no chat template, or the template refuses a user's message alone.
    """
    if form == "plain":
        return list(sources)
    import jinja2

    where = f"tokenizer {tokenizer.name_or_path}"
    if not tokenizer.chat_template:
        raise ConfigError(f"{where}: has no chat template; train plain, or take an instruction-tuned model")
    messages = [[{"role": "user", "content": source}] for source in sources]
    try:
        texts: list[str] = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except jinja2.TemplateError as error:
        raise ConfigError(f"{where}: its chat template refuses a user's message alone ({error}); train plain") from None
    return texts
