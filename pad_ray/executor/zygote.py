"""The zygote: a small clean interpreter that forks a confined child for each request and reaps it. Started by `Slot`.

It never executes untrusted code and never sees a program's source: the child reads that from the control socket after
the fork, closes itself in (`jail.py`) and runs it (`child.py`). A child runs one program, or in turn many that passed
the gate (`gate.py`). Its records go into a mapping that it shares with the zygote, which forwards them and wipes them
out before the next fork, so that no program finds another's source or answer in memory. The zygote waits for the child
to end, for the CPU limit of the program that is running, the wall limit, and for the driver to go away; then it kills
the child and whatever was orphaned to it, reaps all, and replies.

Small on purpose: a fork copies the page tables of everything that was ever imported here. Not covered: exploits of the
kernel or the interpreter's memory safety, timing side channels, exact memory accounting (the limit is on address space
beyond the interpreter's own). Where only `unsafe` let it start without seccomp, programs can start processes and reach
the network. Standard library only: its siblings are loaded by path, since importing the package would import its world.
"""

from __future__ import annotations

import builtins
import gc
import marshal
import os
import sys
import time
from _signal import SIG_BLOCK, SIGCHLD, SIGKILL, SIGTERM, SIGXCPU, pthread_sigmask, sigtimedwait

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would make every fork dearer
    from types import ModuleType
    from typing import Any

PARENT_CHECK_NS = 10**9
"""Longest wait for a child between looks at whether the driver is still there."""

IDLE_NS = 5 * 10**8
"""A program past its wall limit is ended once it has used no CPU for this long: it sleeps. One that still gets on is
short of CPU because the machine is overloaded, which must never become a label (verl#3478)."""

FRAMES_TO_RUNNER = 2
"""From `serve` to the runner: `_answer` and `_be_child`."""

LEAST_WAIT_NS = 10**6
"""Between looks at a clock that has almost run out."""

KEPT_NS = 2 * 10**7
"""How long a program may run before the replies kept back are sent without waiting for its own."""

STRAYS_BYTES = 65536
"""Read of the list of our children; what does not fit is seen in the next round."""


