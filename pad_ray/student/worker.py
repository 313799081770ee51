"""A rank's side of a training: transformers' Trainer with DeepSpeed, in an actor of Ray Train.

Heavy imports are inside the functions: a rank that is started again to no avail ends before it has loaded them.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
import uuid
import warnings
from typing import TYPE_CHECKING, Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.attention import attention_here
from pad_ray.student.checkpoint import anatomy_of, load_weights, publish_model, published_report
from pad_ray.student.collator import Collator, PackedCollator, Rows, attention_form
from pad_ray.student.cursor import Cursor
from pad_ray.student.dealing import Dealing
from pad_ray.student.failure import record_failure, refuse_to_repeat
from pad_ray.student.fit import Node, check_fits
from pad_ray.student.flat import FlatCollator
from pad_ray.student.host import host_memory
from pad_ray.student.lora import adapt, merge
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.resuming import find_savepoint, prepare, say_from_where
from pad_ray.student.segments import SegmentedCorpus
from pad_ray.student.streamed import ENDLESS
from pad_ray.student.tokenizer import load_tokenizer
from pad_ray.student.varlen import VARLEN
from pad_ray.student.watchdog import Watchdog, outlast_watchdog
from pad_ray.student.zero import deepspeed_config

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedTokenizerBase, TrainingArguments

    from pad_ray.student.stepper import Stepper

PROGRESS_STEPS = 5
"""Optimizer steps between two entries of progress. Each costs a collective for the loss, well under a hundredth of five
steps."""

SCHEDULERS = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}
"""transformers' names of our schedules; its own `constant` knows no warm-up."""


def train(settings: dict[str, Any]) -> None:
    """Ray Train's training function; `settings` is `{"plan": TrainingPlan}`.

    Raises:
        ConfigError: weights, gradients and optimizer states do not fit into this node's memory.
        TrainingError: the loss is not a number any more, or this attempt has failed already.
    """
    plan: TrainingPlan = settings["plan"]
    refuse_to_repeat(plan.out_dir, plan.attempt)
    report = published_report(plan.model_dir)
    if report and report["fingerprint"] == plan.fingerprint:
        return  # a rank died when all was done; what the model was made of, the best student, is gone
    try:
        _train(plan)
    except Exception as error:
        record_failure(plan.out_dir, plan.attempt, int(os.environ["RANK"]), error)
        raise


def _train(plan: TrainingPlan) -> None:
    _prepare_process(plan)
    import torch.distributed as dist

    rank, ranks = dist.get_rank(), dist.get_world_size()
    corpus = SegmentedCorpus(plan.corpus_dir) if plan.config.stream else MappedCorpus(plan.corpus_dir)
    _check_memory(plan, corpus)
    outlast_watchdog()
    with Watchdog(
        plan.out_dir,
        attempt=plan.attempt,
        start=_agreed(uuid.uuid4().hex),
        rank=rank,
        ranks=ranks,
        limit=60 * plan.config.hang_minutes,
    ) as watch:
        _step(plan, corpus, watch)


