"""Running a flow: Ray Data carries parts of questions to the engine actors, which draw, judge and commit them.

The same flow serves the teacher (synthesis), the student (evaluation, its failures for refinement) and recorded
completions (`pad-ray verify`). A flow that is killed anywhere and started again does the parts that have no whole
shard, and no other: every question ends in exactly one shard.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from pad_ray import machine
from pad_ray.config import GuardConfig, QuestionsConfig
from pad_ray.errors import Halted, ShardError
from pad_ray.progress import Event, Report
from pad_ray.shards import manifest
from pad_ray.shards.place import Place
from pad_ray.shards.sums import Sums
from pad_ray.shards.writer import ShardRecord
from pad_ray.synthesis.figures import Figures
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.folder import FlowFolder, held
from pad_ray.synthesis.interrupt import graceful
from pad_ray.synthesis.job import Job
from pad_ray.synthesis.pump import Pump
from pad_ray.synthesis.waiting import Waiting, any_alive, free_resources
from pad_ray.synthesis.watch import INTERRUPTED, Watch

ENGINE_CPUS = 0.5
"""CPUs that Ray books for an engine actor without a GPU. Fractions, so that on two CPUs no stage waits for another."""

GPU_ENGINE_CPUS = 1.0
"""CPUs that Ray Data books besides the GPUs of an engine, where nothing is said of CPUs."""

MOST_ROWS = 1000
"""Rows of Ray Data: each costs the driver milliseconds and kilobytes, whatever is in it."""

ROWS_PER_ENGINE = 50
"""At least, where there are parts for it: so even is the load of many engines at the end."""

MOST_ROUNDS = 3
"""Times that parts are done within one attempt: shards that are damaged as soon as they are written will go on so."""

LEAST_CALLS = 8
"""Rows that an engine actor works on at a time, at least: parts end one by one, and the next must be there."""

LOOK_SECONDS = 0.5
"""Between two looks at the board."""

BOARD_SECONDS = 30.0
"""Within which a board answers; one whose node died is being started elsewhere, and is asked again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a flow: what does not decide its content."""

    stage: str
    """Its name on the screen."""
    report: Report
    guard: GuardConfig | None = None
    number: int = 1
    allow_changed: bool = False
    """Go on with what is there although the settings differ."""
    stop: Callable[[], str] | None = None
    """Asked every second: why the attempt is to end before its last part; nothing as long as it is not."""


def run_flow(flow: Flow, folder: str | Path | Place, attempt: Attempt) -> manifest.Totals:
    """Judge programs for every question of the flow, into `folder`; returns at once what is already there.

    Ray must be running.

    Raises:
        RunDirectoryError: if the folder holds other work, or another run works in it.
        QuestionsError: if the question set cannot be read.
        TeacherError, SandboxError, ShardError: if a stage failed. A dead actor is no failure: Ray Data makes another
            and gives it the parts again.
        Halted: if a limit of the guard was reached; what is committed stays.
        KeyboardInterrupt: after Ctrl-C, when the parts under way are committed, or at once after the second.
    """
    done: list[manifest.Totals] = []
    run_sets(flow, [(flow.questions, folder)], attempt, lambda _, totals: done.append(totals))
    return done[0]


def run_sets(
    flow: Flow,
    sets: Sequence[tuple[QuestionsConfig, str | Path | Place]],
    attempt: Attempt,
    ended: Callable[[int, manifest.Totals], None],
) -> None:
    """Run the flow with each of several question sets in place of its own, each into a folder of its own.

    All are done by the same engines, which start once and go from one set to the next without waiting for its last
    question: an engine may take longer to come up than a set to be answered.

    Args:
        ended: Told the number of each set, and its sums, as soon as nothing of it is missing; what is there already
            comes first.

    Raises:
        the errors of `run_flow`.
    """
    with ExitStack() as stack:
        folders = [
            stack.enter_context(
                held(
                    replace(flow, questions=questions),
                    Place.of(folder),
                    partial(_say, attempt),
                    allow_changed=attempt.allow_changed,
                )
            )
            for questions, folder in sets
        ]
        waiting = dict(enumerate(folders))

        def look(number: int) -> None:
            waiting[number].look()
            if not waiting[number].missing:
                ended(number, manifest.total(waiting.pop(number).done))

        for number in list(waiting):
            look(number)
        rounds = 0
        while waiting:
            if rounds == MOST_ROUNDS:
                damaged = next(iter(waiting.values()))
                raise ShardError(
                    f"{damaged.shards}: {len(damaged.missing)} parts come out damaged again and again; look at the disk"
                )
            rounds += 1
            halted = _run_parts(flow, folders, attempt, look)
            # Looked at again: a worker of an earlier attempt, cut off somewhere, may have written over ours.
            for number in list(waiting):
                look(number)
            if halted and waiting:
                raise KeyboardInterrupt if halted == INTERRUPTED else Halted(halted)


def _say(attempt: Attempt, note: str) -> None:
    """On the screen and in the attempt's log."""
    attempt.report(Event(attempt.stage, note=note))
    logging.getLogger(__name__).warning("%s", note)


def _figures(done: list[ShardRecord]) -> Figures:
    """What earlier attempts committed and spent."""
    totals = manifest.total(done)
    return Figures(
        programs=totals.statuses,
        completion_tokens=totals.tokens + totals.wasted_tokens,
        parts=len(done),
        **{shared.name: getattr(totals, shared.name) for shared in fields(Sums)},
    )


