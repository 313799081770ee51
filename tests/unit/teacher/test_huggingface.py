"""`transformers` models as a teacher: what a completion holds, on tiny models with random or written-down weights."""

from __future__ import annotations

import asyncio
import math
import threading
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

from pad_ray.config import EngineConfig
from pad_ray.errors import ConfigError, EngineDied, RefusedPrompt, TeacherError
from pad_ray.questions.wordsums.reader import read_wordsums
from pad_ray.records import Completion, Question
from pad_ray.teacher.ending import NO_LIMIT, Room
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.huggingface import HuggingFaceEngine, _Drawing, _Kind, _Waiting
from pad_ray.teacher.prompt import render

PAD, EOS = 0, 1
VOCABULARY = 258
"""Every byte is a token, and two more."""

OTHER_ENDS = list(range(201, 221))
"""So many end tokens that random rows end early, each at another step. 200 is the line break."""

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


def load(folder: Path, **settings: Any) -> HuggingFaceEngine:
    return HuggingFaceEngine(EngineConfig(engine="huggingface", model=str(folder), **settings))


class Listening:
    """The engine's model, and what it generated last."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.sequences = torch.empty(0)

    def generate(self, **arguments: Any) -> torch.Tensor:
        self.sequences = self.model.generate(**arguments)
        return self.sequences


def prompt_of(text: str) -> Prompt:
    return Prompt(text, Question("q/1", "How many?", "3"))


def waiting(
    engine: HuggingFaceEngine, text: str, seed: int, *, temperature: float = 0.0, top_p: float = 1.0, most: int
) -> _Waiting:
    return _Waiting(engine._encode(prompt_of(text)), _Kind(top_p, most), temperature, seed, None)  # type: ignore[arg-type]


def generate(engine: HuggingFaceEngine, texts: list[str], **how: Any) -> list[Completion]:
    """One batch, with the seeds 0, 1, 2, ..."""
    return engine._generate([waiting(engine, text, seed, **how) for seed, text in enumerate(texts)])


def plain_logprob(engine: HuggingFaceEngine, text: str, tokens: list[int]) -> float:
    """Of `tokens` after `text`, by one forward pass without padding, cache or sampling."""
    model = engine._model.model if isinstance(engine._model, Listening) else engine._model
    prompt = engine._tokenizer(text)["input_ids"]
    with torch.inference_mode():
        if engine._encoder_decoder:
            decoded = torch.tensor([[PAD, *tokens[:-1]]])
            logits = model(input_ids=torch.tensor([prompt]), decoder_input_ids=decoded).logits[0]
        else:
            logits = model(input_ids=torch.tensor([prompt + tokens[:-1]])).logits[0, len(prompt) - 1 :]
    return float(logits.log_softmax(-1).gather(1, torch.tensor(tokens)[:, None]).sum())


@pytest.mark.parametrize("model", ["llama", "t5"])
@pytest.mark.parametrize(
    ("how", "draws"),
    [
        ({"temperature": 3, "top_p": 0.9, "most": 24}, 4),
        ({"temperature": 1, "most": 1}, 2),
        ({"most": 12}, 1),
    ],
)
def test_the_logprob_is_that_of_a_plain_forward_pass(
    model: str, how: dict[str, Any], draws: int, request: pytest.FixtureRequest
) -> None:
    engine = load(request.getfixturevalue(model))
    engine._model = Listening(engine._model)
    texts = [text for text in PROMPTS for _ in range(draws)]
    completions = generate(engine, texts, **how)
    start = 1 if model == "t5" else len(PROMPTS[-1])
    rows = engine._model.sequences[:, start:].tolist()
    lengths = set()
    for text, row, completion in zip(texts, rows, completions, strict=True):
        tokens = row[: completion.tokens]
        lengths.add(completion.tokens)
        assert completion.prompt_tokens == len(text)
        assert completion.text == engine._tokenizer.decode(tokens, skip_special_tokens=True)
        ends = [place for place, token in enumerate(row) if token in (EOS, *OTHER_ENDS)]
        assert completion.tokens == (ends[0] + 1 if ends else len(row))
        assert completion.logprob == pytest.approx(plain_logprob(engine, text, tokens), abs=1e-3)
    assert draws < 4 or len(lengths) > 3


@pytest.mark.parametrize(("model", "start"), [("llama", [0, 0, 1]), ("t5", [1, 0, 0])])
def test_prompts_are_padded_as_the_model_was_trained(
    model: str, start: list[int], request: pytest.FixtureRequest
) -> None:
    engine = load(request.getfixturevalue(model))
    given: list[Any] = []
    whole = engine._model.generate
    engine._model.generate = lambda **arguments: given.append(arguments["attention_mask"]) or whole(**arguments)
    generate(engine, ["a", "abc"], most=1)
    assert given[0].tolist() == [start, [1, 1, 1]]


def test_a_draw_is_the_same_alone_and_in_any_batch(llama: Path) -> None:
    engine = load(llama)

    def drawn(seed: int, text: str) -> _Waiting:
        return waiting(engine, text, seed, temperature=(1.5, 0.0, 3.0)[seed % 3], top_p=0.95, most=20)

    together = engine._generate([drawn(seed, text) for seed, text in enumerate(PROMPTS)])
    for seed, text in enumerate(PROMPTS):
        [alone] = engine._generate([drawn(seed, text)])
        assert alone.text == together[seed].text
        assert alone.logprob == pytest.approx(together[seed].logprob, abs=1e-3)
    assert (
        len({completion.text for completion in generate(engine, ["tom"] * 8, temperature=1.5, top_p=0.95, most=20)})
        == 8
    )


def shares_drawn(temperature: float, top_p: float, probabilities: list[float], draws: int = 20_000) -> list[float]:
    """How often each token is drawn by a step."""
    scores = torch.tensor(probabilities).log().expand(draws, -1)
    left = _Drawing(top_p, [(temperature, seed) for seed in range(draws)])(
        torch.zeros(draws, 1, dtype=torch.long), scores
    )
    assert ((left == 0).sum(dim=1) == 1).all()
    assert ((left == -math.inf).sum(dim=1) == len(probabilities) - 1).all()
    return torch.bincount(left.argmax(dim=1), minlength=len(probabilities)).div(draws).tolist()  # type: ignore[no-any-return]


def test_tokens_are_drawn_by_temperature_and_top_p() -> None:
    probabilities = [0.3, 0.0, 0.5, 0.15, 0.05]
    assert shares_drawn(1, 1.0, probabilities) == pytest.approx(probabilities, abs=0.015)
    squared = [p * p / sum(q * q for q in probabilities) for p in probabilities]
    assert shares_drawn(0.5, 1.0, probabilities) == pytest.approx(squared, abs=0.015)
    # The two largest reach 0.8; with any less a third is needed.
    assert shares_drawn(1, 0.75, probabilities) == pytest.approx([3 / 8, 0, 5 / 8, 0, 0], abs=0.015)
    assert shares_drawn(1, 0.9, probabilities) == pytest.approx([0.3 / 0.95, 0, 0.5 / 0.95, 0.15 / 0.95, 0], abs=0.015)
    assert shares_drawn(1, 0.01, probabilities) == [0, 0, 1, 0, 0]


def test_the_room_after_a_prompt() -> None:
    decoder = Room(128, None, encoder_decoder=False)
    assert [decoder.after(tokens) for tokens in (1, 127, 128)] == [127, 1, 0]
    assert Room(128, 100, encoder_decoder=False).after(90) == 10
    both = Room(128, None, encoder_decoder=True)
    assert [both.after(tokens) for tokens in (1, 128, 129)] == [127, 127, 0]
    assert Room(128, 100, encoder_decoder=True).after(90) == 10
    assert Room(None, None, encoder_decoder=True).after(10**6) == NO_LIMIT


async def test_a_prompt_longer_than_the_model_is_refused_and_a_shorter_one_ends_in_time(tmp_path: Path) -> None:
    engine = load(save_chain(tmp_path, "".join(map(chr, range(33, 127)))), max_model_len=64)
    greedy = Draw(0, seed=1, temperature=0, top_p=1.0, max_tokens=40)
    for text in ("!" * 64, "!" * 5000, "", "\ud800"):
        with pytest.raises(RefusedPrompt, match=r"^q/1: "):
            await engine.draw(prompt_of(text), greedy)
    short, long = await asyncio.gather(*(engine.draw(prompt_of("!" * n), greedy) for n in (3, 60)))
    assert (short.tokens, long.tokens) == (40, 4)
    assert short.text.startswith(long.text)
    await engine.close()


async def test_a_prompt_in_chat_form_is_a_users_message(tmp_path: Path) -> None:
    folder = save_chain(tmp_path, "".join(map(chr, range(33, 127))))
    with pytest.raises(TeacherError, match="has no chat template; set form to plain"):
        load(folder, form="chat")
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.chat_template = "{% for m in messages %}</s>{{ m.role }}: {{ m.content }}{% endfor %}</s>a"
    tokenizer.save_pretrained(folder)
    engine = load(folder, form="chat")
    assert engine._encode(prompt_of("xyz")) == [
        EOS,
        *tokenizer("user: xyz")["input_ids"],
        EOS,
        *tokenizer("a")["input_ids"],
    ]
    completion = await engine.draw(prompt_of("xyz"), Draw(0, seed=1, temperature=0, top_p=1.0, max_tokens=3))
    assert completion.text == "bcd"
    await engine.close()


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


def test_the_text_ends_before_a_stop_string_and_the_tokens_with_it(tmp_path: Path) -> None:
    engine = load(save_chain(tmp_path, "Ax=1\nQuestion:!"))
    engine._model = Listening(engine._model)
    [cut] = generate(engine, ["some A"], most=30)
    assert (cut.text, cut.tokens) == ("x=1", len("x=1\nQuestion:"))
    assert engine._model.sequences.shape[1] == len("some Ax=1\nQuestion:")
    assert cut.logprob == pytest.approx(0, abs=1e-3)
    early, late = generate(engine, [":", "A"], most=30)
    assert (early.text, early.tokens) == ("!", 2)
    assert (late.text, late.tokens) == (cut.text, cut.tokens)


def test_a_stop_string_that_began_in_the_prompt_is_none(tmp_path: Path) -> None:
    engine = load(save_chain(tmp_path, "\nQuestion:!"))
    [completion] = generate(engine, ["Program:\n"], most=30)
    assert (completion.text, completion.tokens) == ("Question:!", len("Question:!") + 1)


class Held:
    """The engine's `_generate`, which waits until it is let go; it notes the seeds of each batch."""

    def __init__(self, engine: HuggingFaceEngine) -> None:
        self.generate = engine._generate
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.fails: Exception | None = None
        engine._generate = self  # type: ignore[method-assign,assignment]

    def __call__(self, batch: list[_Waiting]) -> list[Completion]:
        self.batches.append([waiting.seed for waiting in batch])
        assert self.go.wait(20)
        if self.fails is not None:
            raise self.fails
        return self.generate(batch)


