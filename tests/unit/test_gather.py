"""What many wait for at the same time is worked on together."""

from __future__ import annotations

import asyncio

import pytest

from pad_ray.gather import Gather


class Work:
    """Doubles texts, and remembers its batches."""

    def __init__(self, error: Exception | None = None) -> None:
        self.batches: list[list[str]] = []
        self.error = error

    def __call__(self, items: list[str]) -> list[str]:
        self.batches.append(items)
        if self.error:
            raise self.error
        return [item * 2 for item in items]


async def test_many_callers_share_a_batch_and_nothing_is_done_twice() -> None:
    work = Work()
    gather: Gather[str, str] = Gather(work, most=10)
    first = await asyncio.gather(gather.of(["a", "b"]), gather.of(["b", "c", "b"]), gather.of([]))
    assert first == [["aa", "bb"], ["bb", "cc", "bb"], []]
    assert await gather.of(["c", "d"]) == ["cc", "dd"]
    assert work.batches == [["a", "b", "c"], ["d"]]
    assert gather.worked == 4


async def test_a_batch_has_a_most() -> None:
    work = Work()
    gather: Gather[str, str] = Gather(work, most=2)
    assert await gather.of(list("abcde")) == ["aa", "bb", "cc", "dd", "ee"]
    assert [len(batch) for batch in work.batches] == [2, 2, 1]


async def test_what_fails_fails_for_all_that_wait_and_is_tried_again_by_the_next() -> None:
    work = Work(RuntimeError("no"))
    gather: Gather[str, str] = Gather(work, most=10)
    results = await asyncio.gather(gather.of(["a"]), gather.of(["a", "b"]), return_exceptions=True)
    assert [str(result) for result in results] == ["no", "no"]
    work.error = None
    assert await gather.of(["a"]) == ["aa"]


async def test_a_caller_that_goes_away_takes_nothing_from_the_others() -> None:
    gather: Gather[str, str] = Gather(Work(), most=10)
    leaving = asyncio.create_task(gather.of(["b"]))
    staying = asyncio.create_task(gather.of(["b"]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == ["bb"]
    with pytest.raises(asyncio.CancelledError):
        await leaving