def _step(plan: TrainingPlan, corpus: MappedCorpus | SegmentedCorpus, watch: Watchdog) -> None:
    """From the savepoint, or the weights, to the finished model."""
    import torch.distributed as dist

    from pad_ray.student.stepper import Stepper
    from pad_ray.student.streaming import Stream

    rank, ranks = dist.get_rank(), dist.get_world_size()
    with watch.excused("looking for a savepoint"):
        start = find_savepoint(plan, rank, ranks)
        # A savepoint is of the steps that were defined when the training began, on however many ranks it goes on.
        cursor = _cursor(plan, corpus, Cursor.read(plan.out_dir).ranks if start else ranks)
        universal = start is not None and prepare(plan, start, rank, ranks)
    order: Dealing | Stream
    if isinstance(corpus, MappedCorpus):
        order = Dealing(cursor.schedule(corpus), ranks)
    else:
        stream = Stream(plan, corpus, watch)
        if not stream.await_first():
            return
        order = stream.begin(cursor, ranks)
    if rank == 0:
        cursor.write(plan.out_dir)
        if start:
            say_from_where(plan, start, cursor, ranks)
    arguments = _arguments(plan, order.accumulation, universal=universal)
    model = _load_model(plan)
    collator = _collator(plan, load_tokenizer(str(plan.model)), model.config)
    # The learning rate decays to this end, whatever the epochs have; a stream's is known with its last segment.
    arguments.max_steps = ENDLESS if isinstance(order, Stream) else order.schedule.total_steps
    stepper = Stepper(
        plan,
        order,
        watch,
        model=model,
        args=arguments,
        train_dataset=Rows(corpus),
        data_collator=collator,
    )
    stepper.train(resume_from_checkpoint=str(start.path) if start else None)
    if isinstance(order, Stream) and order.stopped:
        return  # with a savepoint; the driver knows why
    with watch.excused("writing the model"):
        _export(stepper, plan, rank)


def _agreed(mine: str) -> str:
    """What rank 0 has, in all ranks."""
    import torch.distributed as dist

    agreed = [mine]
    dist.broadcast_object_list(agreed, src=0)
    return agreed[0]


def _cursor(plan: TrainingPlan, corpus: MappedCorpus | SegmentedCorpus, ranks: int) -> Cursor:
    """Which examples meet in a training that began on so many ranks."""
    inside = plan.corpus_dir.is_relative_to(plan.out_dir)
    return Cursor(
        corpus=str(plan.corpus_dir.relative_to(plan.out_dir) if inside else plan.corpus_dir),
        fingerprint=corpus.record["fingerprint"],
        batch=plan.config.batch_size,
        ranks=ranks,
        accumulation=plan.config.gradient_accumulation,
        epochs=plan.epochs,
        seed=plan.seed,
        width=plan.packed_width,
        tokens=plan.config.budget.tokens,
        steps=plan.config.budget.steps,
        stream=plan.config.stream,
    )


def _collator(
    plan: TrainingPlan, tokenizer: PreTrainedTokenizerBase, model: PretrainedConfig
) -> Collator | PackedCollator | FlatCollator:
    """How examples become tensors."""
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    if model._attn_implementation == VARLEN:
        return FlatCollator(pad)
    width = plan.packed_width
    if width is None:
        return Collator(pad, width_limit=plan.max_positions)
    attention = attention_form(model.model_type, model._attn_implementation)
    return FlatCollator(pad) if attention == "bounds" else PackedCollator(pad, width, attention=attention)


def _check_memory(plan: TrainingPlan, corpus: MappedCorpus | SegmentedCorpus) -> None:
    """Only here is it known what this node has. What is estimated keeps nobody from trying.

    Raises:
        ConfigError: what is certain does not fit; says what would.
    """
    import torch

    node = Node(
        ranks=int(os.environ["LOCAL_WORLD_SIZE"]),
        gpu_bytes=torch.cuda.get_device_properties("cuda").total_memory if plan.gpus else None,
        host_bytes=host_memory().total,
    )
    longest = int(corpus.lengths.max()) if len(corpus) else 0
    check_fits(anatomy_of(plan.model), plan.config, node, longest=longest, estimated=False)