def asked(
    engine: HuggingFaceEngine, seed: int, temperature: float = 1.0, top_p: float = 1.0
) -> asyncio.Future[Completion]:
    drawn = Draw(seed, seed=seed, temperature=temperature, top_p=top_p, max_tokens=4)
    return asyncio.ensure_future(engine.draw(prompt_of("tom"), drawn))


async def under_way(held: Held, batches: int) -> None:
    async with asyncio.timeout(20):
        while len(held.batches) < batches:
            await asyncio.sleep(0.001)


async def test_draws_that_wait_together_and_are_alike_share_a_batch(llama: Path) -> None:
    engine = load(llama, max_sequences=3)
    held = Held(engine)
    held.go.set()
    drawn = [asked(engine, seed, temperature=seed % 2, top_p=(1.0, 0.99)[seed > 5]) for seed in range(8)]
    completions = await asyncio.gather(*drawn)
    assert held.batches == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert len({completion.text for completion in completions[0::2]}) == 1, "greedy"
    assert len({completion.text for completion in completions[1::2]}) == 4
    await engine.close()


async def test_a_cancelled_draw_is_dropped_and_one_under_way_disturbs_nobody(llama: Path) -> None:
    engine = load(llama, max_sequences=2)
    held = Held(engine)
    drawn = [asked(engine, seed) for seed in range(5)]
    await under_way(held, 1)
    drawn[0].cancel()
    drawn[2].cancel()
    held.go.set()
    outcomes = await asyncio.gather(*drawn, return_exceptions=True)
    assert held.batches == [[0, 1], [3, 4]]
    assert [isinstance(outcome, Completion) for outcome in outcomes] == [False, True, False, True, True]
    await engine.close()


