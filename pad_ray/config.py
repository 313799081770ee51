"""Every setting of a run, frozen and trusted inside the house. The text under a field is its help.

`config_file.py` reads a config at the door and says in one line what is wrong with it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pad_ray.changes import material

EMBEDDED = {
    "embedded:teacher": Path(__file__).parent / "embedded" / "teacher",
    "embedded:student": Path(__file__).parent / "embedded" / "student_base",
}
"""Model names that stand for the checkpoints that ship with the package."""

SETS = ("wordsums", "gsm8k", "svamp", "asdiv", "multiarith", "coin_flip", "last_letters", "jsonl")


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=(), allow_inf_nan=False
    )


class QuestionsConfig(Section):
    """Which questions, and how many of them."""

    set: Literal["wordsums", "gsm8k", "svamp", "asdiv", "multiarith", "coin_flip", "last_letters", "jsonl"] = "wordsums"
    """The question set."""
    split: Literal["train", "test"] = "train"
    """Which split, where the set has two (wordsums, gsm8k)."""
    path: Path | None = None
    """File or folder that holds the set; without it the set comes from the Hugging Face hub (wordsums needs none)."""
    start: int = Field(0, ge=0)
    """Questions to pass over at the beginning."""
    limit: int | None = Field(None, ge=1)
    """At most this many questions; wordsums has no end and needs one."""
    seed: int = 0
    """wordsums only: another seed gives other questions."""
    max_steps: int | None = Field(None, ge=2)
    """wordsums only: the most reasoning steps of a question (2 to 6)."""
    on_bad_row: Literal["refuse", "skip"] = "refuse"
    """A row that cannot be read: refuse the file, naming the line, or skip the row and count it."""

    @property
    def name(self) -> str:
        """Short name for tables: `gsm8k/test`."""
        return f"{self.set}/{self.split}" if self.set in ("wordsums", "gsm8k") else self.set


class DrawConfig(Section):
    """How one completion is drawn."""

    temperature: float = Field(0.8, ge=0, le=2)
    """0 is greedy."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Nucleus sampling: the smallest set of tokens with this probability."""
    max_tokens: int = Field(256, ge=1)
    """Longest completion, in tokens."""


class SamplingConfig(DrawConfig):
    """How a fixed number of completions is drawn."""

    samples: int = Field(1, ge=1)
    """Completions per question."""


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


class PromptConfig(Section):
    """The words around a question."""

    version: Literal["program-v1", "rationale-v1"] = "program-v1"
    """Template: ask for a program or for a chain of thought. Part of every program's id."""
    demonstrations: tuple[Path, ...] = ()
    """YAML files of question/program pairs shown before the question, one file after the other by draw: other examples,
    other programs (the paper's way to diversity). A pair that is in an evaluation set is refused."""

    @field_validator("demonstrations", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | Path) else () if value is None else value


class TeacherConfig(EngineConfig, DrawConfig):
    """The large model that is distilled."""

    temperatures: tuple[Annotated[float, Field(ge=0, le=2)], ...] = ()
    """Temperatures by draw, one after the other and again from the first; without them every draw has `temperature`."""

    prompt: PromptConfig = PromptConfig()
    """The words around a question."""


class ExecutorConfig(Section):
    """Limits on each untrusted program."""

    workers: int = Field(1, ge=1)
    """Executor actors."""
    cpu_seconds: float = Field(5.0, gt=0)
    """CPU time of one program."""
    wall_seconds: float = Field(10.0, gt=0)
    """Wall time of one program, for those that sleep."""
    memory_mb: int = Field(512, ge=64)
    """Address space of one program, in MiB."""
    output_kb: int = Field(64, ge=1)
    """Most text that one program may print, in KiB."""
    answer_from: str = Field("auto", pattern=r"^(auto|return|stdout|variable:[A-Za-z_]\w*)$")
    """Where the answer is: auto, return, stdout or variable:NAME."""


class GuardConfig(Section):
    """When a synthesis halts by itself. What is committed stays, and the run can be resumed with other limits."""

    least_yield: float = Field(0.01, ge=0, le=1)
    """Halts when fewer of the last `yield_programs` programs were right: a wrong template, a broken model."""
    yield_programs: int = Field(2000, ge=1)
    """Programs over which `least_yield` is taken."""
    max_tokens: int | None = Field(None, ge=1)
    """Completion tokens of the whole run, all attempts together."""
    max_hours: float | None = Field(None, gt=0)
    """Hours of one attempt."""
    max_dollars: float | None = Field(None, gt=0)
    """Cost of the whole run, by the prices under `teacher.endpoint`."""


