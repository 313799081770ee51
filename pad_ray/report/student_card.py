"""The model card of a student: what it was trained on and how, how good it is, how it is asked. Markdown, as hubs show
it, with the front matter that they read.

Text in it may come from a model's name or a question set: it is escaped, so that none of it becomes markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from pad_ray.checks import looks_local
from pad_ray.config import EMBEDDED, RunConfig
from pad_ray.evaluation.metrics import Metrics
from pad_ray.report.licences import licence, warning
from pad_ray.report.markdown import template, without_private
from pad_ray.student.baselines import student_prompt
from pad_ray.student.templates import PROGRAM, REPAIR
from pad_ray.teacher.prompt import STOP, render

TEMPLATE = "student_card.md.j2"

EXAMPLE = "Tom has 3 apples and buys 4 more. How many apples does he have?"
"""The question in the code that shows how the student is asked."""

SCHEDULES = {
    "linear": "rises over the warm-up, then falls linearly to 0",
    "cosine": "rises over the warm-up, then falls to 0 along a cosine",
    "constant": "rises over the warm-up, then stays",
}


@dataclass(frozen=True)
class Student:
    """A finished student, and what its run knows of it."""

    name: str
    """`distilled` or `refined`."""
    config: RunConfig
    training: Mapping[str, Any]
    """The report of the training that made it: settings, steps, tokens, loss."""
    adapter: bool
    """It is exported as a LoRA adapter, without the weights that it belongs to."""
    encoder_decoder: bool
    parameters: int
    """Of what is exported."""
    synthesis: Mapping[str, Any] = field(default_factory=dict)
    """questions, programs, right, kept, statuses; empty where the synthesis is not there any more."""
    corpus: Mapping[str, Any] = field(default_factory=dict)
    """The corpus's report; empty where it is not there any more."""
    accuracies: Sequence[tuple[str, str, Metrics]] = ()
    """(set, which student, figures), as far as they were measured in the run."""
    validations: Sequence[Mapping[str, Any]] = ()
    """step, accuracy and interval of each validation during its training."""

    @property
    def base(self) -> str | None:
        """Name of its base model on the hub, if it is from there."""
        return hub_name(self.config.student.model)

    @property
    def refined(self) -> bool:
        """It has learnt to repair programs, too."""
        return self.name == "refined"


def hub_name(model: str) -> str | None:
    """The name under which others find a base model; None of a folder, and of the models that ship with the package."""
    return None if model in EMBEDDED or looks_local(model) else model


def student_card(student: Student) -> str:
    """The card, front matter included."""
    config, trained = student.config, student.training["config"]
    prompt = student_prompt(config)
    batch = trained["batch_size"] * trained["workers"] * trained["gradient_accumulation"]
    return _header(student) + template(TEMPLATE).render(
        student=student,
        base=student.base or without_private(config.student.model),
        teacher=without_private(config.teacher.model),
        writes="programs" if prompt == PROGRAM else "chains of thought",
        programs=prompt == PROGRAM,
        learn_from=config.student.learn_from,
        licence=licence(config.questions.set),
        warning=warning(config.questions.set),
        questions=config.questions.name,
        prompt=render(prompt, question="{question}"),
        repair_prompt=render(REPAIR, question="{question}", faulty="{program}", feedback="{feedback}"),
        chat=config.student.form == "chat",
        transformers_code=transformers_code(student),
        vllm_code="" if student.encoder_decoder or student.adapter else vllm_code(student),
        batch=batch,
        packed=trained["packing"] and not student.encoder_decoder,
        schedule=SCHEDULES[trained["lr_scheduler"]],
        statuses=sorted(student.synthesis.get("statuses", {}).items(), key=lambda item: -item[1]),
        settings=yaml.safe_dump(
            without_private({"seed": student.training["seed"], "student": trained}), sort_keys=False, allow_unicode=True
        ),
    )


def _header(student: Student) -> str:
    """What the Hugging Face hub reads at the top of a README."""
    content: dict[str, Any] = {
        "library_name": "peft" if student.adapter else "transformers",
        "pipeline_tag": "text-generation",
        "tags": [
            "pad-ray",
            "program-aided-distillation" if student_prompt(student.config) == PROGRAM else "chain-of-thought",
            "math",
        ],
    }
    if known := _licence(student):
        content["license"] = known
    if student.base:
        content["base_model"] = student.base
    if student.config.questions.set != "jsonl":  # the user's own may be in any language
        content["language"] = ["en"]
    return f"---\n{yaml.safe_dump(content, sort_keys=False)}---\n\n"


def _licence(student: Student) -> str | None:
    """The hub's name of the student's licence, where it is known: that of its base model is known of our own only."""
    questions = licence(student.config.questions.set)
    if student.config.student.model not in EMBEDDED or not questions.commercial:
        return None
    return "apache-2.0" if questions.hub_id in ("apache-2.0", "mit") else None


def _beginning(student: Student) -> list[str]:
    prompt = render(student_prompt(student.config), question="{question}")
    return [f"PROMPT = {prompt!r}", f"question = {EXAMPLE!r}", 'folder = "."  # this folder, or its name on the hub']


def _messages(student: Student) -> str:
    return '[{"role": "user", "content": PROMPT.format(question=question)}]'


def transformers_code(student: Student) -> str:
    """Python that asks the student with transformers, and PEFT where it is an adapter."""
    kind = "AutoModelForSeq2SeqLM" if student.encoder_decoder else "AutoModelForCausalLM"
    lines = [f"from transformers import AutoTokenizer, {kind}", "", *_beginning(student)]
    if student.adapter:
        lines.insert(0, "from peft import PeftModel")
        named = student.base or "folder of the base model"
        lines += [f"base = {named!r}", f"model = PeftModel.from_pretrained({kind}.from_pretrained(base), folder)"]
    else:
        lines += [f"model = {kind}.from_pretrained(folder)"]
    lines += ["tokenizer = AutoTokenizer.from_pretrained(folder)"]
    if student.config.student.form == "chat":
        lines += [
            "inputs = tokenizer.apply_chat_template(",
            f"    {_messages(student)},",
            '    add_generation_prompt=True, return_tensors="pt", return_dict=True,',
            ")",
        ]
    else:
        lines += ['inputs = tokenizer(PROMPT.format(question=question), return_tensors="pt")']
    asked = 'inputs["input_ids"], attention_mask=inputs["attention_mask"]'
    lines += [
        "made = model.generate(",
        f"    {asked.replace('inputs', 'input_ids=inputs', 1) if student.adapter else asked},",
        f"    max_new_tokens={student.config.student.max_target_tokens}, do_sample=False,",
        ")",
        "written = made[0]" if student.encoder_decoder else 'written = made[0, inputs["input_ids"].shape[1] :]',
        "text = tokenizer.decode(written, skip_special_tokens=True)",
        "print(text)",
    ]
    return "\n".join(lines)


def vllm_code(student: Student) -> str:
    """Python that asks the student with vLLM."""
    asked = (
        f"model.chat({_messages(student)}, sampling)"
        if student.config.student.form == "chat"
        else "model.generate([PROMPT.format(question=question)], sampling)"
    )
    return "\n".join(
        [
            "from vllm import LLM, SamplingParams",
            "",
            *_beginning(student),
            "model = LLM(folder)",
            f"sampling = SamplingParams(temperature=0, max_tokens={student.config.student.max_target_tokens}, "
            f"stop={list(STOP)!r})",
            f"text = {asked}[0].outputs[0].text",
            "print(text)",
        ]
    )
