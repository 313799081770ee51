"""Whether a tokenizer is that of the model beside it, by their files."""

import json
from pathlib import Path
from typing import Any

import pytest
from trainings import save_llama, save_t5

from pad_ray.errors import ConfigError
from pad_ray.student.tokenizer import check_tokenizer
from pad_ray.teacher.engine import resolve_model


def mend(file: Path, **changed: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


@pytest.mark.parametrize("save", [save_llama, save_t5])
def test_a_checkpoint_as_libraries_write_it_is_right(save: Any, tmp_path: Path) -> None:
    save(tmp_path)
    check_tokenizer(tmp_path)


@pytest.mark.parametrize("name", ["embedded:student", "embedded:teacher"])
def test_the_shipped_ones_are_right(name: str) -> None:
    check_tokenizer(Path(resolve_model(name)))


def test_a_smaller_vocabulary_of_another_family_is_known_by_its_end(tmp_path: Path) -> None:
    save_llama(tmp_path)
    mend(tmp_path / "config.json", vocab_size=151_936, eos_token_id=151_643)
    (tmp_path / "generation_config.json").unlink()
    with pytest.raises(ConfigError, match=r"ends a text with </s> \(id 1\) and the model with id 151643; take the "):
        check_tokenizer(tmp_path)


def test_any_of_the_ends_of_a_model_will_do(tmp_path: Path) -> None:
    save_llama(tmp_path)
    mend(tmp_path / "config.json", eos_token_id=7)
    mend(tmp_path / "generation_config.json", eos_token_id=[5, 1])
    check_tokenizer(tmp_path)


def test_more_ids_than_embeddings(tmp_path: Path) -> None:
    save_llama(tmp_path)
    mend(tmp_path / "config.json", vocab_size=200)
    with pytest.raises(ConfigError, match="300 token ids and the model 200 embeddings"):
        check_tokenizer(tmp_path)


def test_ids_of_a_unigram_model_are_places_in_its_list(tmp_path: Path) -> None:
    save_llama(tmp_path)
    vocabulary = [["<pad>", 0.0], ["</s>", 0.0], ["a", -1.0]]
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    check_tokenizer(tmp_path)
    mend(tmp_path / "tokenizer_config.json", eos_token="a")
    with pytest.raises(ConfigError, match=r"ends a text with a \(id 2\)"):
        check_tokenizer(tmp_path)


def test_files_that_are_no_json_are_named(tmp_path: Path) -> None:
    save_llama(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ConfigError, match=r"tokenizer\.json: not JSON"):
        check_tokenizer(tmp_path)
