"""The zygote: a small clean interpreter that forks one confined child per program and reaps it. Started by `Lane`.

It never executes untrusted code. For each program it forks; the child closes itself in (`jail.py`), reports that it is
ready, and runs the program (`child.py`). The zygote waits for one record on the child's private pipe, for the CPU and
wall deadlines, and for the driver to go away; then it kills the child's process group and whatever was orphaned to it,
reaps all, and replies.

Not covered: kernel and interpreter memory-safety exploits, timing side channels, exact memory accounting (the limit is
on address space beyond the interpreter's own). Where only `unsafe` let it start without seccomp, programs can start
processes and reach the network. Standard library only: its siblings are loaded by path, since importing the package
would import its world.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib.util
import json
import math
import os
import random
import select
import signal
import socket
import sys
import time
from types import ModuleType
from typing import Any

PRELOADED = (
    "math", "random", "re", "datetime", "collections", "itertools", "functools", "operator", "string", "typing",
    "fractions", "decimal", "statistics", "calendar", "heapq", "bisect", "copy", "inspect",
)  # fmt: skip
"""What programs that solve word problems import; each would cost the child a millisecond or more."""

EOF_GRACE_SECONDS = 0.1
"""A child that closed its pipe without a record is on its way out; one that lingers is killed."""

PARENT_CHECK_SECONDS = 1.0
"""Longest wait between looks at whether the driver is still our parent (its socket may live on in a fork of it)."""

IDLE_SECONDS = 0.5
"""A program past its wall limit is ended once it has used no CPU for this long: it sleeps. One that still gets on is
short of CPU because the machine is overloaded, which must never become a label (verl#3478)."""

STRAYS_BYTES = 65536
"""Read of the list of our children; what does not fit is seen in the next round."""


def _sibling(name: str) -> ModuleType:
    """Load a file beside this one, under a name that no program's import can meet."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"pad_ray_zygote_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wire = _sibling("wire")


class DriverGone(Exception):
    """The driver closed its socket or died: kill the child, if any, and leave."""


class Zygote:
    """Serves one driver over one socket, one program at a time."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        """`settings` is what `Lane` sends: limits, `answer_from`, `site_packages`, `without`."""
        self._control = control
        self._driver = os.getppid()
        self._cpu_ns = int(settings["cpu_seconds"] * 1e9)
        self._wall_ns = int(settings["wall_seconds"] * 1e9)
        sys.path += settings["site_packages"]
        for name in PRELOADED:
            __import__(name)
        builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]
        output_bytes = settings["output_kb"] * 1024
        self._runner = _sibling("child").Runner(
            answer_from=settings["answer_from"], output_bytes=output_bytes, encode=wire.encode_record
        )
        self._runner.warm_up()
        self._strays = _open_children()
        self._jail_module = _sibling("jail")
        self._jail = self._jail_module.Jail(
            _sibling("seccomp"),
            _sibling("landlock"),
            cpu_seconds=settings["cpu_seconds"],
            memory_mb=settings["memory_mb"],
            readable=settings["site_packages"],
            without=frozenset(settings["without"]),
        )
        self._jail.close_zygote()

    def serve(self) -> None:
        """Answer requests until the driver goes away.

        Raises:
            DriverGone: when it has.
        """
        hello = json.dumps({"isolation": self._jail.probe()}).encode()
        self._control.sendall(wire.HELLO.pack(len(hello)) + hello)
        gc.collect()
        gc.freeze()
        while True:
            (size,) = wire.REQUEST.unpack(self._receive(wire.REQUEST.size))
            self._control.sendall(self._judge(self._receive(size).decode("utf-8", "surrogatepass")))

    def _receive(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            if select.select([self._control], [], [], PARENT_CHECK_SECONDS)[0]:
                chunk = self._control.recv(size - len(received))
                if not chunk:
                    raise DriverGone
                received += chunk
            elif os.getppid() != self._driver:
                raise DriverGone
        return bytes(received)

    def _judge(self, source: str) -> bytes:
        """Fork, wait, kill, reap -> the reply."""
        reading, writing = os.pipe2(os.O_CLOEXEC)
        started = time.monotonic_ns()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(reading)
            os.close(writing)
            return bytes(wire.REPLY.pack(wire.END_NO_FORK, error.errno or 0, 0, 0, 0))
        if pid == 0:
            self._be_child(writing, source)
        os.close(writing)
        try:
            ended, received = self._watch(pid, reading, started)
        finally:
            wall = time.monotonic_ns() - started
            os.close(reading)
            code, cpu = self._end(pid)
        if ended == wire.END_EXITED and code < 0:
            ended, code = wire.END_SIGNALLED, -code
            if code in (signal.SIGKILL, signal.SIGXCPU) and cpu >= self._cpu_ns:
                ended = wire.END_CPU  # RLIMIT_CPU was faster than we
        if not received.startswith(wire.READY):
            ended = wire.END_UNREADY
        record = bytes(received[1:]) if ended == wire.END_RECORD else b""
        return bytes(wire.REPLY.pack(ended, code, cpu, wall, len(record)) + record)

    def _watch(self, pid: int, reading: int, started: int) -> tuple[int, bytearray]:
        """-> how the child ended, and READY plus its record. The child is not reaped yet.

        Raises:
            DriverGone: nobody waits for the reply.
        """
        received = bytearray()
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        poll.register(self._control, select.POLLRDHUP)
        clock = (~pid << 3) | 2  # the CPU clock of that process, as clock_getcpuclockid(3) makes it
        used, moved = 0, started
        while True:
            now, cpu = time.monotonic_ns(), time.clock_gettime_ns(clock)
            if cpu != used:
                used, moved = cpu, now
            wall, cpu_left = now - started, self._cpu_ns - cpu
            idle = now - moved >= IDLE_SECONDS * 1e9 or wall >= wire.HARD_WALL_FACTOR * self._wall_ns
            if cpu_left <= 0 or (wall >= self._wall_ns and idle):
                return wire.END_CPU if cpu_left <= 0 else wire.END_WALL, received
            wall_left = max(self._wall_ns - wall, IDLE_SECONDS * 1e9)
            events = poll.poll(math.ceil(min(wall_left / 1e6, cpu_left / 1e6, PARENT_CHECK_SECONDS * 1e3)))
            if not events:
                if os.getppid() != self._driver:
                    raise DriverGone
                continue
            if any(fd != reading for fd, _ in events):
                raise DriverGone
            chunk = os.read(reading, wire.MAX_RECORD_BYTES + 2 - len(received))
            if not chunk:
                return wire.END_EXITED if self._exits(pid) else wire.END_GARBAGE, received
            received += chunk
            try:
                size = wire.record_size(received[1:])
            except wire.BadRecord:
                return wire.END_GARBAGE, received
            if size is not None and len(received) > size:
                del received[1 + size :]
                return wire.END_RECORD, received

    def _exits(self, pid: int) -> bool:
        """Whether a child that closed its pipe ends by itself within the grace, so that its exit status is its own."""
        deadline = time.monotonic() + EOF_GRACE_SECONDS
        while time.monotonic() < deadline:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
            time.sleep(0.001)
        return False

    def _end(self, pid: int) -> tuple[int, int]:
        """Kill the child, its process group and what it left behind; reap all -> exit code and CPU ns of the child."""
        with contextlib.suppress(OSError):  # no group of its own yet, or nobody left in it
            os.killpg(pid, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    self._kill_strays()
            except ChildProcessError:
                return os.waitstatus_to_exitcode(status), int((usage.ru_utime + usage.ru_stime) * 1e9)

    def _kill_strays(self) -> None:
        """Descendants of a child that had no seccomp filter, orphaned to us since we are a subreaper."""
        for stray in os.pread(self._strays, STRAYS_BYTES, 0).split():
            os.kill(int(stray), signal.SIGKILL)

    def _be_child(self, pipe: int, source: str) -> None:
        """In the child, for good. A failure before READY is the machinery's; the zygote sees that READY is missing."""
        try:
            self._jail.close_child(pipe)
            os.write(self._jail_module.RESULT_FD, wire.READY)
            gc.enable()
            random.seed(0)  # fork reseeds it; the same program must get the same verdict
            self._runner.run(source, lambda record: os.write(self._jail_module.RESULT_FD, record))
        finally:
            os._exit(0)


def _open_children() -> int:
    """The kernel's list of our children, opened before Landlock closes /proc."""
    return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)


def main() -> None:
    """`zygote.py FD SETTINGS`: the control socket's number and the settings as JSON."""
    gc.disable()
    # The driver may have thousands of files open and so give us a high number: a low one is what a child surely closes.
    given = int(sys.argv[1])
    control = socket.socket(fileno=os.dup(given))
    os.close(given)
    zygote = Zygote(control, json.loads(sys.argv[2]))
    os.dup2(0, 2)  # start-up errors went to the driver; from here on nothing is said
    with contextlib.suppress(DriverGone, BrokenPipeError, ConnectionResetError):
        zygote.serve()


if __name__ == "__main__":
    main()
