"""What a config implies, before anything is started: its model, its corpus if there is one, a node to train on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pad_ray.config import RunConfig, StudentConfig
from pad_ray.student.checkpoint import anatomy_of
from pad_ray.student.fit import Node, check_fits, parse_node
from pad_ray.student.host import host_memory
from pad_ray.student.mapped import read_record
from pad_ray.student.sizes import Anatomy, Memory, trainable
from pad_ray.student.work import Corpus, Work, at_most, recorded, work
from pad_ray.student.zero import check_student


@dataclass(frozen=True)
class Estimate:
    """The figures of one training."""

    config: StudentConfig
    model: Anatomy
    node: Node
    memory: Memory
    corpus: Corpus | None
    """None where neither a corpus nor a limit on the questions says how many examples there will be."""
    work: Work | None

    @property
    def trainable(self) -> int:
        return trainable(self.model, self.config.lora)


def estimate(config: RunConfig, base: Path, on: str | None = None) -> Estimate:
    """The figures of `pad-ray train` with this config.

    Args:
        base: the student's base checkpoint.
        on: nodes to plan for, as `fit.parse_node` reads them; None: this machine.

    Raises:
        ConfigError: impossible settings, or a training that does not fit; says what would.
    """
    student, model = config.student, anatomy_of(base)
    corpus = known_corpus(config)
    longest = corpus.longest if corpus and corpus.known else 0
    node, cpus = (parse_node(on, student.workers), float("inf")) if on else this_node(student.workers)
    # On nodes that are only planned for there may be as many as it takes.
    gpus = (student.workers if on else node.ranks) if node.gpus else 0
    check_student(
        student,
        gpus=gpus,
        cpus=cpus,
        encoder_decoder=model.encoder_decoder,
        longest=longest,
        max_positions=model.max_positions,
    )
    return Estimate(
        config=student,
        model=model,
        node=node,
        memory=check_fits(model, student, node, longest=longest),
        corpus=corpus,
        work=work(model, student, corpus) if corpus else None,
    )


def known_corpus(config: RunConfig) -> Corpus | None:
    """The corpus of the run where there is one already; else the most that the settings allow; None if they do not."""
    record, most = read_record(config.run_dir / "student" / "corpus"), config.student.budget.examples
    if record is not None:
        corpus = recorded(record)
    elif config.questions.limit is not None:
        corpus = at_most(config.student, config.questions.limit * config.synthesis.keep)
    elif most is not None:
        corpus = at_most(config.student, most)
    else:
        return None
    return corpus if most is None else replace(corpus, examples=min(corpus.examples, most))


def this_node(workers: int) -> tuple[Node, float]:
    """This machine with all ranks on it, as far as it has GPUs for them, and its CPUs."""
    import psutil
    import torch

    memory = host_memory().total
    gpus = torch.cuda.device_count()
    if gpus == 0:
        return Node(workers, None, memory), psutil.cpu_count() or 1
    smallest = min(torch.cuda.get_device_properties(place).total_memory for place in range(gpus))
    return Node(min(workers, gpus), smallest, memory), psutil.cpu_count() or 1
