"""Untrusted programs are run and judged: sandbox, zygote, jail, grading, self-check. Imports nothing heavy."""

from pad_ray.executor.grading import same_answer
from pad_ray.executor.outcome import Outcome
from pad_ray.executor.sandbox import Sandbox

__all__ = ["Outcome", "Sandbox", "same_answer"]
