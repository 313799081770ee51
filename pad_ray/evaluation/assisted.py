"""The ways in which a model is measured: by itself, and with the help that the config asks for."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

from pad_ray.config import EvaluationConfig
from pad_ray.config.elsewhere import encoder_from_here
from pad_ray.config.verification import VerificationConfig
from pad_ray.refinement.feedback import VERSION
from pad_ray.refinement.repairing import TAKES, Repairing, make_repairing
from pad_ray.student.templates import REPAIR, template_fingerprint
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.parts import known_by_content
from pad_ray.verification.scorers import embedded_encoder
from pad_ray.verification.verified import make_verified

REPAIRED, VERIFIED = "repaired", "verified"


def ways(config: EvaluationConfig) -> list[str]:
    """Names of what `assisted` gives."""
    helped = not config.prompt.startswith("rationale")
    return [
        "",
        *([REPAIRED] if helped and config.repair_attempts else []),
        *([VERIFIED] if helped and config.verification else []),
    ]


def assisted(flow: Flow, config: EvaluationConfig) -> dict[str, Flow]:
    """By name; the empty one is the flow itself, one draw without help (single-shot)."""
    flows, there = {"": flow}, ways(config)
    if REPAIRED in there:
        repairing = Repairing(config.repair_attempts, config.repair)
        flows[REPAIRED] = replace(
            flow,
            make=partial(make_repairing, repairing=repairing, executor=flow.executor),
            made_as={
                "repairing": asdict(repairing) | {"takes": TAKES, "words": f"{template_fingerprint(REPAIR)}/{VERSION}"}
            },
        )
    if VERIFIED in there and config.verification:
        flows[VERIFIED] = replace(
            flow,
            make=partial(make_verified, verification=encoder_from_here(config.verification), executor=flow.executor),
            made_as={"verification": _known(config.verification)},
        )
    return flows


def _known(config: VerificationConfig) -> dict[str, Any]:
    """What decides what is written: an encoder by what is in it, and not by where it lies."""
    encoder = ""
    if config.scorer == "paper":
        encoder = config.encoder
    elif config.scorer == "embedded":
        encoder = str(embedded_encoder())
    known = config.model_dump(mode="json") | {"encoder": known_by_content(encoder) if encoder else ""}
    # What was not there at first is said only where it decides something: what was begun before can be gone on with.
    if config.below_zero == 1:
        del known["below_zero"]
    if config.scorer != "paper" or config.pooling == "mean":
        del known["pooling"]
    return known