class SynthesisConfig(Section):
    """The closed loop: how judged programs become training data, and when enough is enough."""

    folder: str | None = None
    """Where the judged programs are kept: a path or an s3:// or gs:// address; by default `synthesis` in the run
    directory."""
    block_size: int = Field(64, ge=1)
    """Questions per block: the unit that is written, counted and redone after a crash."""
    keep: int = Field(2, ge=1)
    """Distinct right programs wanted per question: the drawing stops there, and no more are trained on."""
    max_samples: int = Field(8, ge=1)
    """Most completions per question."""
    give_up_below: float = Field(0.02, ge=0, lt=1)
    """A question is given up when its share of draws with a new right program is below this with 90 % certainty; 0:
    never before `max_samples`."""
    least_variety: float = Field(0.5, ge=0, lt=1)
    """A question is given up when the share of new ones among its right programs is below this with 90 % certainty
    (0.5: after three in a row that were there before); 0: never."""
    near_duplicates: float | None = Field(0.8, gt=0, le=1)
    """Questions this similar to an earlier one (Jaccard similarity of word 5-grams) are dropped; null keeps them."""
    decontaminate: bool = True
    """Drop questions that share 13 words in a row with a question of an evaluation set."""
    guard: GuardConfig = GuardConfig()
    """When to halt."""


class LoraConfig(Section):
    """Low-rank adapters instead of all weights (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    rank: int = Field(16, ge=1)
    """Rank of the update of each weight."""
    alpha: float = Field(32.0, gt=0)
    """The update is scaled by alpha / rank."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of an adapter's inputs that is dropped in training."""
    targets: tuple[str, ...] = ()
    """Layers that get an adapter, by the last part of their names, e.g. [q_proj, v_proj]; without them every linear
    layer but the head."""
    merge: bool = True
    """Add the adapters to the base weights in the finished model, which is what engines sample and evaluate; false: the
    finished model is the adapter alone."""


class StudentConfig(Section):
    """The small model and how it is trained."""

    model: str = "embedded:student"
    """`embedded:student`, a local checkpoint or a hub name; decoder-only or encoder-decoder."""
    workers: int = Field(2, ge=1)
    """Training ranks; each takes a GPU where there are any."""
    zero_stage: Literal[0, 1, 2, 3] = 2
    """DeepSpeed ZeRO: 1 shards optimizer states, 2 also gradients, 3 also parameters."""
    offload: Literal["none", "cpu", "nvme"] = "none"
    """Where optimizer states rest between steps: where they are, in the host's memory, or in files (with zero_stage 3);
    the last two need a GPU."""
    offload_folder: Path | None = None
    """offload: nvme only: a folder on a fast local disk of every node."""
    precision: Literal["bf16", "fp32"] = "fp32"
    """Arithmetic of the forward and backward pass; master weights and optimizer states are fp32 either way."""
    gradient_checkpointing: bool = False
    """Keep one activation per layer and compute the others again in the backward pass: a third more arithmetic, a
    fraction of the memory."""
    lora: LoraConfig | None = None
    """Train low-rank adapters and leave the weights as they are; null trains all weights."""
    epochs: float = Field(2.0, gt=0)
    """Passes over the corpus."""
    batch_size: int = Field(16, ge=1)
    """Per rank and micro-batch: rows where examples are packed, else examples."""
    packing: bool = True
    """Decoder-only students: several examples in a row, each by itself, so that hardly any padding is computed on."""
    pack_width: int | None = Field(None, ge=16)
    """Tokens of a packed row; null: what the model has positions for, at most 2048."""
    gradient_accumulation: int = Field(1, ge=1)
    """Micro-batches per optimizer step."""
    learning_rate: float = Field(6e-5, gt=0)
    """Peak learning rate (the paper: 6e-5)."""
    lr_scheduler: Literal["linear", "cosine", "constant"] = "linear"
    """After the warm-up: linear (the paper's) and cosine fall to 0, constant stays."""
    warmup_ratio: float = Field(0.03, ge=0, lt=1)
    """Share of the steps over which the learning rate rises."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW's."""
    max_grad_norm: float = Field(1.0, gt=0)
    """Gradients are clipped to this norm."""
    max_source_tokens: int = Field(256, ge=8)
    """Longer questions are left out and counted (the paper: 128)."""
    max_target_tokens: int = Field(256, ge=8)
    """Longer programs are left out and counted (the paper: 256)."""
    checkpoint_steps: int = Field(100, ge=1)
    """Optimizer steps between checkpoints."""


