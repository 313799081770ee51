"""One run of the benchmark: the models and corpora that are made for it, and what has been measured so far."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.command import say
from harness.figures import Figure
from harness.rounds import Measure, Rates, interleave

from student_peers import corpora, settings
from student_peers.marks import steady_rate
from student_peers.models import SHAPES, checkpoint
from student_peers.processes import run_worker, trl_interpreter
from student_peers.published import median_figure, short, text
from student_peers.settings import SEED, Work

Replies = dict[str, list[dict[str, Any]]]
"""Of the workers, by contender."""


@dataclass
class Bench:
    """What is measured, and what is to be said of it."""

    options: argparse.Namespace
    folder: Path
    rates: list[Rates] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    gpus: int = field(default_factory=settings.gpu_count)

    def work(self, model: str) -> Work:
        return settings.work_of(model, gpus=self.gpus, quick=self.options.quick, steps=self.options.steps)

    def model(self, name: str) -> Path:
        made = self.folder / "models"
        there = made / name.replace(":", "-")
        return there if name in SHAPES and there.exists() else checkpoint(name, made)

    def corpus(self, model: str, examples: int, kind: Callable[[int], Any] = corpora.wordsums) -> Path:
        folder = self.folder / f"{kind.__name__}-{examples}-{short(model)}"
        return folder if folder.exists() else corpora.build(kind(examples), self.model(model), folder)

    def asked(self, model: str, corpus: Path, config: dict[str, Any], **others: Any) -> dict[str, Any]:
        """What every worker of ours is told."""
        files = {"model": str(self.model(model)), "corpus": str(corpus)}
        return files | {"config": config, "seed": SEED} | others

    def training(
        self, name: str, script: str, asked: dict[str, Any], work: Work, replies: Replies, **how: Any
    ) -> Measure:
        """A contender: the steady rate of a training; what it replies is kept."""

        def rate() -> float:
            reply = run_worker(script, asked, self.folder, **how)
            replies.setdefault(name, []).append(reply)
            return steady_rate(reply["marks"], work.warm_up)

        return rate

    def trl(self, name: str, model: str, asked: dict[str, Any], corpus: Path, work: Work, replies: Replies) -> Measure:
        """The same of TRL's trainer, which makes what it computes on from the texts."""
        asked = asked | {"model": str(self.model(model)), "texts": str(corpus / corpora.TEXTS)}
        return self.training(name, "run_trl.py", asked, work, replies, python=trl_interpreter(say))

    def interleave(self, contenders: dict[str, Measure], unit: str = "useful tokens/s") -> Rates:
        # Every measurement starts its processes anew: there is nothing to warm up.
        rates = interleave(contenders, unit=unit, rounds=self.options.rounds, warm_up=0, say=say)
        self.rates.append(rates)
        return rates

    def start_ups(self, of: str, replies: Replies) -> None:
        """Seconds before the first step, which are in no rate; of ours with Ray's."""
        for name, answers in replies.items():
            seconds = [answer["start_up"] + answer.get("ray", 0) for answer in answers]
            self.figures.append(median_figure(f"{of}: {name}: start-up", seconds, "s"))

    def describe(self, of: str, work: Work, config: dict[str, Any]) -> None:
        self.facts[f"{of}: work"] = f"{work.steps} steps of {work.batch} examples, {work.warm_up} of them not counted"
        self.facts[f"{of}: ours"] = text({key: value for key, value in config.items() if key != "checkpoint_steps"})


def mean_tokens(corpus: Path) -> float:
    """Of an example of the corpus."""
    report = json.loads((corpus / "corpus.json").read_text(encoding="utf-8"))["report"]
    return float((report["source_tokens"] + report["target_tokens"]) / report["examples"])
