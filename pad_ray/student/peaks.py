"""What a rank's processor computes at best, in FLOP/s: what model FLOPs utilisation is a share of."""

from __future__ import annotations

import re
import time
from typing import Literal

Precision = Literal["bf16", "fp32"]

DATA_SHEETS: tuple[tuple[str, float, float | None], ...] = (
    ("B200", 2250e12, None),
    ("H200 NVL", 835e12, 60e12),
    ("H200", 989e12, 67e12),
    ("GH200", 989e12, 67e12),
    ("H100 PCIe", 756e12, 51e12),
    ("H100 NVL", 835e12, 60e12),
    ("H100 HBM3", 989e12, 67e12),
    ("A100", 312e12, 19.5e12),
    ("A30", 165e12, 10.3e12),
    ("A40", 149.7e12, 37.4e12),
    ("A10", 125e12, 31.2e12),
    ("L40S", 362e12, 91.6e12),
    ("L40", 181e12, 90.5e12),
    ("L4", 121e12, 30.3e12),
    ("T4", 65e12, 8.1e12),
)
"""Words of a device's name, and FLOP/s by NVIDIA's data sheet of it: dense (without sparsity) bf16 on tensor cores, and
fp32 off them. Of a T4, which has no bf16, it is fp16; where None, we know of no figure. `H100 HBM3` is the SXM one."""

MEASURED_SECONDS = 0.2
"""How long products are timed for: some hundred of them, each start of the ranks."""

MEASURED_WIDTH = 512
"""Rows and columns of the two matrices: 1 MB each in fp32, beyond what the start of a product costs, and done in
milliseconds by one core."""


def data_sheet_peak(device: str, precision: Precision) -> float | None:
    """FLOP/s of a GPU by its name, as torch gives it (`NVIDIA A100-SXM4-80GB`); None where it is not known.

    A slice of a GPU (MIG) has no figure of its own.
    """
    words = set(re.split(r"[ -]", device))
    if "MIG" in words:
        return None
    for name, bf16, fp32 in DATA_SHEETS:
        if words.issuperset(name.split()):
            return bf16 if precision == "bf16" else fp32
    return None


def measured_peak(precision: Precision, *, seconds: float = MEASURED_SECONDS) -> float:
    """FLOP/s of this process's threads in the fastest of the matrix products of `seconds`. CPUs have no data sheet that
    says it: it depends on the cores that a rank is given, their vector units and their clock under load.
    """
    import torch

    matrix = torch.ones(MEASURED_WIDTH, MEASURED_WIDTH, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
    best, end = float("inf"), time.monotonic() + seconds
    matrix @ matrix  # the first one also sets up threads and kernels
    while True:
        start = time.perf_counter()
        matrix @ matrix
        best = min(best, time.perf_counter() - start)
        if time.monotonic() > end:
            return 2 * MEASURED_WIDTH**3 / best
