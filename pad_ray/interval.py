"""How far a share of few trials can be trusted. Pure."""

from __future__ import annotations

import math

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(right: int, count: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a proportion: honest at 0, at 1 and for few trials (Wilson 1927, JASA 22)."""
    if count == 0:
        return 0.0, 1.0
    share = right / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)
