"""The table of `pad-ray train --dry-run`."""

from __future__ import annotations

from rich.table import Table

from pad_ray.config import StudentConfig
from pad_ray.student.estimate import Estimate
from pad_ray.student.fit import GPU_RESERVE, gib, on_host
from pad_ray.student.zero import packed_width


def sizes_table(estimate: Estimate) -> Table:
    """Parameters, memory per rank, tokens and steps of a training."""
    table = Table(title=f"training: {estimate.config.model}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for key, value in _rows(estimate).items():
        table.add_row(key, value)
    return table


def _rows(estimate: Estimate) -> dict[str, str]:
    return _model(estimate) | _memory(estimate) | _work(estimate)


def _model(estimate: Estimate) -> dict[str, str]:
    parameters, trained = estimate.model.parameters, estimate.trainable
    kind = "encoder-decoder" if estimate.model.encoder_decoder else "decoder-only"
    share = f" ({trained / parameters:.2%}, LoRA)" if estimate.config.lora and parameters else ""
    return {"parameters": f"{parameters:,}, {kind}", "trainable": f"{trained:,}{share}"}


def _memory(estimate: Estimate) -> dict[str, str]:
    needs, node, config = estimate.memory, estimate.node, estimate.config
    place = "GPU" if node.gpus else "rank"
    reserve = GPU_RESERVE if node.gpus else 0
    capacity = f" of {gib(node.gpu_bytes)}" if node.gpu_bytes is not None else ""
    rows = {
        "ranks": f"{config.workers}, {node.ranks} on a node; ZeRO {config.zero_stage}, {config.precision}",
        f"memory per {place}": f"{gib(needs.total + reserve)}{capacity}",
        "  weights": gib(needs.weights),
        "  gradients": gib(needs.gradients),
        "  optimizer states": gib(needs.optimizer),
        "  buffers": gib(needs.buffers),
        "  activations": f"about {gib(needs.working)}",
    }
    if needs.offloaded:
        rows["optimizer states in host memory"] = f"{gib(needs.offloaded)} per rank"
    if needs.files:
        rows["optimizer states in files"] = f"{gib(needs.files)} per rank, in {config.offload_folder}"
    of_host = f" of {gib(node.host_bytes)}" if node.host_bytes is not None else ""
    return rows | {"host memory per node": f"{gib(on_host(needs, node))}{of_host}"}


def _work(estimate: Estimate) -> dict[str, str]:
    corpus, work, config = estimate.corpus, estimate.work, estimate.config
    if corpus is None or work is None:
        return {"tokens per step, steps": "not known before the synthesis; questions.limit would bound them"}
    width = packed_width(
        config, encoder_decoder=estimate.model.encoder_decoder, max_positions=estimate.model.max_positions
    )
    most = "" if corpus.known else "at most "
    mean = f", {corpus.sources + corpus.targets:,.0f} tokens on average" if corpus.known else ""
    return {
        "examples": f"{most}{corpus.examples:,}{mean}",
        "batches": f"packed into rows of {width:,} tokens" if width else "bucketed by length",
        "tokens per step": f"{most}{work.tokens_per_step:,.0f} useful, {work.computed_per_step:,} with padding",
        "steps": f"{most if config.budget.steps is None else ''}{work.steps:,} ({_end(config, work.steps_per_epoch)})",
        "FLOPs per token": f"{work.flops_per_token:.3g}, forward and backward",
    }


def _end(config: StudentConfig, steps_per_epoch: int) -> str:
    """What ends the training."""
    limits = [f"{limit:,} {name}" for name in ("tokens", "steps") if (limit := getattr(config.budget, name))]
    within = f", within the budget of {' and '.join(limits)}" if limits else ""
    return f"{config.epochs:g} epochs of {steps_per_epoch:,}{within}"
