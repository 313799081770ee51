"""The learning rate of a training whose length is not known when it begins: warm-up, stable, decay. Pure.

After "MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training Strategies", section 4,
https://arxiv.org/abs/2404.06395: the rate rises, stays, and decays over a last part of about a tenth of the steps.
"""

from __future__ import annotations

import math
from typing import Literal

Shape = Literal["linear", "cosine", "constant"]


def rate(done: int, *, warmup: int, begins: int | None, total: int | None, shape: Shape) -> float:
    """Share of the peak learning rate for the optimizer step after `done` of them.

    The same whether or not the end is known already, up to and including the step after `begins`: who trains on while
    the synthesis goes on and who repeats it afterwards take the same steps.

    Args:
        warmup: steps over which the rate rises from 0.
        begins: steps before the decay; None while it is not known.
        total: steps of the training; None while it is not known.
        shape: of the decay; linear and cosine end at 0.
    """
    if done < warmup:
        return done / warmup
    if begins is None or total is None or shape == "constant":
        return 1.0
    begins = max(begins, warmup)
    if done <= begins:
        return 1.0
    share = min((done - begins) / (total - begins), 1.0) if total > begins else 1.0
    return 1.0 - share if shape == "linear" else 0.5 * (1.0 + math.cos(math.pi * share))
