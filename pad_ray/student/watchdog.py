"""A thread in each rank that writes where the rank is, and ends it when no rank gets on any more.

out_dir/ranks/rank-R.json       where rank R is; replaced every few seconds, gone when the training is done
out_dir/hangs/<start>/hang.json who was waited for, and the stacks of all ranks

A rank that waits for another cannot raise anything: it is inside a collective, or in a library that does not return. So
the process ends, all others notice, and Ray Train starts the ranks again from the last savepoint. The process groups'
own time-outs would come to the same, but name nobody.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from pad_ray.shards.files import commit_json
from pad_ray.student.hang import Hang, Lookout, Position, told
from pad_ray.student.progress import say

RANKS_FOLDER, HANGS_FOLDER = "ranks", "hangs"
HANG_FILE = "hang.json"

PATIENT_SECONDS = 7200.0
"""At least so long a rank may take to load the model, for its first step (kernels are compiled, buffers allocated), a
savepoint and the model itself: a checkpoint of 100 GB on a shared file system at 50 MB/s takes half an hour."""

GROUP_TIMEOUT = timedelta(days=7)
"""Of the process groups: longer than any wait that is excused, so that it is the watchdog that ends what hangs."""

LOOKS = 20
"""How many times within the time after which ranks hang they write where they are, but at least every ..."""

LONGEST_PAUSE = 5.0
"""... so many seconds: a small file each, and who looks at one by hand wants the present."""

LOOKOUT_SHARE = 0.25
"""Of that time: a rank that has not got on for so long begins to read what the others write, and writes its stack."""

PAUSES = 4
"""Pauses between two looks that can be explained by a busy machine. Beyond that the watchdog itself did not run."""

SAME_PROCESS_SECONDS = 2.0
"""Between two readings of when a process was started, which follow the machine's clock."""