class RefinementConfig(Section):
    """Rounds in which the student learns to repair programs."""

    rounds: int = Field(1, ge=0)
    """Most rounds; a round that gains nothing is the last."""
    questions: int = Field(256, ge=1)
    """Training questions on which the student is sampled each round, for its own failures."""
    injections: tuple[Literal["name_error", "syntax_error", "wrong_operator"], ...] = (
        "name_error",
        "syntax_error",
        "wrong_operator",
    )
    """Kinds of error put into right programs."""
    injected_share: float = Field(0.5, ge=0)
    """Injected repair examples per synthesis example in a round's mixture."""
    epochs: float = Field(1.0, gt=0)
    """Passes over a round's mixture."""
    learning_rate: float | None = Field(None, gt=0)
    """Peak learning rate in a round; by default the student's."""


class EvaluationConfig(SamplingConfig):
    """What the student is measured on."""

    sets: tuple[QuestionsConfig, ...] = Field((QuestionsConfig(set="wordsums", split="test", limit=200),), min_length=1)
    """The question sets."""
    prompt: Literal["program-v1", "rationale-v1"] = "program-v1"
    """Ask for a program, which is run, or for a chain of thought, whose stated answer counts."""
    samples: int = Field(1, ge=1)
    """Completions per question; more than 1 gives pass@k and majority@k."""
    temperature: float = Field(0.0, ge=0, le=2)
    """0 is greedy."""


class RayConfig(Section):
    """Where the actors run."""

    address: str | None = None
    """`auto` joins the running cluster; without it a job joins its cluster and anything else starts its own."""
    num_cpus: int | None = Field(None, ge=1)
    """CPUs of a cluster that we start; by default all."""
    object_store_gib: float = Field(0.5, gt=0)
    """Shared memory of a cluster that we start, in GiB."""


class RunConfig(Section):
    """A whole run."""

    run_dir: Path = Path("runs/run")
    """Where everything the run makes is kept."""
    on_existing: Literal["refuse", "resume", "new"] = "resume"
    """The run directory exists: refuse; resume it if it is the same run; or take the next free name beside it."""
    seed: int = 7
    """Seed of sampling, injection and training."""
    questions: QuestionsConfig = QuestionsConfig(limit=1000)
    """The training questions."""
    teacher: TeacherConfig = TeacherConfig()
    """The large model that is distilled."""
    executor: ExecutorConfig = ExecutorConfig()
    """Limits on each untrusted program."""
    synthesis: SynthesisConfig = SynthesisConfig()
    """How judged programs become training data."""
    student: StudentConfig = StudentConfig()
    """The small model and how it is trained."""
    student_engine: EngineConfig = EngineConfig(model="student")
    """What runs the student when it is sampled and evaluated; its `model` is filled in by the run."""
    refinement: RefinementConfig = RefinementConfig()
    """Rounds in which the student learns to repair programs."""
    evaluation: EvaluationConfig = EvaluationConfig()
    """What the student is measured on."""
    ray: RayConfig = RayConfig()
    """Where the actors run."""

    @model_validator(mode="after")
    def _possible(self) -> RunConfig:
        for where, questions in [
            ("questions", self.questions),
            *((f"evaluation.sets.{i}", s) for i, s in enumerate(self.evaluation.sets)),
        ]:
            if questions.set == "wordsums" and questions.limit is None:
                raise ValueError(f"{where}.limit: wordsums has no end; say how many questions, e.g. limit: 1000")
            if questions.set == "jsonl" and questions.path is None:
                raise ValueError(f"{where}.path: the jsonl set needs the path of a JSON Lines file")
        return self

    def fingerprint(self) -> str:
        """Hash of what decides the run's content: `changes.material` says what does."""
        content = material(self.model_dump(mode="json"))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
