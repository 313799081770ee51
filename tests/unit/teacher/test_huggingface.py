"""`transformers` models as a teacher: what a completion holds, on tiny models with random or written-down weights."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from pad_ray.config import EngineConfig, SamplingConfig
from pad_ray.errors import ConfigError, TeacherError
from pad_ray.records import Completion, Question
from pad_ray.teacher.engine import Prompt
from pad_ray.teacher.huggingface import HuggingFaceEngine, _Waiting

PAD, EOS = 0, 1
VOCABULARY = 258
"""Every byte is a token, and two more."""

OTHER_ENDS = list(range(200, 220))
"""So many end tokens that random rows end early, each at another step."""

PROMPTS = ["tom has 3 apples", "ann", "a car drives 20 km in 5 hours"]


def save_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="</s>", pad_token="<pad>")
    tokenizer.save_pretrained(folder)
    return tokenizer


def save(model: Any, folder: Path) -> Path:
    """With a generation config as checkpoints bring them along: none of it but the end tokens may count."""
    model.generation_config = GenerationConfig(
        eos_token_id=[EOS, *OTHER_ENDS],
        pad_token_id=PAD,
        decoder_start_token_id=PAD,
        repetition_penalty=3.0,
        do_sample=True,
        top_k=3,
    )
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ids = {"pad_token_id": PAD, "eos_token_id": EOS, "bos_token_id": None}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, max_position_embeddings=128, **size, **ids))
    return save(model, tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    size = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    model = T5ForConditionalGeneration(T5Config(vocab_size=VOCABULARY, decoder_start_token_id=PAD, **size))
    return save(model, tmp_path_factory.mktemp("t5"))


def load(folder: Path) -> HuggingFaceEngine:
    return HuggingFaceEngine(EngineConfig(engine="huggingface", model=str(folder)))


class Listening:
    """The engine's model, and what it generated last."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.sequences = torch.empty(0)

    def generate(self, **arguments: Any) -> torch.Tensor:
        self.sequences = self.model.generate(**arguments)
        return self.sequences


def draw(engine: HuggingFaceEngine, texts: list[str], sampling: SamplingConfig, n: int) -> list[list[Completion]]:
    question = Question("q/1", "How many?", "3")
    return engine._generate([_Waiting(Prompt(text, question), sampling, n, 7, None) for text in texts])  # type: ignore[arg-type]


def plain_logprob(engine: HuggingFaceEngine, text: str, tokens: list[int]) -> float:
    """Of `tokens` after `text`, by one forward pass without padding, cache or sampling."""
    model, prompt = engine._model.model, engine._tokenizer(text)["input_ids"]
    with torch.inference_mode():
        if engine._encoder_decoder:
            decoded = torch.tensor([[PAD, *tokens[:-1]]])
            logits = model(input_ids=torch.tensor([prompt]), decoder_input_ids=decoded).logits[0]
        else:
            logits = model(input_ids=torch.tensor([prompt + tokens[:-1]])).logits[0, len(prompt) - 1 :]
    return float(logits.log_softmax(-1).gather(1, torch.tensor(tokens)[:, None]).sum())


