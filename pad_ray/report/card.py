"""The data card: what a set of judged programs is, how it was made, and under which licence. Markdown, as hubs show it.

Text in it may come from a model's name or a question set: it is escaped, so that none of it becomes markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from pad_ray.machine import machine
from pad_ray.records import Status
from pad_ray.report.census import Census
from pad_ray.report.ledger import Ledger
from pad_ray.report.licences import licence, warning
from pad_ray.report.markdown import template, without_private
from pad_ray.shards.manifest import Totals, total

TEMPLATE = "card.md.j2"

BAR_CHARACTERS = 24
"""Length of the bar of a status that all programs have. A bar of characters is drawn by everything that shows text."""

SIZES = [("n<1K", 10**3), ("1K<n<10K", 10**4), ("10K<n<100K", 10**5), ("100K<n<1M", 10**6), ("1M<n<10M", 10**7)]
"""The hub's names for numbers of rows: each is below the number beside it."""

LARGEST_SIZE = "10M<n<100M"

DRAWING = ("temperature", "temperatures", "top_p", "max_tokens")
"""Settings of the teacher that say how programs were drawn."""

LONGEST_NAMES = 5
"""Models or prompt versions named; a ledger has one of each unless a run was changed half-way."""


def card(ledger: Ledger, counts: Census, *, columns: Mapping[str, str], all_programs: bool = False) -> str:
    """The card in Markdown.

    Args:
        counts: of all the ledger's programs.
        columns: of the files that the card goes with, and what each means.
        all_programs: whether the files have all judged programs, or the kept ones alone.

    Raises:
        RunDirectoryError: if the ledger is empty.
    """
    settings, found = ledger.settings, licence(ledger.question_set)
    totals: Totals = total(ledger.records())
    recorded = ledger.machine
    made_on = recorded or machine()
    return template(TEMPLATE).render(
        title=f"Programs for {ledger.question_set or 'questions'}",
        warning=warning(ledger.question_set),
        licence=found,
        counts=counts,
        totals=totals,
        complete=ledger.complete,
        all_programs=all_programs,
        questions=totals.questions,
        tokens_per_kept=f"{(counts.tokens + totals.wasted_tokens) / counts.kept:,.1f}" if counts.kept else "none kept",
        cost=f"${totals.dollars:,.2f}" if totals.dollars else "not known: no prices were given",
        statuses=_statuses(counts),
        models=_names(counts.models),
        prompt_versions=_names(counts.prompt_versions),
        sampling=_pairs(settings.get("teacher") or settings.get("draws"), DRAWING),
        limits=_pairs(settings.get("executor"), None, leave_out=("workers",)),
        isolation=[(level or "not run", count) for level, count in sorted(counts.isolation.items())],
        screening=_screening(ledger.listing),
        hardware=_hardware(made_on["hardware"]),
        hardware_note="As the run recorded it."
        if recorded
        else "The run did not record it; this is the machine on which the card was made.",
        software=made_on["software"],
        columns=list(columns.items()),
        settings=_settings_text(settings),
    )


def hub_header(ledger: Ledger, rows: int, data_files: Mapping[str, str]) -> str:
    """The YAML block that the Hugging Face hub, and `datasets.load_dataset`, read at the top of a README.

    Args:
        rows: in the files.
        data_files: pattern of files by split.
    """
    content: dict[str, Any] = {
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": path} for split, path in data_files.items()],
            }
        ],
        "license": licence(ledger.question_set).hub_id,
        "size_categories": [next((name for name, above in SIZES if rows < above), LARGEST_SIZE)],
        "task_categories": ["text-generation"],
        "tags": ["program-aided-distillation", "synthetic", "math", "code", "pad-ray"],
    }
    if ledger.question_set != "jsonl":  # the user's own may be in any language
        content["language"] = ["en"]
    return f"---\n{yaml.safe_dump(content, sort_keys=False)}---\n\n"


def _statuses(counts: Census) -> list[tuple[str, int, str, str]]:
    """(status, programs, share, bar) of those that occur, in the order of `Status`."""
    rows = []
    for status in Status:
        if count := counts.statuses[status.value]:
            share = count / counts.programs
            rows.append((status.value, count, f"{share:.2%}", "█" * max(1, round(share * BAR_CHARACTERS))))
    return rows


def _names(found: Mapping[str, int]) -> str:
    names = [without_private(name) for name in sorted(found, key=lambda name: (-found[name], name))]
    more = f" and {len(names) - LONGEST_NAMES} more" if len(names) > LONGEST_NAMES else ""
    return ", ".join(names[:LONGEST_NAMES]) + more


def _pairs(
    section: Mapping[str, Any] | None, names: Iterable[str] | None, leave_out: Iterable[str] = ()
) -> list[tuple[str, Any]]:
    known = dict(section or {})
    wanted = known if names is None else [name for name in names if name in known]
    skipped = set(leave_out)
    return [(name, known[name]) for name in wanted if name not in skipped and known[name] not in (None, [])]


def _screening(listing: Mapping[str, Any]) -> list[tuple[str, int]]:
    if not listing:
        return []
    dropped = listing.get("screening") or {}
    return [
        ("rows that could not be read", int(listing.get("skipped", 0))),
        ("near-duplicates of an earlier question, dropped", int(dropped.get("near_duplicates", 0))),
        ("shared 13 words in a row with an evaluation set, dropped", int(dropped.get("contaminated", 0))),
        ("left, and asked", int(listing.get("questions", 0))),
    ]


def _hardware(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("nodes", found.get("nodes", 1)),
        ("cores", found.get("cores", "not known")),
        ("memory", f"{found['memory_gib']} GiB" if "memory_gib" in found else "not known"),
        ("GPUs", ", ".join(f"{count} x {name}" for name, count in found.get("gpus", {}).items()) or "none"),
    ]


def _settings_text(settings: Mapping[str, Any]) -> str:
    return yaml.safe_dump(without_private(dict(settings)), sort_keys=False, allow_unicode=True)
