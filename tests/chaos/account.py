"""What the long form came to: `benchmarks/results/chaos.json`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from raylets import ROOT
from sameness import Differences
from storm import Kills

RESULT = ROOT / "benchmarks" / "results" / "chaos.json"


@dataclass
class Account:
    """Sums over all that was done, written anew after each scenario."""

    path: Path = RESULT
    kills: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    scenarios: list[dict[str, Any]] = field(default_factory=list)

    def add(self, scenario: str, kills: Kills, differences: Differences | None, **facts: Any) -> None:
        """`differences` is None where bytes cannot be compared; `facts` tell what was instead."""
        found = asdict(differences) if differences else {}
        self.kills.update(kills.by_kind)
        self.sums.update(found, left_over=len(kills.left))
        self.scenarios.append(
            {
                "scenario": scenario,
                **facts,
                "kills": dict(sorted(kills.by_kind.items())),
                "drivers_started": kills.drivers,
                "seconds": round(kills.seconds, 1),
                **found,
                "left_over": len(kills.left),
            }
        )
        self.path.write_text(json.dumps(self.as_json(), indent=1) + "\n")

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": {"cores": psutil.cpu_count(), "memory_gib": round(psutil.virtual_memory().total / 2**30, 1)},
            "kills": self.kills.total(),
            "kills_by_kind": dict(sorted(self.kills.items())),
            **self.sums,
            "scenarios": self.scenarios,
        }
