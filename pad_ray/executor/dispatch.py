"""One run of a sandbox: programs are dealt out to the seats, brought home, sent on to another lane, delivered in
order."""

from __future__ import annotations

import heapq
import logging
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pad_ray.errors import SandboxError
from pad_ray.executor import wire
from pad_ray.executor.lanes import AUDIT_EVERY, ELSEWHERE, Lane, cpu_limit, first_lane, lane_after, limit_is_final
from pad_ray.executor.outcome import Outcome, Terms, outcome_of, read_record, without_addresses
from pad_ray.executor.seat import Job, Request, Seat
from pad_ray.executor.slot import Reply, SlotDied, wait

MAX_STRIKES = 2
"""A child that is shot once may be the machine's fault (out of memory); twice with one program is its own."""

MAX_MACHINE_FAILURES = 5
"""Zygotes lost, and forks or confinements failed, with one program before the machine is given up."""

RETRY_SECONDS = 0.2
"""Pause after such a failure: processes or memory may be short for a moment."""

BACKUP_SECONDS = 2.0
"""Beyond the last limit, after which the zygote itself is broken: it keeps the limits to within a second."""

LOOK_AHEAD = 8192
"""Programs per seat that may be finished ahead of a slow one whose turn it is: bounds what is kept, not what runs."""

LOOK_AHEAD_BYTES = 64 << 20
"""The same in bytes of source, for programs that are long."""

MAX_DIFFERENCES = 3
"""Found by audits, before the shared lane is shut. One may be the program's own doing: the order of a set of functions
is that of their addresses."""

BATCH = 128
"""Programs per shared child: a fork is then 1 % of the work, and a crash costs the others 1 ms."""

MAX_SOURCE_BYTES = 1_000_000
"""Longer programs are `syntax`, unread: the longest real one has 10 kB, and CPython's compiler needs 1 kB a byte."""

LEAST_SHARE = 64
"""Programs that are not shared out among children: to make one takes as long as to run so many."""

PROGRAM_TOO_LONG = Outcome(
    "syntax", error_type="ProgramTooLong", error_message=f"the program is longer than {MAX_SOURCE_BYTES} bytes"
)

PROGRAM_NOT_TEXT = Outcome("syntax", error_type="UnicodeDecodeError", error_message="the program is not UTF-8")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SharedLane:
    """Whether and how programs share a process. It is shut for good once audits have found differences."""

    is_open: bool
    batch: int = BATCH
    """Programs per shared child."""
    until_audit: int = AUDIT_EVERY
    differences: int = 0

    def audit_is_due(self) -> bool:
        """Whether the program that has just come home is one to look at again."""
        self.until_audit -= 1
        if self.until_audit > 0:
            return False
        self.until_audit = AUDIT_EVERY
        return True


