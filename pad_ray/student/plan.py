"""Everything that a rank must know about the training it takes part in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pad_ray.config import ExecutorConfig, StudentConfig
from pad_ray.records import Question
from pad_ray.student.templates import PROGRAM
from pad_ray.student.zero import packed_width

SAVEPOINTS = "checkpoints"
"""Folder of the savepoints of a training, in its own."""

MODEL = "model"
"""Folder of the finished checkpoint, in that of the training."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """One training. All folders must be seen by every rank: on several nodes they lie on a shared file system."""

    corpus_dir: Path
    model: Path
    """Checkpoint to start from."""
    out_dir: Path
    config: StudentConfig
    seed: int
    epochs: float
    learning_rate: float
    encoder_decoder: bool
    max_positions: int | None
    gpus: bool
    """Each rank has a GPU."""
    fingerprint: str
    """Of all that decides the weights that come out."""
    attempt: str
    """Names this call of `train_student`; the retries in it share the name."""
    started: float
    """Wall clock at its start, seconds since 1970."""
    questions: tuple[Question, ...] = ()
    """Asked in validations; none where there are no validations."""
    executor: ExecutorConfig = field(default_factory=ExecutorConfig)
    """Limits on the programs of validations."""
    template: str = PROGRAM
    """What validations ask with."""

    @property
    def packed_width(self) -> int | None:
        """Tokens of a packed row; None where examples are not packed."""
        return packed_width(self.config, encoder_decoder=self.encoder_decoder, max_positions=self.max_positions)

    @property
    def savepoints_dir(self) -> Path:
        return self.out_dir / SAVEPOINTS

    @property
    def tensorboard_dir(self) -> Path:
        return self.out_dir / "tensorboard"

    @property
    def model_dir(self) -> Path:
        """Where the finished model appears."""
        return self.out_dir / MODEL

    @property
    def best_dir(self) -> Path:
        """The best student so far, by its validations."""
        return self.out_dir / "best"

    @property
    def validations_file(self) -> Path:
        return self.out_dir / "validations.jsonl"
