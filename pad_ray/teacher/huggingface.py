"""Any `transformers` model through `generate`: for encoder-decoder models, which vLLM does not serve."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from pad_ray.config import EngineConfig
from pad_ray.errors import EngineDied, RefusedPrompt, TeacherError
from pad_ray.records import Completion
from pad_ray.teacher.cores import compute_on, threads_of
from pad_ray.teacher.ending import Ending, Room
from pad_ray.teacher.engine import Draw, Prompt, resolve_model
from pad_ray.teacher.form import in_form, prompt_ids
from pad_ray.teacher.lines import Line

GATHER_SECONDS = 0.02
"""How long the first prompt of a batch waits for others: nothing beside the seconds that a batch takes."""


class _Kind(NamedTuple):
    """Only draws that are alike in this can share a batch."""

    top_p: float
    max_tokens: int
    """What is asked for, or what the model's length leaves room for."""
    line: int = -1
    """-1: the whole completion. Else the next line of one: of an encoder-decoder, after so many tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    tokens: list[int]
    kind: _Kind
    temperature: float
    seed: int
    answer: asyncio.Future[Any]
    written: tuple[int, ...] = ()
    """Where a line is asked for: what comes before it."""


class HuggingFaceEngine:
    """Draws that wait at the same time are padded into one batch and generated together.

    Each draw has a random stream of its own: its batch decides no more than how its numbers are rounded. Temperature
    and top-p alone decide how is drawn, and what a checkpoint's generation config adds (a repetition penalty, beams) is
    left out, as vLLM leaves it out.

    A draw that is cancelled before its batch has begun is left out; one under way is written to the end.
    """

    def __init__(self, config: EngineConfig) -> None:
        self.name = config.model
        self.aborted_tokens = 0
        self._form = config.form
        self._most = config.max_sequences
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        self._died: str | None = None
        path = resolve_model(config.model)
        try:
            self._load(path, config.dtype)
        except Exception as error:  # transformers raises whatever its parts raise; the boundary gives it one name
            raise TeacherError(f"transformers could not load {config.model}: {error}") from error
        self._threads = threads_of(config) if self._device == "cpu" else None
        # T5's positions are relative and end nowhere.
        positions = getattr(self._model.config, "max_position_embeddings", None)
        self._room = Room(positions, config.max_model_len, encoder_decoder=self._encoder_decoder)

    def _load(self, path: str, dtype: str) -> None:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

        self._encoder_decoder = bool(AutoConfig.from_pretrained(path, trust_remote_code=False).is_encoder_decoder)
        kind = AutoModelForSeq2SeqLM if self._encoder_decoder else AutoModelForCausalLM
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model: Any = kind.from_pretrained(
            path,
            dtype="auto" if dtype == "auto" else getattr(torch, dtype),
            use_safetensors=True,
            trust_remote_code=False,
        )
        self._model.to(self._device).eval()
        # A decoder goes on from a prompt's last token; an encoder reads as it was trained, from position 0.
        side = "right" if self._encoder_decoder else "left"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(path, padding_side=side, trust_remote_code=False)
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        in_form(self._tokenizer, self._form, ["?"])  # refused now and not at the first draw
        self._ending = Ending(self._tokenizer, self._model.generation_config)
        self._model.generation_config = self._ending.generation_config()

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion:
        if self._died is not None:
            raise EngineDied(self._died)
        tokens = self._encode(prompt)
        kind = _Kind(draw.top_p, min(draw.max_tokens, self._room.after(len(tokens))))
        if kind.max_tokens < 1:
            raise RefusedPrompt(
                f"{prompt.question.question_id}: {len(tokens)} tokens of prompt leave no room for a completion "
                "in the model's length"
            )
        waiting = _Waiting(tokens, kind, draw.temperature, draw.seed, asyncio.get_running_loop().create_future())
        completion: Completion = await self._answered(waiting)
        return completion

    async def line(self, prompt: Prompt, written: Sequence[int], draw: Draw) -> Line:
        """See `LineEngine`. Without a cache of what was computed: a line costs as much as what is before it."""
        if self._died is not None:
            raise EngineDied(self._died)
        tokens, written = self._encode(prompt), tuple(written)
        before = len(tokens) if self._encoder_decoder else len(tokens) + len(written)
        room = self._room.after(before) - (len(written) if self._encoder_decoder else 0)
        kind = _Kind(
            draw.top_p,
            # Draws that differ in how much room is left would not share a batch.
            draw.max_tokens if draw.max_tokens <= room else max(room, 0),
            len(written) if self._encoder_decoder else 0,
        )
        if kind.max_tokens < 1:
            return Line(written, self._ending.text(written), 0.0, ended=True)
        answer = asyncio.get_running_loop().create_future()
        line: Line = await self._answered(_Waiting(tokens, kind, draw.temperature, draw.seed, answer, written))
        return line

    async def _answered(self, waiting: _Waiting) -> Any:
        """What becomes of a draw in its batch."""
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await waiting.answer

    def _encode(self, prompt: Prompt) -> list[int]:
        """Token ids of the prompt in the engine's form."""
        try:
            prompt.text.encode()
        except UnicodeEncodeError as error:
            raise RefusedPrompt(f"{prompt.question.question_id}: half a surrogate pair is no text") from error
        tokens = prompt_ids(self._tokenizer, self._form, prompt.text)
        if not tokens:
            raise RefusedPrompt(f"{prompt.question.question_id}: an empty prompt has nothing to go on from")
        return tokens

    async def _work(self) -> None:
        import torch

        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            wanted = [waiting for waiting in self._waiting if not waiting.answer.done()]
            batch = [waiting for waiting in wanted if waiting.kind == wanted[0].kind][: self._most]
            self._waiting = [waiting for waiting in wanted if waiting not in batch]
            if not batch:
                continue
            try:
                outcomes: Sequence[Completion | Line | TeacherError] = await asyncio.to_thread(self._generate, batch)
            except torch.AcceleratorError as error:  # a GPU that has failed once fails this process for good
                self._die(f"the GPU failed: {str(error).splitlines()[0]}")
                outcomes = [EngineDied(f"{self._died}")] * len(batch)
            except Exception as error:
                outcomes = [TeacherError(f"transformers failed: {error}")] * len(batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome)
        if self._died is not None:
            self._model = None

    def _die(self, why: str) -> None:
        """What waits for a batch, and all that is asked from now on, is told `why`."""
        self._died = why
        for waiting in self._waiting:
            _settle(waiting, EngineDied(why))
        self._waiting = []

    def _generate(self, batch: list[_Waiting]) -> Sequence[Completion | Line]:
        import torch

        if self._threads is not None:
            compute_on(self._threads)
        kind = batch[0].kind
        read = [[*waiting.tokens, *(() if self._encoder_decoder else waiting.written)] for waiting in batch]
        inputs = self._tokenizer.pad({"input_ids": read}, return_tensors="pt")
        inputs = {key: inputs[key].to(self._device) for key in ("input_ids", "attention_mask")}
        start = 1 if self._encoder_decoder else inputs["input_ids"].shape[1]
        if self._encoder_decoder and kind.line > 0:
            begin = self._model.generation_config.decoder_start_token_id
            decoded = [[begin, *waiting.written] for waiting in batch]
            inputs["decoder_input_ids"] = torch.tensor(decoded, device=self._device)
            start += kind.line
        drawing = _Drawing(kind.top_p, [(waiting.temperature, waiting.seed) for waiting in batch])
        with torch.inference_mode():
            sequences = self._model.generate(
                **inputs,
                do_sample=False,
                max_new_tokens=kind.max_tokens,
                logits_processor=[drawing],
                stopping_criteria=self._ending.criteria(start, line=kind.line >= 0),
            )
            logprobs = drawing.logprobs(sequences)
        rows = zip(sequences[:, start:].tolist(), logprobs, batch, strict=True)
        if kind.line >= 0:
            return [self._line(row, logprob, waiting.written) for row, logprob, waiting in rows]
        return [self._completion(row, logprob, len(waiting.tokens)) for row, logprob, waiting in rows]

    def _line(self, tokens: list[int], logprobs: Any, written: tuple[int, ...]) -> Line:
        length, ended = self._ending.cut_line(tokens)
        whole = (*written, *tokens[:length])
        return Line(whole, self._ending.text(whole), float(logprobs[:length].sum()), ended)

    def _completion(self, tokens: list[int], logprobs: Any, prompt_tokens: int) -> Completion:
        text, length = self._ending.cut(tokens)
        return Completion(
            text=text,
            tokens=length,
            logprob=float(logprobs[:length].sum()),
            prompt_tokens=prompt_tokens,
        )

    async def close(self) -> None:
        self._die("the engine was closed")
        if self._worker is not None:
            await self._worker
        self._model = None