class Watchdog:
    """`with Watchdog(...) as watch:` in the thread that trains, which then says where it is:

    - `watch.at(place)`: every rank, in the same order. It may stay there for `limit` seconds, until the first step is
      done for `PATIENT_SECONDS` if that is more
    - `with watch.excused(place, seconds)`: not every rank needs to; for so many seconds, or as long as it takes
    """

    def __init__(self, out_dir: Path, *, attempt: str, start: str, rank: int, ranks: int, limit: float) -> None:
        """
        Args:
            attempt: of `train_student`.
            start: names this start of the ranks; the same in all of them, and another at every start.
            limit: seconds without progress after which ranks hang.
        """
        self._out_dir, self._attempt, self._start = out_dir, attempt, start
        self._ranks, self._limit = ranks, limit
        self._pause = min(limit / LOOKS, LONGEST_PAUSE)
        self._trains = threading.get_ident()
        process = psutil.Process()
        # What the training thread sets and the watchdog reads: replaced as a whole, so that no lock is needed.
        self._now = Position(
            rank=rank,
            host=socket.gethostname(),
            pid=process.pid,
            created=process.create_time(),
            place="starting",
            passed=0,
            changes=0,
            writes=0,
            patience=max(limit, PATIENT_SECONDS),
        )
        self._usual: float | None = self._now.patience
        self.step = 0
        """Optimizer steps done."""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        (self._out_dir / RANKS_FOLDER).mkdir(exist_ok=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def at(self, place: str) -> None:
        """Some 2 microseconds."""
        self._set(place, self._usual, passed=1)

    def settled(self) -> None:
        """To be called when a step is done: from now on nothing takes longer than usual."""
        self._usual = self._limit

    @contextmanager
    def excused(self, place: str, seconds: float | None = PATIENT_SECONDS) -> Iterator[None]:
        before = self._now
        self._set(place, None if seconds is None else max(seconds, self._limit))
        try:
            yield
        finally:
            self._set(before.place, self._usual)

    def _set(self, place: str, patience: float | None, *, passed: int = 0) -> None:
        now = self._now
        self._now = Position(
            now.rank, now.host, now.pid, now.created, place, now.passed + passed, now.changes + 1, 0, patience
        )

    def _watch(self) -> None:
        idle, writes, changes, last = 0.0, 0, -1, time.monotonic()
        lookout: Lookout | None = None
        while not self._end.wait(self._pause):
            elapsed = min(time.monotonic() - last, PAUSES * self._pause)
            last = time.monotonic()
            writes += 1
            idle = idle + elapsed if self._now.changes == changes else 0.0
            changes = self._now.changes
            stuck = idle > LOOKOUT_SHARE * self._limit
            self._write(writes, with_stack=stuck)
            if not stuck:
                lookout = None
                continue
            if self._hangs.exists():
                end()
            lookout = lookout or Lookout(self._ranks, self._limit, idle=idle)
            positions = self._positions()
            if hang := lookout.observe(positions, elapsed):
                try:
                    self._report(hang, positions)
                except Exception:
                    traceback.print_exc()  # into Ray's log; whatever it is, the rank must not stay
                end()

    @property
    def _hangs(self) -> Path:
        return self._out_dir / HANGS_FOLDER / self._start

    def _write(self, writes: int, *, with_stack: bool) -> None:
        """Readers must never see half a file; whether it survives a power cut does not matter."""
        position = asdict(self._now) | {"writes": writes, "stack": self._stack() if with_stack else ()}
        path = self._out_dir / RANKS_FOLDER / f"rank-{self._now.rank}.json"
        temporary = path.with_name(f".{path.name}.tmp")
        # A full disk, or a file system that is away for a while, is for the training to fail of, not for this thread.
        with suppress(OSError):
            temporary.write_text(json.dumps({"start": self._start, "position": position}), encoding="utf-8")
            temporary.replace(path)

    def _stack(self) -> list[str]:
        frame = sys._current_frames().get(self._trains)
        return [f"{line.filename}:{line.lineno} in {line.name}" for line in traceback.extract_stack(frame)]

    def _positions(self) -> dict[int, Position]:
        positions = {}
        for rank in range(self._ranks):
            with suppress(OSError, ValueError):
                written = json.loads((self._out_dir / RANKS_FOLDER / f"rank-{rank}.json").read_text(encoding="utf-8"))
                if written["start"] == self._start:
                    position = written["position"]
                    positions[rank] = Position(**position | {"stack": tuple(position["stack"])})
        return positions

    def _report(self, hang: Hang, positions: dict[int, Position]) -> None:
        """By the rank that is first to notice; the others find the folder there."""
        self._hangs.parent.mkdir(exist_ok=True)
        try:
            self._hangs.mkdir()
        except FileExistsError:
            return
        message = told(hang, positions, ranks=self._ranks, minutes=self._limit / 60)
        record = {
            "attempt": self._attempt,
            "time": time.time(),
            "message": message,
            "ranks": [asdict(position) for position in positions.values()],
        }
        commit_json(self._hangs / HANG_FILE, record)
        say(self._out_dir, {"message": f"{message}; all ranks are ended", "step": self.step, "urgent": True})
        for rank in hang.culprits:
            if rank in positions:
                kill_if_here(positions[rank])


def kill_if_here(position: Position) -> None:
    """End a rank that may be unable to do it itself, if it is on this host; on others Ray does it."""
    if position.pid == os.getpid() or position.host != socket.gethostname():
        return
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(position.pid)
        if abs(process.create_time() - position.created) < SAME_PROCESS_SECONDS:
            process.kill()


def end() -> None:
    """Without clean-up, which would wait for what hangs."""
    sys.stderr.flush()
    os._exit(1)


def recorded_hangs(out_dir: Path, attempt: str) -> list[str]:
    """What was said of each hang of this attempt, in the order in which they came."""
    records: list[dict[str, Any]] = []
    for path in (out_dir / HANGS_FOLDER).glob(f"*/{HANG_FILE}"):
        records.append(json.loads(path.read_text(encoding="utf-8")))
    ours = sorted((record for record in records if record["attempt"] == attempt), key=lambda record: record["time"])
    return [record["message"] for record in ours]


def outlast_watchdog() -> None:
    """Give process groups that are made from now on a time-out beyond the watchdog's.

    Ray Train's setting is for the first group alone. DeepSpeed makes others, without saying for how long they wait: 10
    minutes with NCCL.
    """
    from torch.distributed import distributed_c10d

    distributed_c10d.default_pg_timeout = GROUP_TIMEOUT
    distributed_c10d.default_pg_nccl_timeout = GROUP_TIMEOUT
