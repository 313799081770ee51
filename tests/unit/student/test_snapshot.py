"""Copies of states: untouched by what comes after, and no larger than the states."""

import io

import torch

from pad_ray.student.snapshot import Snapshot, state_bytes


class Scaler:
    """Any object of DeepSpeed's that lies among the states."""

    def __init__(self) -> None:
        self.scale = 1.0


def states() -> dict:
    flat = torch.arange(1000.0)
    return {
        "module": {"embedding": flat[:400].view(20, 20), "head": flat[:400].view(20, 20), "rest": flat[400:]},
        "optimizer": {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.ones(600)}}, "groups": [{"lr": 0.1}]},
        "empty": torch.empty(0),
        "scaler": Scaler(),
        "shapes": (torch.Size([20, 20]), None, True),
    }


def saved(state: dict) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def test_a_later_step_does_not_change_it() -> None:
    state = states()
    copied = Snapshot()(state)
    state["module"]["rest"].zero_()
    state["optimizer"]["state"][0]["step"].add_(1)
    state["optimizer"]["groups"][0]["lr"] = 0.2
    state["scaler"].scale = 2.0
    assert copied["module"]["rest"][0] == 400
    assert copied["optimizer"]["state"][0]["step"] == 3
    assert copied["optimizer"]["groups"] == [{"lr": 0.1}]
    assert copied["scaler"].scale == 1.0
    assert copied["shapes"] == (torch.Size([20, 20]), None, True)


def test_what_shares_memory_shares_it_in_the_copy_too() -> None:
    state = states()
    copied = Snapshot()(state)
    assert copied["module"]["embedding"].data_ptr() == copied["module"]["head"].data_ptr()
    assert torch.equal(copied["module"]["head"], state["module"]["head"])
    del state["scaler"], copied["scaler"]
    assert len(saved(copied)) == len(saved(state))
    assert state_bytes(state) == state_bytes(copied) == 4 * (1000 + 600 + 1)