def _prepare_process(plan: TrainingPlan) -> None:
    """Quiet the libraries, share the cores among the ranks of this node, and keep DeepSpeed from compiling."""
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["DS_ACCELERATOR"] = "cuda" if plan.gpus else "cpu"
    logging.getLogger("DeepSpeed").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="torch")
    import deepspeed
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if not plan.gpus:
        cores = len(os.sched_getaffinity(0))
        torch.set_num_threads(max(1, cores // int(os.environ["LOCAL_WORLD_SIZE"])))
        # DeepSpeed would compile, with g++ and for half a minute, a shared-memory all-reduce that only its inference
        # uses; a rank killed meanwhile would leave a lock behind on which every later training waits.
        # With no operation declared compatible it does not look for compilers either.
        deepspeed.ops.__compatible_ops__ = {}
    if plan.config.offload == "nvme" and not deepspeed.ops.op_builder.AsyncIOBuilder().is_compatible():
        raise ConfigError(
            "student.offload: nvme needs libaio and its headers on every node (Debian: libaio-dev); "
            "install it, or set student.offload to cpu"
        )


def _arguments(plan: TrainingPlan, accumulation: int, *, universal: bool) -> TrainingArguments:
    """`universal`: the savepoint that training goes on from is read as a universal checkpoint."""
    from transformers import TrainingArguments

    config = plan.config
    return TrainingArguments(
        output_dir=str(plan.savepoints_dir),
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=accumulation,
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        lr_scheduler_type=SCHEDULERS[config.lr_scheduler],
        warmup_steps=config.warmup_ratio,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        gradient_checkpointing=config.gradient_checkpointing,
        # The reentrant kind loses gradients of what a layer is given by keyword.
        gradient_checkpointing_kwargs={"use_reentrant": False} if config.gradient_checkpointing else None,
        bf16=config.precision == "bf16",
        use_cpu=not plan.gpus,
        deepspeed=deepspeed_config(config, accumulation=accumulation, universal=universal),
        seed=plan.seed,
        logging_steps=PROGRESS_STEPS,
        logging_first_step=True,
        logging_nan_inf_filter=False,
        save_steps=config.checkpoint_steps,
        remove_unused_columns=False,
        dataloader_pin_memory=plan.gpus,
        disable_tqdm=True,
        log_level="error",
        log_level_replica="error",
        report_to=[],
    )


def _load_model(plan: TrainingPlan) -> Any:
    """After `_arguments`, which tells transformers about ZeRO-3: the weights are then sharded as they are read."""
    import torch

    lora = plan.config.lora
    model = load_weights(
        plan.model,
        encoder_decoder=plan.encoder_decoder,
        # Weights that are trained start from fp32, for the master copy; others need no more than is computed with.
        dtype=_dtype(plan.config) if lora else torch.float32,
        attention=_attention(plan),
    )
    return adapt(model, lora, encoder_decoder=plan.encoder_decoder, seed=plan.seed) if lora else model


def _attention(plan: TrainingPlan) -> str | None:
    if plan.encoder_decoder:
        return None if plan.gpus else "eager"
    return attention_here(plan.model, gpus=plan.gpus, half=plan.config.precision == "bf16")


def _dtype(config: StudentConfig) -> torch.dtype:
    import torch

    return torch.bfloat16 if config.precision == "bf16" else torch.float32


def _export(stepper: Stepper, plan: TrainingPlan, rank: int) -> None:
    """Write the model, or make the best one of the validations the model."""
    import torch.distributed as dist

    merged = plan.config.lora is not None and plan.config.lora.merge
    best = stepper.validating is not None and stepper.validating.has_best
    temporary = plan.out_dir / ".model.unfinished"
    if not best:
        stepper.write(temporary)
    elif not merged:
        temporary = plan.best_dir
    elif rank == 0:
        # Its adapter stays what it is until the model is whole: a training that is killed here goes on with it.
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.copytree(plan.best_dir, temporary)
    if rank == 0:
        if merged:
            merge(temporary, plan.model, encoder_decoder=plan.encoder_decoder, dtype=_dtype(plan.config))
        report = {
            "fingerprint": plan.fingerprint,
            **stepper.summary(),
            "seconds": time.time() - plan.started,
            "config": plan.config.model_dump(mode="json"),
            "base": str(plan.model),
            "seed": plan.seed,
            "epochs": plan.epochs,
            "learning_rate": plan.learning_rate,
        }
        publish_model(temporary, plan.model_dir, base=plan.model, report=report)
        shutil.rmtree(plan.best_dir, ignore_errors=True)
    dist.barrier()
