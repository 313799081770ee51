"""What writes the programs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pad_ray.config.section import Section


class EndpointConfig(Section):
    """Servers that speak OpenAI's protocol: vLLM's own, or hosted ones (engine: openai)."""

    urls: tuple[str, ...] = ()
    """Base addresses, e.g. http://10.0.0.5:8000/v1; requests go to the one with the fewest under way."""
    api: Literal["completions", "chat"] = "completions"
    """completions: the prompt is continued; chat: the prompt is one user message."""
    key_variable: str = "OPENAI_API_KEY"
    """Environment variable that holds the key. The key itself is never a setting, and is written nowhere."""
    requests_per_minute: float | None = Field(None, gt=0)
    """Per endpoint and engine actor; no limit without it."""
    tokens_per_minute: float | None = Field(None, gt=0)
    """Prompt and completion tokens, per endpoint and engine actor; no limit without it."""
    timeout_seconds: float = Field(600, gt=0)
    """Longest wait for one answer."""
    attempts: int = Field(8, ge=1)
    """Tries of one request where another try can help: 408, 409, 425, 500, an answer cut in the middle or too late. An
    endpoint that is down or says 429 is waited for instead."""
    dollars_per_million_prompt_tokens: float = Field(0.0, ge=0)
    """For the account of the run."""
    dollars_per_million_completion_tokens: float = Field(0.0, ge=0)
    """For the account of the run."""


class DummyConfig(Section):
    """A teacher without a model, for tests and benchmarks of everything else (engine: dummy).

    Shares of its programs; the rest gives a wrong answer.
    """

    right: float = Field(0.7, ge=0, le=1)
    """Give the gold answer."""
    raises: float = Field(0.0, ge=0, le=1)
    """Raise an error."""
    loops: float = Field(0.0, ge=0, le=1)
    """Never end."""
    variants: int = Field(4, ge=1)
    """Distinct right programs per question."""
    seconds: float = Field(0.0, ge=0)
    """Taken by each completion; 0.5 to 1.5 times as long, so that draws end out of order."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> DummyConfig:
        if self.right + self.raises + self.loops > 1:
            raise ValueError("right, raises and loops are shares of all programs: together at most 1")
        return self


class EngineConfig(Section):
    """What writes the programs."""

    engine: Literal["vllm", "huggingface", "openai", "recorded", "reference", "dummy"] = "vllm"
    """vllm: decoder-only models, on GPU or CPU; huggingface: encoder-decoder models; openai: servers elsewhere;
    recorded: completions from a JSON Lines file; reference: the question's own reference program; dummy: made-up
    programs."""
    model: str = "embedded:teacher"
    """`embedded:teacher`, a local checkpoint or a hub name; for `openai` the name that the servers know; for `recorded`
    the JSON Lines file."""
    endpoint: EndpointConfig = EndpointConfig()
    """openai only: where the servers are."""
    dummy: DummyConfig = DummyConfig()
    """dummy only: what it writes."""
    form: Literal["plain", "chat"] = "plain"
    """vllm, huggingface: the prompt's words alone, or as a user's message in the chat template of the tokenizer. Of the
    student's engine it is filled in by the run (student.form)."""
    workers: int = Field(1, ge=1)
    """Engine actors, each with the whole model; with `max_workers` the fewest of them."""
    max_workers: int | None = Field(None, ge=1)
    """Most engine actors: Ray Data starts more as there is work, and nodes, for them."""
    stagger_seconds: float = Field(2.0, ge=0)
    """Between the starts of two engines: many that load at once stall a shared disk."""
    tensor_parallel_size: int = Field(1, ge=1)
    """GPUs per engine (vllm)."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """Weights and activations; auto follows the checkpoint."""
    memory_fraction: float = Field(0.9, gt=0, le=1)
    """Share of a GPU's memory that the engine may take (vllm)."""
    threads: int | None = Field(None, ge=1)
    """Threads that an engine without a GPU computes on; by default the machine's cores shared among the `workers`."""
    kv_cache_gib: float = Field(1.0, gt=0)
    """Memory for the KV cache when there is no GPU, in GiB (vllm)."""
    max_model_len: int | None = Field(None, ge=16)
    """Longest prompt plus completion, in tokens; by default what the model allows."""
    max_sequences: int = Field(256, ge=1)
    """Completions written at the same time; of an `openai` engine, requests under way."""
    logprobs: bool = False
    """vllm only: report the log-probability of each completion, which costs a sixth of the speed of a small model on a
    CPU; without it the column is 0."""
    on_bad_row: Literal["refuse", "skip"] = "refuse"
    """recorded only: a line that cannot be read: refuse the file, naming the line, or skip the line and count it."""
