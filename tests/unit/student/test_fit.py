"""What does not fit is refused in one line, with changes that really make it fit."""

import re

import pytest
import yaml
from anatomies import CODET5_BASE, QWEN_05, QWEN_7, QWEN_15
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import LoraConfig, StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.fit import GIB, GPU_RESERVE, PROCESS_BYTES, Node, check_fits, lacking, on_host, parse_node
from pad_ray.student.sizes import Anatomy, memory


def settings(**changed) -> StudentConfig:
    return StudentConfig(**({"workers": 1, "zero_stage": 0, "precision": "bf16", "batch_size": 1} | changed))


def refusal(model: Anatomy, config: StudentConfig, node: Node, **how) -> str:
    with pytest.raises(ConfigError) as refused:
        check_fits(model, config, node, **how)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def advised(config: StudentConfig, line: str) -> StudentConfig:
    """The settings with the changes that a refusal names."""
    changes = dict(re.findall(r"student\.(\w+)=('[^']*'|\S+)", line.partition(" would fit")[0]))
    values = {key: yaml.safe_load(value.strip("'")) for key, value in changes.items()}
    return StudentConfig.model_validate(config.model_dump() | values)


@pytest.mark.parametrize(
    ("model", "config", "gpus", "fits"),
    [
        (QWEN_05, settings(), 1, True),
        (QWEN_15, settings(), 1, True),
        (QWEN_7, settings(), 1, False),
        (QWEN_7, settings(zero_stage=2, workers=8), 8, True),
        (QWEN_7, settings(zero_stage=3, workers=8), 8, True),
        (QWEN_7, settings(zero_stage=1, workers=2), 2, False),
        (QWEN_7, settings(zero_stage=2, offload="cpu"), 1, True),
        (QWEN_7, settings(zero_stage=2, lora=LoraConfig()), 1, True),
        (QWEN_7, settings(precision="fp32", zero_stage=3, workers=2), 2, False),
        (CODET5_BASE, settings(batch_size=8, precision="fp32"), 1, True),
    ],
)
def test_on_gpus_of_80_gib(model: Anatomy, config: StudentConfig, gpus: int, fits: bool) -> None:
    node = parse_node(f"{gpus}x80", config.workers)
    if fits:
        assert check_fits(model, config, node).total + GPU_RESERVE <= 80 * GIB
    else:
        assert "per GPU and one has 80.0 GiB" in refusal(model, config, node)


def test_the_refusal_says_how_much_of_what_and_what_would_fit() -> None:
    line = refusal(QWEN_15, settings(batch_size=8), parse_node("1x80", 1))
    assert line.startswith("student: the training needs 103.2 GiB per GPU and one has 80.0 GiB (weights 2.9 GiB, ")
    assert line.endswith("; student.gradient_checkpointing=true would fit (60.4 GiB)")


def test_several_changes_where_one_is_not_enough_and_none_that_does_nothing() -> None:
    line = refusal(QWEN_7, settings(batch_size=8), parse_node("1x80", 1))
    assert "student.offload=cpu" in line and "student.zero_stage=2" in line
    assert not any(key in line for key in ("gradient_checkpointing", "precision", "lora"))


def test_adapters_are_the_last_resort() -> None:
    line = refusal(QWEN_7, settings(), parse_node("1x24/40", 1))
    assert "student.lora='{rank: 16}'" in line


def test_nothing_helps() -> None:
    assert "no setting makes it fit" in refusal(QWEN_7, settings(), parse_node("1x8", 1))


@given(
    model=st.sampled_from([QWEN_05, QWEN_15, QWEN_7, CODET5_BASE]),
    batch=st.integers(1, 64),
    workers=st.sampled_from([1, 2, 8]),
    stage=st.sampled_from([0, 1, 2, 3]),
    precision=st.sampled_from(["bf16", "fp32"]),
    gib=st.sampled_from([8, 16, 24, 40, 80, 141]),
    on_gpus=st.booleans(),
)
def test_what_is_advised_fits(
    model: Anatomy, batch: int, workers: int, stage: int, precision: str, gib: int, on_gpus: bool
) -> None:
    config = settings(batch_size=batch, workers=workers, zero_stage=stage, precision=precision)
    node = Node(workers, gib * GIB if on_gpus else None, gib * 4 * GIB)
    try:
        check_fits(model, config, node)
    except ConfigError as refused:
        if "would fit" in str(refused):
            changed = advised(config, str(refused))
            check_fits(model, changed, node)
            step = changed.batch_size * changed.gradient_accumulation
            assert step == config.batch_size * config.gradient_accumulation
            assert changed.offload == "none" or on_gpus


def test_the_host_reads_one_copy_of_the_checkpoint_for_each_rank() -> None:
    config = settings(zero_stage=2, workers=8)
    node = parse_node("8x80/128", 8)
    assert on_host(memory(QWEN_7, config, gpus=True), node) == 8 * (4 * QWEN_7.parameters + PROCESS_BYTES)
    assert "235.0 GiB of host memory for 8 ranks on a node and it has 128.0 GiB" in refusal(QWEN_7, config, node)
    check_fits(QWEN_7, config, parse_node("8x80/256", 8))
    check_fits(QWEN_7, settings(zero_stage=3, workers=8), node)


@pytest.mark.parametrize(("merge", "bytes_per_parameter"), [(True, 4), (False, 2)])
def test_adapters_are_merged_in_the_memory_of_one_host(merge: bool, bytes_per_parameter: int) -> None:
    needs = memory(QWEN_7, settings(zero_stage=2, lora=LoraConfig(merge=merge)), gpus=True)
    assert on_host(needs, parse_node("1x80", 1)) == PROCESS_BYTES + bytes_per_parameter * QWEN_7.parameters


def test_without_gpus_all_of_it_is_on_the_host() -> None:
    config = settings(workers=2, zero_stage=2, precision="fp32")
    needs = memory(QWEN_05, config, gpus=False)
    assert on_host(needs, Node(2, None, None)) == 2 * (needs.total + PROCESS_BYTES)
    line = refusal(QWEN_05, config, Node(2, None, 16 * GIB))
    assert "of host memory for 2 ranks on a node and it has 16.0 GiB" in line
    assert "offload" not in line


def test_an_estimate_keeps_nobody_from_trying() -> None:
    """A rank refuses only what is certain; the dry run also what is likely."""
    node, config = parse_node("1x80", 1), settings(batch_size=64)
    assert lacking(memory(QWEN_05, config, gpus=True), node)
    check_fits(QWEN_05, config, node, estimated=False)
    assert "no setting" not in refusal(QWEN_7, settings(), node, estimated=False)
    check_fits(QWEN_05, settings(batch_size=512), Node(1, None, 16 * GIB), estimated=False)


def test_targets_that_no_layer_has_are_named() -> None:
    line = refusal(CODET5_BASE, settings(lora=LoraConfig(targets=("q", "q_proj"))), parse_node("1x80", 1))
    assert line == "student.lora.targets: the model has no layer 'q_proj'; its layers: k, o, q, v, wi, wo"


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("8x80", Node(8, 80 * GIB, None)),
        ("16x141/2000", Node(8, 141 * GIB, 2000 * GIB)),
        ("2x79.6", Node(2, int(79.6 * GIB), None)),
    ],
)
def test_nodes_to_plan_for(text: str, node: Node) -> None:
    assert parse_node(text, 8) == node


@pytest.mark.parametrize("text", ["", "8", "x80", "8x", "0x80", "8x80/", "8x80GB"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--on .*8x80"):
        parse_node(text, 8)
