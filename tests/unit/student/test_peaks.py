"""Peaks of processors: the right row of the table, or none."""

import pytest

from pad_ray.student.peaks import data_sheet_peak, measured_peak


@pytest.mark.parametrize(
    ("device", "bf16"),
    [
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA A100-PCIE-40GB", 312e12),
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA H100 NVL", 835e12),
        ("NVIDIA H200", 989e12),
        ("NVIDIA H200 NVL", 835e12),
        ("NVIDIA GH200 480GB", 989e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA L4", 121e12),
        ("NVIDIA A10", 125e12),
        ("Tesla T4", 65e12),
        ("NVIDIA B200", 2250e12),
    ],
)
def test_known_by_name(device: str, bf16: float) -> None:
    assert data_sheet_peak(device, "bf16") == bf16
    fp32 = data_sheet_peak(device, "fp32")
    assert fp32 is None or fp32 < bf16


@pytest.mark.parametrize("device", ["NVIDIA A10G", "NVIDIA H100 80GB HBM3 MIG 1g.10gb", "AMD Instinct MI300X", "H100X"])
def test_others_are_not_guessed(device: str) -> None:
    assert data_sheet_peak(device, "bf16") is None


def test_a_cpu_is_measured() -> None:
    assert 1e8 < measured_peak("fp32", seconds=0.02) < 1e14
    assert 1e6 < measured_peak("bf16", seconds=0.0) < 1e14
