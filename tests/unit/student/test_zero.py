"""Impossible trainings are refused in one line that names the key; the DeepSpeed config says what was asked for."""

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.zero import BUCKET_ELEMENTS, check_student, deepspeed_config, packed_width


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
        ({"offload": "nvme", "gpus": 2, "zero_stage": 3}, "student.offload_folder: .*give both"),
        ({"offload": "cpu", "gpus": 2, "offload_folder": "/nvme"}, "student.offload_folder: .*or neither"),
        ({"offload": "nvme", "offload_folder": "/nvme"}, "student.offload: nvme needs a GPU.*set it to none"),
        ({"offload": "nvme", "gpus": 2, "offload_folder": "/nvme"}, "student.offload: nvme .*zero_stage to 3"),
        ({"pack_width": 512, "max_positions": 256}, "student.pack_width: .*256 tokens; set it to 256 or less"),
        ({"pack_width": 128, "longest": 200}, "student.pack_width: .*200 tokens and a row 128; set it to 200 or more"),
        ({"longest": 3000}, "student.pack_width: .*3000 tokens and a row 2048"),
        ({"pack_width": 128, "encoder_decoder": True}, "student.pack_width: .*not packed.*leave it out"),
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
        {"longest": 10_000, "packing": False},
        {"longest": 10_000, "pack_width": 10_000},
        {"longest": 200, "pack_width": 128, "packing": False},
        {"workers": 2, "gpus": 2, "offload": "nvme", "offload_folder": "/nvme", "zero_stage": 3},
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


@pytest.mark.parametrize(
    ("settings", "max_positions", "encoder_decoder", "width"),
    [
        ({}, 512, False, 512),
        ({}, 32768, False, 2048),
        ({}, None, False, 2048),
        ({"max_source_tokens": 2000, "max_target_tokens": 1000}, 32768, False, 3000),
        ({"max_source_tokens": 2000, "max_target_tokens": 1000}, None, False, 3000),
        ({"max_source_tokens": 2000, "max_target_tokens": 1000}, 2500, False, 2500),
        ({"pack_width": 4096}, 32768, False, 4096),
        ({"packing": False, "pack_width": 4096}, 32768, False, None),
        ({}, None, True, None),
    ],
)
def test_the_width_of_a_row(
    settings: dict, max_positions: int | None, encoder_decoder: bool, width: int | None
) -> None:
    config = StudentConfig(**settings)
    assert packed_width(config, encoder_decoder=encoder_decoder, max_positions=max_positions) == width


def test_buffers_have_the_size_that_is_counted_on() -> None:
    made = deepspeed_config(StudentConfig())["zero_optimization"]
    assert made["reduce_bucket_size"] == made["allgather_bucket_size"] == BUCKET_ELEMENTS


def test_states_in_files() -> None:
    config = StudentConfig(offload="nvme", offload_folder="/local/nvme", zero_stage=3)
    moved = deepspeed_config(config)["zero_optimization"]["offload_optimizer"]
    assert (moved["device"], moved["nvme_path"]) == ("nvme", "/local/nvme")


def test_offload_and_bf16() -> None:
    made = deepspeed_config(StudentConfig(offload="cpu", precision="bf16"))
    assert made["zero_optimization"]["offload_optimizer"]["device"] == "cpu"
    assert made["zero_force_ds_cpu_optimizer"] is False
    assert made["bf16"]["enabled"] is True
