"""Impossible trainings are refused in one line that names the key; the DeepSpeed config says what was asked for."""

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.zero import check_student, deepspeed_config


def check(
    gpus: int = 0, cpus: float = 2, encoder_decoder: bool = False, longest: int = 0, max_positions=None, **settings
):
    check_student(
        StudentConfig(**settings),
        gpus=gpus,
        cpus=cpus,
        encoder_decoder=encoder_decoder,
        longest=longest,
        max_positions=max_positions,
    )


@pytest.mark.parametrize(
    ("situation", "message"),
    [
        ({"offload": "cpu"}, "student.offload: .*set it to none"),
        ({"offload": "cpu", "gpus": 2, "zero_stage": 0}, "student.offload: .*zero_stage to 1, 2 or 3"),
        ({"workers": 3, "gpus": 2}, "student.workers: 3 .*set it to 2 or less"),
        ({"workers": 5, "cpus": 2}, "student.workers: 5 ranks need 2.5 CPUs.*set it to 4 or less"),
        ({"longest": 300, "max_positions": 256}, "student.max_source_tokens: .*300.*256 or less"),
        ({"encoder_decoder": True, "max_positions": 200}, "student.max_source_tokens: .*200 or less"),
    ],
)
def test_impossible_settings_are_refused(situation: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        check(**situation)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "situation",
    [
        {},
        {"workers": 4},
        {"workers": 2, "gpus": 2, "offload": "cpu"},
        {"longest": 256, "max_positions": 256},
        {"longest": 500, "max_positions": 256, "encoder_decoder": True},
        {"longest": 10_000},
    ],
)
def test_possible_settings_pass(situation: dict) -> None:
    check(**situation)


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_the_deepspeed_config_follows_the_settings(stage: int) -> None:
    config = StudentConfig(zero_stage=stage, batch_size=3, gradient_accumulation=5, max_grad_norm=0.5, weight_decay=0.1)
    made = deepspeed_config(config)
    assert made["zero_optimization"]["stage"] == stage
    assert made["train_micro_batch_size_per_gpu"] == 3
    assert made["gradient_accumulation_steps"] == 5
    assert made["gradient_clipping"] == 0.5
    assert made["optimizer"]["params"]["weight_decay"] == 0.1
    assert made["bf16"]["enabled"] is False
    assert "offload_optimizer" not in made["zero_optimization"]


def test_the_learning_rate_is_left_to_the_trainer_but_not_left_out() -> None:
    assert deepspeed_config(StudentConfig())["optimizer"]["params"]["lr"] == "auto"


def test_offload_and_bf16() -> None:
    made = deepspeed_config(StudentConfig(offload="cpu", precision="bf16"))
    assert made["zero_optimization"]["offload_optimizer"]["device"] == "cpu"
    assert made["zero_force_ds_cpu_optimizer"] is False
    assert made["bf16"]["enabled"] is True
