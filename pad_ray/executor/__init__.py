"""Untrusted programs are run and judged: sandbox, lanes, zygote, jail, grading, self-check. Imports nothing heavy.

sandbox   what a user holds              zygote   forks confined children, and reaps them
dispatch  one run: who runs what, where  jail     what a child closes behind itself (seccomp, landlock, limits)
lanes     where a program goes next      child    compiles, runs, finds the answer, makes the record
seat      what may run at a time         gate     which programs may share a child
slot      the handle on one zygote       wire     the bytes between all of these
"""

from pad_ray.executor.grading import same_answer
from pad_ray.executor.outcome import Outcome
from pad_ray.executor.sandbox import Sandbox

__all__ = ["Outcome", "Sandbox", "same_answer"]