@pytest.mark.parametrize("kind", ["llama", "t5"])
@pytest.mark.parametrize(
    ("sampling", "n"),
    [
        (SamplingConfig(temperature=3, top_p=0.9, max_tokens=24), 4),
        (SamplingConfig(temperature=1, max_tokens=1), 2),
        (SamplingConfig(temperature=0, max_tokens=12), 1),
    ],
)
def test_the_logprob_is_that_of_a_plain_forward_pass(
    kind: str, sampling: SamplingConfig, n: int, request: pytest.FixtureRequest
) -> None:
    engine = load(request.getfixturevalue(kind))
    engine._model = Listening(engine._model)
    drawn = draw(engine, PROMPTS, sampling, n)
    start = 1 if kind == "t5" else len(PROMPTS[-1])
    rows = engine._model.sequences[:, start:].tolist()
    completions = [completion for of_prompt in drawn for completion in of_prompt]
    assert [len(of_prompt) for of_prompt in drawn] == [n] * len(PROMPTS)
    lengths = set()
    for number, (row, completion) in enumerate(zip(rows, completions, strict=True)):
        text, tokens = PROMPTS[number // n], row[: completion.tokens]
        lengths.add(completion.tokens)
        assert completion.prompt_tokens == len(text)
        assert completion.text == engine._tokenizer.decode(tokens, skip_special_tokens=True)
        ends = [place for place, token in enumerate(row) if token in (EOS, *OTHER_ENDS)]
        assert completion.tokens == (ends[0] + 1 if ends else len(row))
        assert completion.logprob == pytest.approx(plain_logprob(engine, text, tokens), abs=1e-3)
    assert n < 4 or len(lengths) > 3


@pytest.mark.parametrize(("kind", "mask"), [("llama", [0, 0, 1]), ("t5", [1, 0, 0])])
def test_prompts_are_padded_as_the_model_was_trained(
    kind: str, mask: list[int], request: pytest.FixtureRequest
) -> None:
    engine = load(request.getfixturevalue(kind))
    assert engine._encode(["a", "abc"])["attention_mask"].tolist() == [mask, [1, 1, 1]]


def save_chain(folder: Path, chain: str) -> Path:
    """A model that writes each character of `chain` after the one before it, then the end: it looks at the last token
    alone, as nothing but the embedding comes through its layer."""
    size = {"hidden_size": 260, "intermediate_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1}
    ids = {"pad_token_id": PAD, "eos_token_id": EOS, "bos_token_id": None}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, **size, **ids))
    tokens = [*save_tokenizer(folder)(chain)["input_ids"], EOS]
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        model.model.norm.weight.fill_(1.0)
        model.model.embed_tokens.weight.copy_(torch.eye(VOCABULARY, 260))
        for last, following in pairwise(tokens):
            model.lm_head.weight[following, last] = 2.0
    model.save_pretrained(folder)
    return folder


GREEDY = SamplingConfig(temperature=0, max_tokens=30)


def test_the_text_ends_before_a_stop_string_and_the_tokens_with_it(tmp_path: Path) -> None:
    engine = load(save_chain(tmp_path, "Ax=1\nQuestion:!"))
    engine._model = Listening(engine._model)
    [[cut]] = draw(engine, ["some A"], GREEDY, 1)
    assert (cut.text, cut.tokens) == ("x=1", len("x=1\nQuestion:"))
    assert engine._model.sequences.shape[1] == len("some Ax=1\nQuestion:")
    assert cut.logprob == pytest.approx(0, abs=1e-3)
    [[early], [late]] = draw(engine, [":", "A"], GREEDY, 1)
    assert (early.text, early.tokens) == ("!", 2)
    assert (late.text, late.tokens) == (cut.text, cut.tokens)


def test_a_stop_string_that_began_in_the_prompt_is_none(tmp_path: Path) -> None:
    engine = load(save_chain(tmp_path, "\nQuestion:!"))
    [[completion]] = draw(engine, ["Program:\n"], GREEDY, 1)
    assert (completion.text, completion.tokens) == ("Question:!", len("Question:!") + 1)


async def test_prompts_that_wait_together_are_answered_apart(llama: Path) -> None:
    engine = load(llama)
    question = Question("q/1", "How many?", "3")
    greedy = SamplingConfig(temperature=0, max_tokens=4)
    completions = await engine.sample(Prompt("tom", question), greedy, n=3, seed=1)
    assert len(completions) == 3
    assert len(set(completions)) == 1
    await engine.close()


def test_what_is_wrong_with_a_model_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="embedded:techer"):
        HuggingFaceEngine(EngineConfig(engine="huggingface", model="embedded:techer"))
    with pytest.raises(TeacherError, match="transformers could not load"):
        load(tmp_path)
