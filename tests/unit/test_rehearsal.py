"""What a dry run shows of a prompt in a chat template."""

from __future__ import annotations

from pathlib import Path

from trainings import save_tokenizer
from transformers import AutoTokenizer

from pad_ray.config import EngineConfig
from pad_ray.rehearsal import _read


def test_a_prompt_is_shown_as_the_model_reads_it(tmp_path: Path) -> None:
    save_tokenizer(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    tokenizer.chat_template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<answer>"
    tokenizer.save_pretrained(tmp_path)
    plain = EngineConfig(engine="huggingface", model=str(tmp_path))
    assert _read(plain, "How many?") == "How many?"
    assert _read(plain.model_copy(update={"form": "chat"}), "How many?") == "<user>How many?<answer>"
