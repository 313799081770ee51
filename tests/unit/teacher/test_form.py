"""A prompt in the chat template of a tokenizer, and without."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from pad_ray.errors import ConfigError
from pad_ray.teacher.form import in_form, prompt_ids


class Tokenizer:
    """As much of a tokenizer as is looked at first."""

    name_or_path = "here"

    def __init__(self, chat_template: str | None) -> None:
        self.chat_template = chat_template


def test_a_tokenizer_without_a_chat_template_is_refused_for_chat_alone() -> None:
    assert in_form(Tokenizer(None), "plain", ["a"]) == ["a"]
    with pytest.raises(ConfigError, match="here: has no chat template; set form to plain"):
        in_form(Tokenizer(None), "chat", ["a"])


def test_a_chat_template_that_refuses_a_question_is_told_in_one_line() -> None:
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Backend(models.BPE()), eos_token="</s>")
    tokenizer.chat_template = "{{ raise_exception('a system message first') }}"
    with pytest.raises(ConfigError, match=r"refuses a user's message alone \(a system message first\)"):
        in_form(tokenizer, "chat", ["a"])


def test_special_tokens_are_there_once_in_either_form() -> None:
    words = {word: number for number, word in enumerate(["<s>", "</s>", "[ask]", "a", "b", "<unk>"])}
    backend = Backend(models.WordLevel(words, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.add_special_tokens(["<s>", "</s>", "[ask]"])
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = "<s>[ask]{{ messages[0].content }}</s>"
    assert prompt_ids(tokenizer, "plain", "a b") == [0, 3, 4]
    assert prompt_ids(tokenizer, "chat", "a b") == [0, 2, 3, 4, 1]
