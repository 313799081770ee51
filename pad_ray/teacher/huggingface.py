"""Any `transformers` model through `generate`: for encoder-decoder models, which vLLM does not serve."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from pad_ray.config import EngineConfig, SamplingConfig
from pad_ray.errors import TeacherError
from pad_ray.records import Completion
from pad_ray.teacher.engine import Prompt, resolve_model

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
    """

    def __init__(self, config: EngineConfig) -> None:
        self.name = config.model
        self._most = config.max_sequences
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        try:
            import torch
            from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

            path = resolve_model(config.model)
            self._encoder_decoder = bool(AutoConfig.from_pretrained(path).is_encoder_decoder)
            kind = AutoModelForSeq2SeqLM if self._encoder_decoder else AutoModelForCausalLM
            dtype = "auto" if config.dtype == "auto" else getattr(torch, config.dtype)
            self._device = "cuda" if torch.cuda.is_available() else "cpu"
            self._model: Any = kind.from_pretrained(path, dtype=dtype, use_safetensors=True).to(self._device).eval()
            self._tokenizer: Any = AutoTokenizer.from_pretrained(path, padding_side="left")
        except Exception as error:  # transformers raises whatever its parts raise; the boundary gives it one name
            raise TeacherError(f"transformers could not load {config.model}: {error}") from error
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token

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
        with torch.inference_mode():
            output = self._model.generate(
                **inputs,
                do_sample=not greedy,
                **drawn,
                num_return_sequences=n,
                max_new_tokens=sampling.max_tokens,
                pad_token_id=self._tokenizer.pad_token_id,
                return_dict_in_generate=True,
                output_logits=True,
            )
        start = 1 if self._encoder_decoder else inputs["input_ids"].shape[1]
        tokens = output.sequences[:, start:]
        # [sequences, new tokens]: log-probability under the model itself, before temperature and top-p.
        logprobs = torch.stack(
            [
                step.float().log_softmax(-1).gather(1, tokens[:, i : i + 1]).squeeze(1)
                for i, step in enumerate(output.logits)
            ],
            dim=1,
        )
        prompt_tokens = inputs["attention_mask"].sum(dim=1).tolist()
        completions = [
            self._completion(row, logprob, prompt_tokens[i // n])
            for i, (row, logprob) in enumerate(zip(tokens, logprobs, strict=True))
        ]
        return [completions[i * n : (i + 1) * n] for i in range(len(batch))]

    def _encode(self, texts: list[str]) -> Any:
        """[prompts, longest] ids and mask, with the special tokens that the tokenizer adds by itself."""
        encoded = self._tokenizer(texts, return_tensors="pt", padding=True)
        return {key: encoded[key].to(self._device) for key in ("input_ids", "attention_mask")}

    def _completion(self, tokens: Any, logprobs: Any, prompt_tokens: int) -> Completion:
        ended = (tokens == self._tokenizer.eos_token_id).nonzero()
        length = int(ended[0]) + 1 if len(ended) else len(tokens)
        return Completion(
            text=self._tokenizer.decode(tokens[:length], skip_special_tokens=True),
            tokens=length,
            logprob=float(logprobs[:length].sum()),
            prompt_tokens=prompt_tokens,
        )

    async def close(self) -> None:
        self._model = None
