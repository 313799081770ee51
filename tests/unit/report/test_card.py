"""The data card: its figures, its licence, and that nothing in it is markup or secret that came from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from judged import make_run, right

from pad_ray.config import SETS
from pad_ray.report.card import card, hub_header
from pad_ray.report.census import Census
from pad_ray.report.ledger import Ledger
from pad_ray.report.licences import LICENCES, licence, warning

SHARD = [
    (1, right(1), "right", True),
    (1, right(1, way=1), "right", True),
    (2, "ans = 'x'", "wrong", False),
    (3, "while 1: pass", "timeout", False),
]


def card_of(folder: Path, listing: dict[str, Any] | None = None, **settings: Any) -> str:
    ledger = Ledger.of(make_run(folder, [SHARD], listing=listing, **settings))
    counts = Census()
    for table in ledger.kept_tables():
        counts.add(table)
    return card(ledger, counts, columns={"program": "the program"})


def row(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {name} |"))


def test_the_card_has_the_figures_of_the_ledger(tmp_path: Path) -> None:
    text = card_of(
        tmp_path / "run",
        {"questions": 90, "skipped": 2, "screening": {"near_duplicates": 7, "contaminated": 3}},
        executor={"cpu_seconds": 3.5},
        teacher={"temperature": 0.625},
    )
    assert "2 programs that solve 1 questions" in text
    assert row(text, "programs judged") == "| programs judged | 4 |"
    assert row(text, "programs kept") == "| programs kept | 2 |"
    assert row(text, "completion tokens") == "| completion tokens | 80 |"
    assert row(text, "prompt tokens") == "| prompt tokens | 160 |"
    assert row(text, "completion tokens per kept program, wasted ones included").endswith("| 40.0 |")
    assert row(text, "right").startswith("| right | 2 | 50.00% | ████████████ |")
    assert row(text, "timeout").startswith("| timeout | 1 | 25.00% |")
    assert row(text, "near-duplicates of an earlier question, dropped").endswith("| 7 |")
    assert row(text, "shared 13 words in a row with an evaluation set, dropped").endswith("| 3 |")
    assert row(text, "rows that could not be read").endswith("| 2 |")
    assert row(text, "cpu\\_seconds") == "| cpu\\_seconds | 3.5 |"
    assert row(text, "temperature") == "| temperature | 0.625 |"
    assert row(text, "model") == "| model | teacher |"
    assert row(text, "isolation of 4 programs") == "| isolation of 4 programs | seccomp |"
    assert "arXiv 2305.13888" in text and "on which the card was made" in text
    assert "not finished" not in text


def test_hardware_that_the_run_recorded_is_told_as_the_runs(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [SHARD])
    ledger = Ledger.of(run)
    recorded = {"nodes": 4, "cores": 512, "memory_gib": 4096, "gpus": {"H100": 32}}
    ledger.place.put_json("machine.json", {"hardware": recorded, "software": {"vllm": "0.32.0"}})
    ledger.manifest.update(complete=False)
    counts = Census()
    for table in ledger.kept_tables():
        counts.add(table)
    text = card(ledger, counts, columns={})
    assert "As the run recorded it." in text and row(text, "GPUs") == "| GPUs | 32 x H100 |"
    assert row(text, "vllm") == "| vllm | 0.32.0 |"
    assert "not finished" in text


def test_a_licence_that_forbids_commercial_use_is_said_at_the_top(tmp_path: Path) -> None:
    text = card_of(tmp_path / "run", questions={"set": "asdiv"})
    assert text.index("not for commercial use") < text.index("## How it was made")
    assert "CC BY-NC 4.0" in text


def test_every_set_has_a_licence_and_an_unknown_one_is_not_guessed() -> None:
    assert set(LICENCES) == set(SETS)
    assert [licence(name).hub_id for name in ("gsm8k", "svamp", "asdiv", "wordsums", "multiarith", "new")] == [
        "mit", "mit", "cc-by-nc-4.0", "apache-2.0", "unknown", "unknown",
    ]  # fmt: skip
    assert warning("gsm8k") == "" and "commercial" in warning("asdiv") and "unknown" in warning("multiarith")


def test_the_header_is_yaml_whatever_the_size(tmp_path: Path) -> None:
    ledger = Ledger.of(make_run(tmp_path / "run", [SHARD], questions={"set": "jsonl", "path": "x.jsonl"}))
    for rows, size in [(1, "n<1K"), (1000, "1K<n<10K"), (12_300_000, "10M<n<100M")]:
        head = yaml.safe_load(hub_header(ledger, rows, {"train": "data/*"}).split("---\n")[1])
        assert head["size_categories"] == [size] and "language" not in head and head["license"] == "other"
        assert head["configs"][0]["data_files"] == [{"split": "train", "path": "data/*"}]


def test_text_from_outside_is_no_markup_and_what_is_private_stays_at_home(tmp_path: Path) -> None:
    text = card_of(
        tmp_path / "run",
        questions={"set": "jsonl", "path": "/home/ada/secret folder/mine.jsonl"},
        teacher={
            "engine": "openai",
            "model": "a|b<script>```\n---\n# c",
            "endpoint": {"urls": ["https://ada:hunter2@host:8000/v1?key=sk-123"]},
        },
        executor={"answer_from": "variable:total"},
    )
    for private in ("hunter2", "sk-123", "/home/ada", "secret folder"):
        assert private not in text
    assert "https://host:8000/v1" in text and ".../mine.jsonl" in text
    fenced = text[text.index("````yaml") :]
    assert fenced.count("````") == 2, "the settings end their own fence"
    assert "<script>" not in text.replace(fenced, "")


@pytest.mark.parametrize("name", ["a|b", "[x](http://y)", "<b>", "`c`", "# d", "*e*"])
def test_a_models_name_is_shown_as_it_is_written(name: str, tmp_path: Path) -> None:
    ledger = Ledger.of(make_run(tmp_path / "run", [SHARD]))
    counts = Census()
    for table in ledger.kept_tables():
        counts.add(table)
    counts.models.clear()
    counts.models[name] = 4
    shown = row(card(ledger, counts, columns={}), "model").removeprefix("| model | ").removesuffix(" |")
    assert not any(character in shown.replace("\\" + character, "") for character in "|[]`*#<>")
