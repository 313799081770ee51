"""Settings that an earlier version recorded, as this version reads them.

A setting that is new changes nothing in what a run makes as long as it has its default: such a run is the same run.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from pad_ray.config.section import Section

BEFORE: dict[str, Any] = {"student.packing": False}
"""Exceptions: settings whose default is another than what was done before they were there, with what was done."""


def completed(section: type[Section], settings: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Recorded settings of a section, together with those that were not there when they were recorded.

    What this version cannot read, since a setting is gone or allows other values, is given back as it is.

    Args:
        where: the section's place in a config, e.g. `student.`; empty for a whole one.
    """
    whole = deepcopy(dict(settings))
    for key, value in BEFORE.items():
        if key.startswith(where):
            *sections, last = key.removeprefix(where).split(".")
            here = whole
            for name in sections:
                here = here.setdefault(name, {})
            here.setdefault(last, value)
    try:
        return section.model_validate(whole).model_dump(mode="json")
    except ValidationError:
        return dict(settings)