class Dispatch:
    """One pass over `codes`."""

    def __init__(self, seats: list[Seat], terms: Terms, shared: SharedLane, codes: Iterable[str | bytes]) -> None:
        self._seats = seats
        self._terms = terms
        self._shared = shared
        self._codes = iter(codes)
        self._more = True
        self._taken = 0
        self._turn = 0
        self._bytes = 0
        self._waiting: dict[Lane, list[tuple[int, Job]]] = {lane: [] for lane in Lane}
        self._done: dict[int, Outcome] = {}

    def outcomes(self) -> Iterator[Outcome]:
        """The outcome of each program, in order, lazily.

        Raises:
            SandboxError: if the machinery fails.
        """
        done = self._done
        while True:
            self._deal()
            while self._turn in done:
                outcome = done.pop(self._turn)
                self._turn += 1
                yield outcome
            if any(seat.requests for seat in self._seats):
                self._collect()
            elif not self._more and self._turn == self._taken:
                return

    def _deal(self) -> None:
        """Give work to the seats that have room, to the least busy first."""
        while (lane := self._next_lane()) is not None:
            suspect = self._waiting[lane][0][1].suspect
            seats = [seat for seat in self._seats if seat.has_room(lane, suspect=suspect)]
            if not seats:
                return
            seat = min(seats, key=lambda seat: len(seat.requests))
            jobs = self._take(lane, len(seats))
            try:
                seat.submit(
                    lane,
                    jobs,
                    cpu_seconds=cpu_limit(lane, self._terms.cpu_seconds),
                    may_take=self._may_take(lane, len(jobs)),
                    now=time.monotonic(),
                )
            except SlotDied:
                self._lose(seat, lane, "its zygote died", jobs)

    def _next_lane(self) -> Lane | None:
        """Where the next program in turn waits; programs are fetched if none does."""
        waiting = [(jobs[0][0], lane) for lane, jobs in self._waiting.items() if jobs]
        if waiting:
            return min(waiting)[1]
        while self._fetch():
            for lane, jobs in self._waiting.items():
                if jobs:
                    return lane
        return None

    def _take(self, lane: Lane, seats: int) -> list[Job]:
        """What goes to one child of `lane`, where so many seats have room: few programs are shared out among them."""
        waiting = self._waiting[lane]
        if lane is not Lane.SHARED:
            return [heapq.heappop(waiting)[1]]
        while len(waiting) < seats * self._shared.batch and self._fetch():
            pass
        share = max(-(-len(waiting) // seats), LEAST_SHARE)
        return [heapq.heappop(waiting)[1] for _ in range(min(share, self._shared.batch, len(waiting)))]

    def _fetch(self) -> bool:
        """Take the next program in, if there is one and what is finished ahead of its turn may grow."""
        ahead = self._taken - self._turn
        if not self._more or ahead >= LOOK_AHEAD * len(self._seats) or self._bytes > LOOK_AHEAD_BYTES:
            return False
        for code in self._codes:
            source = code.encode("utf-8", "surrogatepass") if isinstance(code, str) else bytes(code)
            index = self._taken
            self._taken += 1
            if len(source) > MAX_SOURCE_BYTES:
                self._done[index] = PROGRAM_TOO_LONG
            elif not isinstance(code, str) and not _is_text(source):
                self._done[index] = PROGRAM_NOT_TEXT
            else:
                self._bytes += len(source)
                self._put(Job(index, source, first_lane(len(source), shared_open=self._shared.is_open)))
            return True
        self._more = False
        return False

    def _put(self, job: Job) -> None:
        heapq.heappush(self._waiting[job.lane], (job.index, job))

    def _may_take(self, lane: Lane, jobs: int) -> float:
        """Seconds after which a zygote that has not replied is broken."""
        terms = self._terms
        return jobs * cpu_limit(lane, terms.cpu_seconds) + wire.HARD_WALL_FACTOR * terms.wall_seconds + BACKUP_SECONDS

    def _collect(self) -> None:
        """Wait until some zygote has something to say, or is overdue."""
        busy = [seat for seat in self._seats if seat.requests]
        readable = wait([seat.requests[0].slot for seat in busy], min(seat.requests[0].deadline for seat in busy))
        now = time.monotonic()
        for seat in busy:
            slot, lane = seat.requests[0].slot, seat.requests[0].lane
            try:
                if slot in readable:
                    for reply in slot.collect():
                        self._settle(seat, seat.finished(now), reply)
                elif seat.requests[0].deadline <= now:
                    raise SlotDied("silent beyond every limit")
            except SlotDied as death:
                self._lose(seat, lane, f"its zygote was lost: {death}")

    def _settle(self, seat: Seat, request: Request, reply: Reply) -> None:
        if reply.ended in (wire.END_UNREADY, wire.END_NO_FORK):
            step = "fork" if reply.ended == wire.END_NO_FORK else "jail"
            self._lose(seat, request.lane, f"no confined process for it ({step} failed)", request.jobs)
        elif request.lane is Lane.SHARED:
            self._settle_shared(request.jobs, reply)
        else:
            self._settle_alone(request.jobs[0], reply)

    def _settle_shared(self, jobs: list[Job], reply: Reply) -> None:
        terms, start = self._terms, 0
        for job in jobs[: reply.done]:
            outcome, start = read_record(reply.records, start, terms, "shared")
            self._bring_home(job, outcome)
        left = jobs[reply.done :]
        if not left:
            return
        if reply.begun > reply.done or not reply.done:  # else it was ended between two programs
            blamed = left.pop(0)
            if reply.ended == wire.END_CPU and limit_is_final(Lane.SHARED, terms.cpu_seconds):
                self._finish(blamed, outcome_of(reply, terms))
            else:
                blamed.lane, blamed.suspect = Lane.SOLO, True
                self._put(blamed)
        for job in left:
            self._put(job)

    def _settle_alone(self, job: Job, reply: Reply) -> None:
        if reply.ended == wire.END_SIGNALLED and reply.detail == signal.SIGKILL and job.strikes + 1 < MAX_STRIKES:
            job.strikes += 1  # not by us, not by itself: the kernel ran out of memory, or an administrator
            self._put(job)
            return
        self._bring_home(job, outcome_of(reply, self._terms))

    def _bring_home(self, job: Job, outcome: Outcome) -> None:
        """An outcome that a record told, or the lane that it sends the program to."""
        if further := lane_after(job.lane, outcome.status):
            job.lane = further
            self._put(job)
        elif outcome.status in ELSEWHERE:
            self._finish(job, replace(outcome, status="no_answer", error_type="BadRecord"))
        elif job.shared_status:
            self._compare(job, outcome)
        elif job.lane is Lane.SHARED and self._shared.audit_is_due():
            job.lane, job.shared_status, job.shared_answer = Lane.SOLO, outcome.status, outcome.answer
            self._put(job)
        else:
            self._finish(job, outcome)

    def _compare(self, job: Job, alone: Outcome) -> None:
        """The outcome of a program that ran alone stands; where it was another in the shared lane, that lane is
        shut."""
        if (alone.status, without_addresses(alone.answer)) != (job.shared_status, without_addresses(job.shared_answer)):
            self._shared.differences += 1
            log.error(
                "a program came to %s %.60r in a shared process and to %s %.60r alone, which counts. "
                "Please report it: %.2000r",
                job.shared_status,
                job.shared_answer,
                alone.status,
                alone.answer,
                job.source,
            )
            if self._shared.differences >= MAX_DIFFERENCES and self._shared.is_open:
                self._shared.is_open = False
                log.error("%d such programs: from here on each has a process of its own", MAX_DIFFERENCES)
                for _, waiting in self._waiting[Lane.SHARED]:
                    waiting.lane = Lane.SOLO
                    self._put(waiting)
                self._waiting[Lane.SHARED].clear()
        self._finish(job, alone)

    def _finish(self, job: Job, outcome: Outcome) -> None:
        self._bytes -= len(job.source)
        self._done[job.index] = outcome

    def _lose(self, seat: Seat, lane: Lane, why: str, jobs: list[Job] | None = None) -> None:
        """The zygote of `lane` is of no use any more: `jobs`, or those of its first request, failed with it."""
        lost = seat.replace(lane)
        if jobs is None:
            jobs = lost.pop(0).jobs
        for request in lost:
            for job in request.jobs:
                self._put(job)
        for job in jobs:
            if self._terms.unsafe and lane is not Lane.SHARED:
                job.strikes += 1
                if job.strikes >= MAX_STRIKES:
                    message = Outcome("killed", "", "Killed", why, 0, 0, 0, self._terms.isolation, True, "solo")
                    self._finish(job, message)
                    continue
            else:
                job.machine_failures += 1
                if job.machine_failures >= MAX_MACHINE_FAILURES:
                    raise SandboxError(f"a program could not be run {MAX_MACHINE_FAILURES} times: {why}")
            self._put(job)
        time.sleep(RETRY_SECONDS)


def _is_text(source: bytes) -> bool:
    try:
        source.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
