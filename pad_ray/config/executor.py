"""How untrusted programs are run."""

from __future__ import annotations

from pydantic import Field

from pad_ray.config.section import Section


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
