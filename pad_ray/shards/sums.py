"""What shards, runs and workers have in common: the sums of a closed loop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Each of them adds up."""

    questions: int = 0
    """Of committed parts: the satisfied, the given up, the failed, and those that got all their samples."""
    satisfied: int = 0
    """Questions with as many distinct right programs as are wanted."""
    given_up: int = 0
    """Questions whose yield is too low to go on."""
    failed: int = 0
    """Questions that could not be asked or judged; they are in `failed.jsonl`."""
    kept: int = 0
    """Distinct right programs, which are trained on."""
    prompt_tokens: int = 0
    wasted_tokens: int = 0
    """Completion tokens of draws that were aborted, or not needed as their question was satisfied."""
    dollars: float = 0.0
    """What the teacher's tokens cost, by the prices in the config."""
