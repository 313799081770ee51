"""Parts come in while the engine has room."""

from __future__ import annotations

import asyncio

from pad_ray.synthesis.admission import BACKLOG, MOST_PARTS, Admission


async def entered(admission: Admission, parts: int) -> list[asyncio.Task[None]]:
    """`parts` parts that want in; the tasks of those that are in are done."""
    tasks = [asyncio.create_task(admission.enter()) for _ in range(parts)]
    await asyncio.sleep(0)
    return tasks


def inside(tasks: list[asyncio.Task[None]]) -> int:
    return sum(task.done() for task in tasks)


async def test_parts_come_in_until_their_draws_fill_the_engine() -> None:
    admission = Admission(room=100, part_draws=40)
    tasks = await entered(admission, 5)
    assert inside(tasks) == 3, "two of 40 leave room"
    for _ in range(120):
        admission.draw_started()
    await asyncio.sleep(0)
    assert inside(tasks) == 3 and not admission.idle
    for _ in range(20):
        admission.draw_ended()
    await asyncio.sleep(0)
    assert inside(tasks) == 3
    admission.draw_ended()
    await asyncio.sleep(0)
    assert inside(tasks) == 4, "the next comes in when there is room, though no part has ended"


async def test_one_part_is_always_let_in_and_stragglers_do_not_keep_others_out() -> None:
    admission = Admission(room=1, part_draws=64)
    tasks = await entered(admission, 2)
    assert inside(tasks) == 1
    for _ in range(64):
        admission.draw_started()
    for _ in range(64):
        admission.draw_ended()
    await asyncio.sleep(0)
    assert inside(tasks) == 2 and admission.idle


async def test_a_part_that_no_longer_waits_is_passed_over() -> None:
    admission = Admission(room=1, part_draws=1)
    first, second, third = await entered(admission, 3)
    second.cancel()
    await asyncio.sleep(0)
    admission.leave()
    await asyncio.sleep(0)
    assert first.done() and third.done() and admission.parts == 1


async def test_there_is_a_most() -> None:
    admission = Admission(room=10**9, part_draws=1)
    assert inside(await entered(admission, MOST_PARTS + 1)) == MOST_PARTS


async def test_executors_that_do_not_keep_up_slow_the_engine_down() -> None:
    admission = Admission(room=10, part_draws=1)
    for _ in range(BACKLOG * 10 - 1):
        admission.judging_started()
    assert inside(await entered(admission, 2)) == 2 and not admission.idle
    admission.judging_started()
    (third,) = await entered(admission, 1)
    assert not third.done()
    admission.judging_ended()
    await asyncio.sleep(0)
    assert third.done()
    for _ in range(BACKLOG * 10 - 10):
        admission.judging_ended()
    assert admission.idle
