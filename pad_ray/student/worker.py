"""A rank's side of a training: transformers' Trainer with DeepSpeed, in an actor of Ray Train.

Heavy imports are inside the functions: a rank that is started again to no avail ends before it has loaded them.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
import warnings
from typing import TYPE_CHECKING, Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student import savepoint
from pad_ray.student.checkpoint import anatomy_of, load_weights, publish_model
from pad_ray.student.collator import Collator, PackedCollator, Rows, attention_form
from pad_ray.student.cursor import Cursor
from pad_ray.student.failure import record_failure, refuse_to_repeat
from pad_ray.student.fit import Node, check_fits
from pad_ray.student.lora import adapt, merge
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.tokenizer import load_tokenizer
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
    try:
        _train(plan)
    except Exception as error:
        record_failure(plan.out_dir, plan.attempt, int(os.environ["RANK"]), error)
        raise


def _train(plan: TrainingPlan) -> None:
    _prepare_process(plan)
    import torch.distributed as dist

    from pad_ray.student.stepper import Stepper

    rank, ranks = dist.get_rank(), dist.get_world_size()
    corpus = MappedCorpus(plan.corpus_dir)
    _check_memory(plan, corpus)
    arguments = _arguments(plan)
    model = _load_model(plan)
    cursor, collator = _batches(plan, corpus, load_tokenizer(str(plan.model)), model.config, ranks)
    if rank == 0:
        cursor.write(plan.out_dir)
    stepper = Stepper(
        plan,
        cursor.schedule(corpus),
        model=model,
        args=arguments,
        train_dataset=Rows(corpus),
        data_collator=collator,
    )
    stepper.train(resume_from_checkpoint=_savepoint(plan, rank))
    _export(stepper, plan, rank)


def _batches(
    plan: TrainingPlan, corpus: MappedCorpus, tokenizer: PreTrainedTokenizerBase, model: PretrainedConfig, ranks: int
) -> tuple[Cursor, Collator | PackedCollator]:
    """Which examples meet, and how they become tensors."""
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    width = plan.packed_width
    inside = plan.corpus_dir.is_relative_to(plan.out_dir)
    cursor = Cursor(
        corpus=str(plan.corpus_dir.relative_to(plan.out_dir) if inside else plan.corpus_dir),
        fingerprint=corpus.record["fingerprint"],
        batch=plan.config.batch_size,
        ranks=ranks,
        accumulation=plan.config.gradient_accumulation,
        epochs=plan.epochs,
        seed=plan.seed,
        width=width,
    )
    if width is None:
        return cursor, Collator(pad, width_limit=plan.max_positions)
    attention = attention_form(model.model_type, model._attn_implementation)
    return cursor, PackedCollator(pad, width, attention=attention)


def _check_memory(plan: TrainingPlan, corpus: MappedCorpus) -> None:
    """Only here is it known what this node has. What is estimated keeps nobody from trying.

    Raises:
        ConfigError: what is certain does not fit; says what would.
    """
    import psutil
    import torch

    node = Node(
        ranks=int(os.environ["LOCAL_WORLD_SIZE"]),
        gpu_bytes=torch.cuda.get_device_properties("cuda").total_memory if plan.gpus else None,
        host_bytes=psutil.virtual_memory().total,
    )
    check_fits(anatomy_of(plan.model), plan.config, node, longest=int(corpus.lengths.max()), estimated=False)


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


def _arguments(plan: TrainingPlan) -> TrainingArguments:
    from transformers import TrainingArguments

    config = plan.config
    return TrainingArguments(
        output_dir=str(plan.savepoints_dir),
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation,
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
        deepspeed=deepspeed_config(config),
        seed=plan.seed,
        logging_steps=PROGRESS_STEPS,
        logging_first_step=True,
        logging_nan_inf_filter=False,
        save_steps=config.checkpoint_steps,
        save_total_limit=savepoint.KEPT,
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
        # Without a GPU the fused kernel's backward pass takes three times as long as plain matrix products do.
        attention=None if plan.gpus else "eager",
    )
    return adapt(model, lora, encoder_decoder=plan.encoder_decoder, seed=plan.seed) if lora else model


def _dtype(config: StudentConfig) -> torch.dtype:
    import torch

    return torch.bfloat16 if config.precision == "bf16" else torch.float32


def _savepoint(plan: TrainingPlan, rank: int) -> str | None:
    """The savepoint to go on from; rank 0 looks, and all ranks take the one that it found."""
    import torch.distributed as dist

    chosen: list[str | None] = [None]
    if rank == 0:
        found = savepoint.search(plan.savepoints_dir)
        for broken in found.broken:
            say(plan.out_dir, {"message": f"savepoint {broken.name} is incomplete and passed over", "step": found.step})
        savepoint.discard(found)
        if found.newest:
            say(plan.out_dir, {"message": f"training goes on from {found.newest.name}", "step": found.step})
        chosen = [str(found.newest) if found.newest else None]
    dist.broadcast_object_list(chosen, src=0)
    return chosen[0]


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
