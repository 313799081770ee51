"""The ways in which a model is measured: by itself, and with the help that the config asks for."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

from pad_ray.config import EvaluationConfig
from pad_ray.refinement.feedback import VERSION
from pad_ray.refinement.repairing import Repairing, make_repairing
from pad_ray.student.templates import REPAIR, template_fingerprint
from pad_ray.synthesis.flow import Flow
from pad_ray.verification.verified import make_verified

REPAIRED, VERIFIED = "repaired", "verified"


def assisted(flow: Flow, config: EvaluationConfig) -> dict[str, Flow]:
    """By name; the empty one is the flow itself, one draw without help (single-shot)."""
    flows = {"": flow}
    if config.prompt.startswith("rationale"):
        return flows
    if config.repair_attempts:
        repairing = Repairing(config.repair_attempts, config.repair)
        flows[REPAIRED] = replace(
            flow,
            make=partial(make_repairing, repairing=repairing, executor=flow.executor),
            made_as={"repairing": asdict(repairing) | {"words": f"{template_fingerprint(REPAIR)}/{VERSION}"}},
        )
    if config.verification:
        flows[VERIFIED] = replace(
            flow,
            make=partial(make_verified, verification=config.verification, executor=flow.executor),
            made_as={"verification": config.verification.model_dump(mode="json")},
        )
    return flows
