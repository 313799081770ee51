"""Any `transformers` model through `generate`: for encoder-decoder models, which vLLM does not serve."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pad_ray.config import EngineConfig, SamplingConfig
from pad_ray.errors import TeacherError
from pad_ray.records import Completion
from pad_ray.teacher.engine import Prompt, resolve_model
from pad_ray.teacher.prompt import STOP

GATHER_SECONDS = 0.02
"""How long the first prompt of a batch waits for others: nothing beside the seconds that a batch takes."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    prompt: Prompt
    sampling: SamplingConfig
    n: int
    seed: int
    answer: asyncio.Future[list[Completion]]

    @property
    def kind(self) -> tuple[SamplingConfig, int]:
        """Only prompts drawn alike can share a batch."""
        return self.sampling, self.n


class HuggingFaceEngine:
    """Prompts that wait at the same time are padded into one batch and generated together.

    A batch draws from one random stream, seeded by its first prompt: the same blocks give the same completions.
    Temperature and top-p alone decide how is drawn, and what a checkpoint's generation config adds (a repetition
    penalty, beams) is left out, as vLLM leaves it out.
    """

    def __init__(self, config: EngineConfig) -> None:
        self.name = config.model
        self._most = config.max_sequences
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        path = resolve_model(config.model)
        try:
            self._load(path, config.dtype)
        except Exception as error:  # transformers raises whatever its parts raise; the boundary gives it one name
            raise TeacherError(f"transformers could not load {config.model}: {error}") from error

    def _load(self, path: str, dtype: str) -> None:
        import torch
        from transformers import (
            AutoConfig,
            AutoModelForCausalLM,
            AutoModelForSeq2SeqLM,
            AutoTokenizer,
            GenerationConfig,
            StopStringCriteria,
        )

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
        known = self._model.generation_config
        ends = known.eos_token_id if isinstance(known.eos_token_id, list) else [known.eos_token_id]
        self._ends = {end for end in (*ends, self._tokenizer.eos_token_id) if end is not None}
        self._model.generation_config = GenerationConfig(
            bos_token_id=known.bos_token_id,
            decoder_start_token_id=known.decoder_start_token_id,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=self._tokenizer.pad_token_id,
        )
        self._stop: Any = StopStringCriteria(self._tokenizer, list(STOP))

    async def sample(self, prompt: Prompt, sampling: SamplingConfig, *, n: int, seed: int) -> list[Completion]:
        if sampling.temperature == 0 and n > 1:
            return await self.sample(prompt, sampling, n=1, seed=seed) * n
        waiting = _Waiting(prompt, sampling, n, seed, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await waiting.answer

    async def _work(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            kind = self._waiting[0].kind
            size = max(1, self._most // kind[1])
            batch = [waiting for waiting in self._waiting if waiting.kind == kind][:size]
            self._waiting = [waiting for waiting in self._waiting if waiting not in batch]
            try:
                answers = await asyncio.to_thread(self._generate, batch)
            except Exception as error:
                for waiting in batch:
                    waiting.answer.set_exception(TeacherError(f"transformers failed: {error}"))
                continue
            for waiting, completions in zip(batch, answers, strict=True):
                waiting.answer.set_result(completions)

    def _generate(self, batch: list[_Waiting]) -> list[list[Completion]]:
        import torch

        sampling, n = batch[0].kind
        inputs = self._encode([waiting.prompt.text for waiting in batch])
        torch.manual_seed(batch[0].seed)
        greedy = sampling.temperature == 0
        drawn = {} if greedy else {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        start = 1 if self._encoder_decoder else inputs["input_ids"].shape[1]
        chosen = _ChosenLogprobs()
        with torch.inference_mode():
            sequences = self._model.generate(
                **inputs,
                do_sample=not greedy,
                **drawn,
                num_return_sequences=n,
                max_new_tokens=sampling.max_tokens,
                logits_processor=[chosen],
                # The completion alone is looked at: a stop string that began in the prompt is none.
                stopping_criteria=[lambda ids, scores, **_: self._stop(ids[:, start:], scores)],
            )
            logprobs = chosen.of(sequences)
        prompt_tokens = inputs["attention_mask"].sum(dim=1).tolist()
        completions = [
            self._completion(row, logprob, prompt_tokens[i // n])
            for i, (row, logprob) in enumerate(zip(sequences[:, start:].tolist(), logprobs, strict=True))
        ]
        return [completions[i * n : (i + 1) * n] for i in range(len(batch))]

    def _encode(self, texts: list[str]) -> Any:
        """[prompts, longest] ids and mask, with the special tokens that the tokenizer adds by itself."""
        encoded = self._tokenizer(texts, return_tensors="pt", padding=True)
        return {key: encoded[key].to(self._device) for key in ("input_ids", "attention_mask")}

    def _completion(self, tokens: list[int], logprobs: Any, prompt_tokens: int) -> Completion:
        """One row of the batch, which ends at its first end token or stop string; what follows is padding."""
        length = next((place + 1 for place, token in enumerate(tokens) if token in self._ends), len(tokens))
        text = self._decode(tokens[:length])
        if _stops(text):
            # As vLLM does: the text ends before the stop string, the tokens with the one that completes it.
            length = bisect_left(range(length), True, key=lambda tried: _stops(self._decode(tokens[:tried])))
            text = min((text.partition(stop)[0] for stop in STOP), key=len)
        return Completion(
            text=text,
            tokens=length,
            logprob=float(logprobs[:length].sum()),
            prompt_tokens=prompt_tokens,
        )

    def _decode(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    async def close(self) -> None:
        self._model = None


def _stops(text: str) -> bool:
    return any(stop in text for stop in STOP)


class _ChosenLogprobs:
    """A logits processor that changes nothing and notes the log-probability of every token that is then chosen.

    `generate` calls it before temperature and top-p. Of the [sequences, vocabulary] scores only the last step's are
    held: what was chosen by them is the last token that the next step is given.
    """

    def __init__(self) -> None:
        self._last: Any = None
        self._chosen: list[Any] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        if self._last is not None:
            self._note(input_ids)
        self._last = scores.float().log_softmax(-1)
        return scores

    def of(self, sequences: Any) -> Any:
        """[sequences, new tokens], of what `generate` returned: after its last step nobody called."""
        import torch

        self._note(sequences)
        return torch.cat(self._chosen, dim=1)

    def _note(self, input_ids: Any) -> None:
        self._chosen.append(self._last.gather(1, input_ids[:, -1:]))