def _run_parts(flow: Flow, folders: Sequence[FlowFolder], attempt: Attempt, look: Callable[[int], None]) -> str:
    """Do the missing parts of all folders; why it ended before the last one, or nothing.

    `look` is given the number of each folder whose last part has been committed while others are still worked on.
    """
    import ray

    from pad_ray.executor.service import make_executors
    from pad_ray.synthesis.board import Posted, start_board

    for folder in folders:
        if folder.missing:
            folder.place.put_json(machine.RECORD, machine.machine())
    job = Job(
        run=str(folders[0].place),
        attempt=attempt.number,
        engine=flow.engine,
        make=flow.make,
        draws=flow.draws,
        policy=flow.policy,
        answer_from=flow.executor.answer_from,
        eager=flow.engine.engine != "openai",
        block_size=flow.block_size,
        sets=[(folder.questions, folder.shards) for folder in folders],
    )
    questions = sum(folder.parts.questions for folder in folders)
    before = _figures([record for folder in folders for record in folder.done])
    watch = Watch(attempt.stage, questions, before, attempt.guard, time.monotonic())
    watch.observe(Posted({}, 0, ""), time.monotonic())
    if watch.halt:  # what is spent already: nothing is started
        return watch.halt
    stated = flow.draws.prompt_version.startswith("rationale")
    executors = [] if stated else make_executors(flow.executor)
    most = max(flow.engine.workers, flow.engine.max_workers or 0)
    board = start_board(flow.engine.stagger_seconds, most)
    attempt.report(Event(attempt.stage, before.questions, questions, "starting the engine"))
    missing = [folder.missing for folder in folders]
    pump = Pump(lambda: _dataset(flow, job, missing, executors, board), list(map(len, missing)))
    try:
        with graceful(watch.interrupt):
            pump.start()
            waits = _waits(flow, sum(map(len, missing)), executors, watch)
            alive, told = True, 0
            while alive:
                pump.join(LOOK_SECONDS)
                for folder in folders:
                    folder.lease.check()
                for number in pump.ended():
                    look(number)
                if attempt.stop and not watch.halt:
                    watch.halt = attempt.stop()
                alive = pump.is_alive()  # the last look comes after the last row
                with suppress(ray.exceptions.GetTimeoutError):
                    posted = ray.get(board.look.remote(watch.halt), timeout=BOARD_SECONDS)
                    for note in posted.notes[told:]:
                        _say(attempt, note)
                    told = len(posted.notes)
                    attempt.report(watch.observe(posted, time.monotonic()))
                for waiting in waits:
                    if note := waiting.look(time.monotonic(), free_resources):
                        _say(attempt, note)
        if pump.error and not watch.halt:
            raise pump.error
        if pump.error:  # what halts comes first: a person's wish, a limit, or the reason why engines died
            logging.getLogger(__name__).error("while the run was ending: %s", pump.error)
    finally:
        for actor in [*executors, board]:
            ray.kill(actor)
    return watch.halt


def _waits(flow: Flow, parts: int, executors: list[Any], watch: Watch) -> list[Waiting]:
    """The actors that a person is told of if none of them comes up."""
    from pad_ray.executor.actor import ACTOR_CPUS

    now, engines = time.monotonic(), min(flow.engine.workers, parts)
    waits = [Waiting("engine", engines, _engine_needs(flow), lambda: watch.any_engine, now)]
    if executors:
        waits.append(Waiting("executor", len(executors), {"CPU": ACTOR_CPUS}, lambda: any_alive(executors), now))
    return waits


def _engine_needs(flow: Flow) -> dict[str, float]:
    """What an engine actor books on this cluster."""
    import ray

    if ray.cluster_resources().get("GPU", 0) > 0 and flow.engine.engine in ("vllm", "huggingface"):
        return {"GPU": flow.engine.tensor_parallel_size, "CPU": GPU_ENGINE_CPUS}
    return {"CPU": ENGINE_CPUS}


def _dataset(flow: Flow, job: Job, missing: list[list[int]], executors: list[Any], board: Any) -> Any:
    """Does the `missing` parts of each set of the job as it is read."""
    import ray
    from ray.data import ActorPoolStrategy

    from pad_ray.synthesis.synthesizer import Synthesize

    engines = max(flow.engine.workers, flow.engine.max_workers or 0)
    size = -(-sum(map(len, missing)) // max(MOST_ROWS, ROWS_PER_ENGINE * engines))
    rows = [
        {"set": number, "parts": parts[start : start + size]}
        for number, parts in enumerate(missing)
        for start in range(0, len(parts), size)
    ]
    needs = _engine_needs(flow)
    resources: dict[str, Any] = {"num_gpus": needs["GPU"]} if "GPU" in needs else {"num_cpus": needs["CPU"]}
    fewest = min(flow.engine.workers, len(rows))
    most = max(fewest, min(flow.engine.max_workers or fewest, len(rows)))
    room = flow.engine.max_sequences // (flow.block_size * flow.policy.first_draws)
    calls = max(LEAST_CALLS, 2 * room)
    return ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        Synthesize,
        fn_constructor_args=(job, executors, board),
        compute=ActorPoolStrategy(
            min_size=fewest,
            max_size=most,
            max_tasks_in_flight_per_actor=calls + 1,
            max_concurrent_calls_per_actor=calls,
        ),
        **resources,
    )
