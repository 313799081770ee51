"""How a text is put to a model: as it is, or as a user's message in the chat template of the model's tokenizer.

Engines, the student's corpus and its validation share this, so that a student is asked in the form that it learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pad_ray.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Form = Literal["plain", "chat"]
"""plain: the template's words and no others, as base models read them; chat: the same words as a user's message in the
tokenizer's chat template, as instruction-tuned models read them."""


def in_form(tokenizer: PreTrainedTokenizerBase, form: Form, sources: Sequence[str]) -> list[str]:
    """What the model reads: `sources` as they are, or each as a user's message to which the model's answer follows.

    Raises:
        ConfigError: the tokenizer has no chat template, or the template refuses a user's message alone.
    """
    if form == "plain":
        return list(sources)
    import jinja2

    where = f"tokenizer {tokenizer.name_or_path}"
    if not tokenizer.chat_template:
        raise ConfigError(f"{where}: has no chat template; set form to plain, or take an instruction-tuned model")
    messages = [[{"role": "user", "content": source}] for source in sources]
    try:
        texts: list[str] = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except jinja2.TemplateError as error:
        raise ConfigError(
            f"{where}: its chat template refuses a user's message alone ({error}); set form to plain"
        ) from None
    return texts


def prompt_ids(tokenizer: PreTrainedTokenizerBase, form: Form, text: str) -> list[int]:
    """A text's tokens in this form. A chat template has written its special tokens itself, so none are added to it.

    Raises:
        ConfigError: as `in_form`.
    """
    [read] = in_form(tokenizer, form, [text])
    ids: list[int] = tokenizer(read, add_special_tokens=form == "plain")["input_ids"]
    return ids