def _settle(waiting: _Waiting, outcome: Completion | Line | TeacherError) -> None:
    if waiting.answer.done():
        return
    if isinstance(outcome, TeacherError):
        waiting.answer.set_exception(outcome)
    else:
        waiting.answer.set_result(outcome)


class _Drawing:
    """A logits processor that draws the next token of each row and leaves `generate` no other choice.

    By inversion: one uniform number per row and step, from the row's own stream, falls onto one of the tokens' shares
    of the cumulative distribution. It also notes the log-probability, before temperature and top-p, of every token that
    is chosen. Of the [sequences, vocabulary] scores only the last step's are held: what was chosen by them is the last
    token that the next step is given.
    """

    def __init__(self, top_p: float, rows: Sequence[tuple[float, int]]) -> None:
        """`rows`: temperature and seed of each."""
        self._top_p = top_p
        self._temperatures = [temperature for temperature, _ in rows]
        self._streams = [Random(seed) for _, seed in rows]
        self._last: Any = None
        self._chosen: list[Any] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        if self._last is not None:
            self._note(input_ids)
        self._last = scores.float().log_softmax(-1)
        if not any(self._temperatures):
            return scores
        temperatures = self._last.new_tensor(self._temperatures).unsqueeze(1)
        greedy = temperatures == 0
        drawn = self._draw(self._last / temperatures.masked_fill(greedy, 1.0))
        tokens = drawn.where(~greedy, scores.argmax(-1, keepdim=True))
        return scores.new_full(scores.shape, float("-inf")).scatter_(1, tokens, 0.0)

    def logprobs(self, sequences: Any) -> Any:
        """[sequences, new tokens], of what `generate` returned: after its last step nobody called."""
        import torch

        self._note(sequences)
        return torch.cat(self._chosen, dim=1)

    def _draw(self, scores: Any) -> Any:
        """[sequences, 1] tokens, from [sequences, vocabulary] scores."""
        import torch

        # The rounding of a sum over a whole vocabulary is far below any token's share in 64 bits, not in 32.
        shares = scores.softmax(-1, dtype=torch.float64)
        tokens = None
        if self._top_p < 1:
            shares, tokens = shares.sort(dim=-1, descending=True)
            # The smallest set with this probability: those before which less than it is reached.
            shares = shares.masked_fill(shares.cumsum(-1) - shares >= self._top_p, 0.0)
        reached = shares.cumsum(-1)
        uniform = torch.tensor([[stream.random()] for stream in self._streams], dtype=torch.float64).to(scores.device)
        # Below the sum of all, so never onto what has no share: right=True passes over shares of 0.
        place = torch.searchsorted(reached, uniform * reached[:, -1:], right=True).clamp_(max=scores.shape[1] - 1)
        return place if tokens is None else tokens.gather(1, place)

    def _note(self, input_ids: Any) -> None:
        self._chosen.append(self._last.gather(1, input_ids[:, -1:]))