async def test_what_waits_when_the_engine_is_closed_is_told(llama: Path) -> None:
    engine = load(llama, max_sequences=1)
    held = Held(engine)
    drawn = [asked(engine, seed) for seed in range(3)]
    await under_way(held, 1)
    closing = [asyncio.ensure_future(engine.close()) for _ in range(2)]
    await asyncio.sleep(0)
    held.go.set()
    await asyncio.gather(*closing)
    first, *others = await asyncio.gather(*drawn, return_exceptions=True)
    assert isinstance(first, Completion), "it was under way"
    for other in (*others, *await asyncio.gather(asked(engine, 9), return_exceptions=True)):
        assert isinstance(other, EngineDied)
        assert "closed" in str(other)
    assert engine._model is None


@pytest.mark.parametrize(
    ("raised", "error"), [(RuntimeError("odd shapes"), TeacherError), (torch.AcceleratorError("illegal"), EngineDied)]
)
async def test_a_batch_that_fails_is_an_error_and_a_failed_gpu_is_the_end(
    llama: Path, raised: Exception, error: type[TeacherError]
) -> None:
    engine = load(llama, max_sequences=2)
    held = Held(engine)
    held.fails = raised
    held.go.set()
    outcomes = await asyncio.gather(*(asked(engine, seed) for seed in range(4)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [error] * 4
    assert len(held.batches) == (1 if error is EngineDied else 2)
    held.fails = None
    [later] = await asyncio.gather(asked(engine, 5), return_exceptions=True)
    assert isinstance(later, EngineDied if error is EngineDied else Completion)


def test_what_is_wrong_with_a_model_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="embedded:techer"):
        HuggingFaceEngine(EngineConfig(engine="huggingface", model="embedded:techer"))
    with pytest.raises(TeacherError, match="transformers could not load"):
        load(tmp_path)


def by_seed(seed: int, temperature: float = 3.0, max_tokens: int = 48) -> Draw:
    return Draw(index=0, seed=seed, temperature=temperature, top_p=1.0, max_tokens=max_tokens)


@pytest.mark.parametrize("model", ["llama", "t5"])
async def test_a_line_goes_on_where_another_draw_stopped(model: str, request: pytest.FixtureRequest) -> None:
    engine = load(request.getfixturevalue(model))
    [newline] = engine._tokenizer("\n", add_special_tokens=False)["input_ids"]
    prompt, ends = prompt_of("tom has 3 apples"), (EOS, *OTHER_ENDS)
    seen = set()
    for written in ((), tuple(range(50, 60))):
        before = plain_logprob(engine, prompt.text, list(written)) if written else 0.0
        lines = await asyncio.gather(*(engine.line(prompt, written, by_seed(seed)) for seed in range(100)))
        for line in lines:
            new = line.tokens[len(written) :]
            assert line.tokens[: len(written)] == written
            assert line.text == engine._tokenizer.decode(line.tokens, skip_special_tokens=True)
            assert line.logprob == pytest.approx(plain_logprob(engine, prompt.text, [*line.tokens]) - before, abs=2e-3)
            assert not {newline, *ends} & {*new[:-1]}
            assert line.ended == (new[-1] != newline)
            assert line.ended == (new[-1] in ends) or len(new) == 48
            seen.add((line.ended, new[-1] == newline))
    assert seen == {(True, False), (False, True)}


async def test_a_program_written_line_by_line_is_the_one_that_is_written_at_once() -> None:
    engine = HuggingFaceEngine(EngineConfig(engine="huggingface", model="embedded:teacher", dtype="float32"))
    greedy = Draw(index=0, seed=0, temperature=0.0, top_p=1.0, max_tokens=200)
    for question in read_wordsums("train", 5, 0, 3):
        prompt = Prompt(render("program-v1", question=question.text), question)
        whole = await engine.draw(prompt, greedy)
        tokens: tuple[int, ...] = ()
        logprob, count = 0.0, 0
        while True:
            line = await engine.line(prompt, tokens, greedy)
            tokens, logprob, count = line.tokens, logprob + line.logprob, count + 1
            if line.ended:
                break
        assert line.text == whole.text and count == whole.text.count("\n") + 1 > 4
        assert len(tokens) == whole.tokens
        assert logprob == pytest.approx(whole.logprob, abs=1e-3)


async def test_a_line_that_has_no_room_is_over(llama: Path) -> None:
    engine = load(llama)
    line = await engine.line(prompt_of("x" * 100), range(50, 78), by_seed(0))
    assert line.ended and line.tokens == tuple(range(50, 78)) and line.logprob == 0.0
    assert len((await engine.line(prompt_of("x" * 100), range(50, 77), by_seed(0))).tokens) == 28
