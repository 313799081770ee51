"""The long form, by `make chaos`: storm after storm until 100 processes were killed; and the disk, the job server, the
object store and real engines. Writes `benchmarks/results/chaos.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest
from account import Account
from calm import question_ids, settings
from damage import damage
from driver import Driver
from job import Job
from object_store import ObjectStore, object_store  # noqa: F401  a fixture
from prey import DRIVER, ENGINE_ACTOR, ENGINE_PROCESS, EXECUTOR, RAYLET, ZYGOTE
from raylets import Raylets
from sameness import NONE, Differences, Outcome
from storm import WEIGHTS, Kills, Storm, turns

LEAST_KILLS = 100

QUESTIONS, TURNS = 1200, 30
"""Of a storm: work for more than a minute of two engines, whatever the machine, so that no turn comes after the end."""

FEW_QUESTIONS = 400

ENGINE_QUESTIONS = 160
"""For a real model, whose programs are no function of the seed once draws are batched differently."""

DAMAGED_STARTS = 3

A_FEW_PARTS = 5
"""Committed before each damage, and before the job is stopped."""

JOB_WEIGHTS = {DRIVER: 3, ENGINE_ACTOR: 1, EXECUTOR: 1, RAYLET: 1}

STORE_WEIGHTS = {DRIVER: 1, ENGINE_ACTOR: 2, EXECUTOR: 1, ZYGOTE: 1, RAYLET: 1}

Undisturbed = Callable[[int], Outcome]


@pytest.fixture(scope="module")
def account() -> Account:
    return Account()


def _check(found: Outcome, calm: Outcome, kills: Kills) -> None:
    assert Differences.between(found, calm) == NONE
    assert found.is_closed and not found.set_aside
    assert not kills.left, "processes outlived their run"


def test_a_hundred_kills_change_nothing(undisturbed: Undisturbed, account: Account, tmp_path: Path) -> None:
    calm = undisturbed(QUESTIONS)
    for seed in count(1):
        random = Random(seed)
        with Raylets() as raylets:
            driver = Driver(raylets, tmp_path / f"run-{seed}", settings(QUESTIONS))
            kills = Storm(raylets, driver, random, print).rage(turns(random, TURNS))
        found = Outcome(driver.place)
        account.add("storm", kills, Differences.between(found, calm), seed=seed, questions=QUESTIONS)
        _check(found, calm, kills)
        if account.kills.total() >= LEAST_KILLS and set(account.kills) >= set(WEIGHTS):
            return


def test_damaged_shards_are_set_aside_and_made_again(
    undisturbed: Undisturbed, account: Account, tmp_path: Path
) -> None:
    calm = undisturbed(FEW_QUESTIONS)
    random, damaged = Random(1), Counter[str]()
    with Raylets() as raylets:
        driver = Driver(raylets, tmp_path / "run", settings(FEW_QUESTIONS))
        storm = Storm(raylets, driver, random, print)
        for _ in range(DAMAGED_STARTS):
            storm.cut_off(A_FEW_PARTS)
            damaged.update(damage(tmp_path / "run" / "synthesis" / "shards", random))
        kills = storm.rage([])
    found = Outcome(driver.place)
    differences = Differences.between(found, calm)
    account.add("damage", kills, differences, seed=1, questions=FEW_QUESTIONS, damaged=dict(sorted(damaged.items())))
    assert differences == NONE and found.is_closed
    assert found.set_aside == damaged.total()
    logs = "".join(log.read_text() for log in (tmp_path / "run" / "logs").iterdir())
    assert logs.count("set aside") == damaged.total(), "damage that no log names"


def test_the_heads_job_is_stopped_and_submitted_again(
    undisturbed: Undisturbed, account: Account, tmp_path: Path
) -> None:
    calm = undisturbed(FEW_QUESTIONS)
    random = Random(2)
    with Raylets(jobs=True) as raylets:
        driver = Job(raylets, tmp_path / "run", settings(FEW_QUESTIONS))
        storm = Storm(raylets, driver, random, print)
        storm.cut_off(A_FEW_PARTS)
        kills = storm.rage(turns(random, sum(JOB_WEIGHTS.values()), JOB_WEIGHTS))
    found = Outcome(driver.place)
    account.add("job", kills, Differences.between(found, calm), seed=2, questions=FEW_QUESTIONS)
    _check(found, calm, kills)


def test_an_object_store_holds_the_same_shards(
    undisturbed: Undisturbed,
    object_store: ObjectStore,  # noqa: F811
    account: Account,
    tmp_path: Path,
) -> None:
    calm = undisturbed(FEW_QUESTIONS)
    random, place = Random(3), object_store.bucket() / "runs/chaos"
    with Raylets() as raylets:
        driver = Driver(raylets, tmp_path / "run", settings(FEW_QUESTIONS), place)
        kills = Storm(raylets, driver, random, print).rage(turns(random, sum(STORE_WEIGHTS.values()), STORE_WEIGHTS))
    found = Outcome(place)
    account.add("object store", kills, Differences.between(found, calm), seed=3, questions=FEW_QUESTIONS)
    _check(found, calm, kills)


def test_engines_with_a_model_are_replaced(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their bytes are not compared: what vLLM draws depends on what it draws beside it."""
    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "1")  # as with GPUs: the model in a process of its own
    random = Random(4)
    wanted = [
        "configs/quickstart.yaml",
        f"questions.limit={ENGINE_QUESTIONS}",
        "teacher.max_sequences=16",
        "synthesis.block_size=4",
        "synthesis.near_duplicates=null",
        "synthesis.decontaminate=false",
    ]
    with Raylets() as raylets:
        driver = Driver(raylets, tmp_path / "run", wanted)
        kills = Storm(raylets, driver, random, print, into_work=True).rage([ENGINE_PROCESS, ENGINE_ACTOR])
    found = Outcome(driver.place)
    lost = len(question_ids(ENGINE_QUESTIONS) - {question for question, _ in found.draws})
    doubled = found.draws.total() - len(found.draws)
    account.add("vLLM", kills, None, seed=4, questions=ENGINE_QUESTIONS, lost_questions=lost, doubled_draws=doubled)
    assert lost == doubled == 0 and found.is_closed and not found.set_aside
    assert set(kills.by_kind) == {ENGINE_ACTOR, ENGINE_PROCESS}
    assert not kills.left, "processes outlived their run"
