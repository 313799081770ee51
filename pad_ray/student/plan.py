"""Everything that a rank must know about the training it takes part in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pad_ray.config import StudentConfig
from pad_ray.student.zero import packed_width

SAVEPOINTS = "checkpoints"
"""Folder of the savepoints of a training, in its own."""


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
        return self.out_dir / "model"
