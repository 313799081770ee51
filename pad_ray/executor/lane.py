"""A lane: the driver's handle on one zygote. It starts, feeds, listens to and stops it; it decides nothing.

The zygote gets a scrubbed environment, null standard streams, its own session and one socket. It leaves by itself when
the socket closes, so a driver that dies in any way leaves no process behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import sysconfig
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pad_ray.errors import SandboxError
from pad_ray.executor import wire

START_SECONDS = 60.0
"""For a zygote to say hello: it takes 0.1 s, and far longer on a loaded machine with a cold disk."""

STOP_SECONDS = 2.0
"""For a zygote to kill its child and leave by itself, before it is killed."""

SEND_SECONDS = 5.0
"""For an idle zygote to take a program; one that does not is broken."""

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
"""All that a program sees. The hash seed makes the order of sets, and so a verdict, the same on every run; the jail
refuses the threads that numerical libraries would start."""

INTERPRETER_FLAGS = ("-s", "-S", "-P", "-B", "-W", "ignore")
"""Nothing of the user's, no site module, no script directory on the path, no .pyc files. `-I` would drop the hash seed
along with the environment that is scrubbed anyway."""


class LaneDied(Exception):
    """The zygote is gone or no longer speaks the protocol."""


@dataclass(frozen=True)
class LaneSettings:
    """What a zygote is told at its start."""

    cpu_seconds: float
    wall_seconds: float
    memory_mb: int
    output_kb: int
    answer_from: str
    site_packages: tuple[str, ...] = field(default_factory=lambda: site_packages())
    """Where programs import numpy and sympy from: the driver's own."""
    without: tuple[str, ...] = ()
    """Levels of isolation to leave out, for tests of what happens where the kernel lacks them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a zygote says of one child. `record` is unverified."""

    ended: int
    detail: int
    cpu_ns: int
    wall_ns: int
    record: bytes


class Lane:
    """One zygote, started on construction.

    Raises:
        SandboxError: if it does not start.
    """

    def __init__(self, settings: LaneSettings) -> None:
        self._owner = os.getpid()
        ours, theirs = socket.socketpair()
        self._socket = ours
        script = str(Path(__file__).with_name("zygote.py"))
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, *INTERPRETER_FLAGS, script, str(theirs.fileno()), json.dumps(asdict(settings))],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=ENVIRONMENT,
                    cwd="/",
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise SandboxError(f"the sandbox could not start {sys.executable}: {error}") from error
        try:
            self.isolation = self._hello()
        except BaseException:
            self.stop()
            raise

    def _hello(self) -> str:
        self._socket.settimeout(START_SECONDS)
        assert self._process.stderr is not None
        try:
            (size,) = wire.HELLO.unpack(self._receive(wire.HELLO.size))
            isolation = str(json.loads(self._receive(size))["isolation"])
        except TimeoutError:
            raise SandboxError(f"the sandbox's zygote was silent for {START_SECONDS:g} s") from None
        except LaneDied:
            said = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise SandboxError(f"the sandbox's zygote did not start: {said[0] if said else 'no message'}") from None
        self._process.stderr.close()
        self._socket.settimeout(SEND_SECONDS)
        return isolation

    @property
    def pid(self) -> int:
        """Process id of the zygote."""
        return self._process.pid

    def fileno(self) -> int:
        """For `select`: readable when a reply is there or the zygote has died."""
        return self._socket.fileno()

    def submit(self, source: bytes) -> None:
        """Send one program (UTF-8, surrogates passed). One at a time.

        Raises:
            LaneDied: if the zygote does not take it.
        """
        try:
            self._socket.sendall(wire.REQUEST.pack(len(source)) + source)
        except OSError as error:
            raise LaneDied(str(error)) from error

    def collect(self) -> Reply:
        """The reply to the program submitted; blocks for at most a few seconds once `fileno` is readable.

        Raises:
            LaneDied: if there is none, or none that follows the protocol.
        """
        try:
            ended, detail, cpu_ns, wall_ns, size = wire.REPLY.unpack(self._receive(wire.REPLY.size))
            if size > wire.MAX_RECORD_BYTES:
                raise LaneDied("reply too long")
            return Reply(ended, detail, cpu_ns, wall_ns, self._receive(size))
        except TimeoutError as error:
            raise LaneDied("half a reply") from error

    def _receive(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            try:
                chunk = self._socket.recv(size - len(received))
            except ConnectionError as error:
                raise LaneDied(str(error)) from error
            if not chunk:
                raise LaneDied("closed")
            received += chunk
        return bytes(received)

    def stop(self, *, at_once: bool = False) -> None:
        """End the zygote and its child, and reap it. `at_once` for one that is broken. Safe to call twice."""
        self._socket.close()
        if os.getpid() != self._owner:
            return  # a fork of the driver must not end the driver's zygote
        if not at_once:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def wait_readable(lanes: list[Lane], deadline: float) -> list[Lane]:
    """The lanes that have something to say, waiting until `deadline` (monotonic seconds) for the first."""
    poll = select.poll()
    by_fd = {lane.fileno(): lane for lane in lanes}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    left_ms = max(0.0, deadline - time.monotonic()) * 1000
    return [by_fd[fd] for fd, _ in poll.poll(left_ms)]


def site_packages() -> tuple[str, ...]:
    """The driver's directories of installed packages."""
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    named = [p for p in sys.path if p.rstrip("/").endswith(("site-packages", "dist-packages"))]
    return tuple(p for p in dict.fromkeys([*named, *sorted(known)]) if os.path.isdir(p))