def _sibling(name: str) -> ModuleType:
    """Load a file beside this one, under a name that no program's import can meet."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    module = type(sys)(f"pad_ray_zygote_{name}")
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec", dont_inherit=True), module.__dict__)
    return module


wire = _sibling("wire")


class DriverGone(Exception):
    """The driver closed its socket or died: kill the child, if any, and leave."""


class Zygote:
    """Serves one driver over one socket, one child at a time."""

    def __init__(self, control: int, settings: dict[str, Any]) -> None:
        """`settings` is what `Slot` sends: limits, `answer_from`, `site_packages`, `scientific`, `trace`, `without`."""
        self._control = control
        self._pid, self._driver = os.getpid(), os.getppid()
        self._kept = 0
        self._wall_ns = int(settings["wall_seconds"] * 1e9)
        self._memory = _sibling("shared_memory").SharedMemory(wire.MAPPING_BYTES, wire.SOLO_BYTES)
        self._mapping = self._memory.bytes
        sys.path += settings["site_packages"]
        landlock = _sibling("landlock")
        files_guarded = "landlock" not in settings["without"] and landlock.version() > 0
        _sibling("preload").preload(settings["preload"], fileless=not files_guarded)
        builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]
        away = settings["elsewhere"]
        child = _sibling("child")
        tracer = _sibling("tracer").Tracer(child.FILENAME, wire.MAX_TRACE_BYTES) if settings["trace"] else None
        self._runner = child.Runner(
            wire,
            _sibling("gate").Gate(settings["operations"], tuple(away)),
            answer_from=settings["answer_from"],
            output_bytes=settings["output_kb"] * 1024,
            scientific=tuple(away),
            tracer=tracer,
        )
        self._runner.warm_up()
        self._strays = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
        self._jail = _sibling("jail").Jail(
            _sibling("seccomp"),
            landlock if files_guarded else None,
            memory_mb=settings["memory_mb"],
            readable=settings["readable"],
            without=frozenset(settings["without"]),
        )
        gc.collect()
        gc.freeze()
        _sibling("hugepages").collapse()
        self._jail.close_zygote()
        pthread_sigmask(SIG_BLOCK, {SIGCHLD, SIGTERM})  # `_watch` waits for them

    def serve(self) -> None:
        """Answer requests until the driver goes away, or a child could not be made.

        Raises:
            DriverGone: when it has.
        """
        hello = marshal.dumps({"isolation": self._jail.probe()})
        self._runner.prepare(FRAMES_TO_RUNNER)
        os.write(self._control, wire.SIZE.pack(len(hello)) + hello)
        usable = True
        while usable:
            shared, cpu_seconds, programs, size = wire.REQUEST.unpack(self._next_request())
            usable = self._answer(shared, int(cpu_seconds * 1e9), programs, size)
        self._flush()

    def _next_request(self) -> bytes:
        """Replies are kept back while there is more to do: the driver need not wake for each of them."""
        if self._kept:
            os.set_blocking(self._control, False)
            try:
                head = os.read(self._control, wire.REQUEST.size)
            except BlockingIOError:
                head = b""
            os.set_blocking(self._control, True)
            if head:
                return head + self._receive(wire.REQUEST.size - len(head))
        self._flush()
        return self._receive(wire.REQUEST.size)

    def _keep(self, header: bytes, used: int) -> None:
        """A reply with the record at the beginning of the mapping: not on our heap, of which each child has a copy, but
        in the part of the mapping that a program which runs alone gives up."""
        size = len(header) + used
        if self._kept + size > wire.KEPT_BYTES:
            self._flush()
        start = wire.KEPT_AT + self._kept
        self._mapping[start : start + len(header)] = header
        self._mapping[start + len(header) : start + size] = self._mapping[wire.RECORDS_AT : wire.RECORDS_AT + used]
        self._kept += size

    def _flush(self) -> None:
        self._send(self._mapping[wire.KEPT_AT : wire.KEPT_AT + self._kept])
        self._kept = 0

    def _send(self, data: memoryview | bytes) -> None:
        sent = 0
        while sent < len(data):
            sent += os.write(self._control, data[sent:])

    def _receive(self, size: int) -> bytes:
        """Exactly `size` bytes of the control socket."""
        received = b""
        while len(received) < size:
            try:
                chunk = os.read(self._control, size - len(received))
            except BlockingIOError:  # the driver set a time-out, since its socket may live on in a fork of it
                if os.getpid() == self._pid and os.getppid() != self._driver:
                    raise DriverGone from None
                continue
            if not chunk:
                raise DriverGone
            received += chunk
        return received

    def _answer(self, shared: bool, cpu_ns: int, programs: int, size: int) -> bool:
        """Fork, wait, kill, reap, reply -> whether there was a confined child, which took its sources off the
        socket."""
        mapping, started = self._mapping, time.monotonic_ns()
        if shared:
            self._flush()  # its child has the whole mapping for its records
        try:
            pid = os.fork()
        except OSError as error:
            self._keep(wire.REPLY.pack(wire.END_NO_FORK, error.errno or 0, 0, 0, 0, 0, 0), 0)
            return False
        if pid == 0:
            self._be_child(shared, cpu_ns, programs, size)
        ended, (status, usage) = self._watch(pid, cpu_ns, started, shared=shared)
        wall, cpu = time.monotonic_ns() - started, int((usage.ru_utime + usage.ru_stime) * 1e9)
        code = os.waitstatus_to_exitcode(status)
        if ended == wire.END_EXITED and code < 0:
            ended, code = wire.END_SIGNALLED, -code
            if code in (SIGKILL, SIGXCPU) and not shared and cpu >= cpu_ns:
                ended = wire.END_CPU  # RLIMIT_CPU was faster than we
        begun, _ = wire.PROGRESS.unpack_from(mapping, wire.PROGRESS_AT)
        done, used = wire.DONE.unpack_from(mapping, wire.DONE_AT)
        if not self._memory.unlatch():
            ended = wire.END_UNREADY
        held = wire.MAPPING_BYTES if shared else wire.SOLO_BYTES
        used = min(used, held - wire.RECORDS_AT)  # the child wrote it, and may be hostile
        header = wire.REPLY.pack(ended, code, min(done, programs), min(begun, programs), cpu, wall, used)
        end = wire.RECORDS_AT + used
        if shared:
            self._send(header)
            self._send(mapping[wire.RECORDS_AT : end])
        else:
            self._keep(header, used)
        # Gated programs cannot write there; one that ran alone may have left a message anywhere in what it had.
        wiped = end if shared else held
        mapping[:wiped] = bytes(wiped)
        return bool(ended != wire.END_UNREADY)

    def _watch(self, pid: int, cpu_ns: int, started: int, *, shared: bool) -> tuple[int, tuple[int, Any]]:
        """-> how the child ended, and its status and usage: it is reaped, and all that it started.

        Raises:
            DriverGone: nobody waits for the reply; the child is killed.
        """
        clock = (~pid << 3) | 2  # the CPU clock of that process, as clock_getcpuclockid(3) makes it
        mapping, ended = self._mapping, wire.END_EXITED
        used, moved, began, wall_start = 0, started, -1, started
        timeout = min(cpu_ns, KEPT_NS) if self._kept else cpu_ns
        while True:
            told = sigtimedwait((SIGCHLD, SIGTERM), min(timeout, PARENT_CHECK_NS) / 1e9)
            reaped, status, usage = os.wait4(pid, os.WNOHANG)
            if reaped:
                self._end_strays()
                return ended, (status, usage)
            self._flush()  # those before it must not wait for a program that takes long
            now, cpu = time.monotonic_ns(), time.clock_gettime_ns(clock)
            # One that runs alone may have written anything there.
            begun, cpu_then = wire.PROGRESS.unpack_from(mapping, wire.PROGRESS_AT) if shared else (0, 0)
            if begun != began:
                began, wall_start = begun, now if begun > 1 else started
            if cpu != used:
                used, moved = cpu, now
            cpu_left, wall = cpu_ns - (cpu - min(cpu_then, cpu)), now - wall_start
            idle = now - moved >= IDLE_NS or wall >= wire.HARD_WALL_FACTOR * self._wall_ns
            if cpu_left <= 0 or (wall >= self._wall_ns and idle):
                ended = wire.END_CPU if cpu_left <= 0 else wire.END_WALL
                self._kill(pid)
                timeout = PARENT_CHECK_NS
                continue
            if os.getppid() != self._driver or (told and told.si_signo == SIGTERM):
                self._kill(pid)
                os.waitpid(pid, 0)
                self._end_strays()
                raise DriverGone
            timeout = max(min(cpu_left, max(self._wall_ns - wall, IDLE_NS)), LEAST_WAIT_NS)

    def _kill(self, pid: int) -> None:
        if self._jail.lonely:
            os.kill(pid, SIGKILL)
            return
        try:
            os.killpg(pid, SIGKILL)
        except OSError:  # no group of its own yet, or nobody left in it
            os.kill(pid, SIGKILL)

    def _end_strays(self) -> None:
        """Descendants of a child that had no seccomp filter, orphaned to us since we are a subreaper."""
        while not self._jail.lonely:
            for stray in os.pread(self._strays, STRAYS_BYTES, 0).split():
                os.kill(int(stray), SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def _be_child(self, shared: bool, cpu_ns: int, programs: int, size: int) -> None:
        """In the child, for good. A failure before the latch is the machinery's."""
        try:
            sources = wire.decode_sources(self._receive(size))
            if not self._jail.close_child(cpu_ns * programs):
                os._exit(1)
            self._memory.latch(wire.MAPPING_BYTES if shared else wire.SOLO_BYTES)
            gc.enable()
            if shared:
                self._runner.run_shared(sources, self._mapping)
            else:
                self._runner.run_alone(sources[0].decode("utf-8", "surrogatepass"), self._record)
        finally:
            os._exit(0)

    def _record(self, record: bytes) -> None:
        """The one record of a program that runs alone."""
        self._mapping[wire.RECORDS_AT : wire.RECORDS_AT + len(record)] = record
        wire.DONE.pack_into(self._mapping, wire.DONE_AT, 1, len(record))


def main() -> None:
    """`zygote.py FD SETTINGS`: the control socket's number and the settings, marshalled and in hexadecimal."""
    gc.disable()
    # The driver may have thousands of files open and so give us a high number: a low one is what a child surely closes.
    given = int(sys.argv[1])
    control = os.dup(given)
    os.close(given)
    zygote = Zygote(control, marshal.loads(bytes.fromhex(sys.argv[2])))
    os.dup2(0, 2)  # start-up errors went to the driver; from here on nothing is said
    try:
        zygote.serve()
    except (DriverGone, BrokenPipeError, ConnectionResetError):
        pass


if __name__ == "__main__":
    main()
