"""A slot: the driver's handle on one zygote. It starts, feeds, listens to and stops it; it decides nothing.

The zygote gets a scrubbed environment, null standard streams, its own session and one socket. It leaves by itself when
the socket closes, so a driver that dies in any way leaves no process behind. Requests may be sent ahead of the replies;
neither side ever waits for the other to take what it sends.
"""

from __future__ import annotations

import contextlib
import marshal
import opcode
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pad_ray.errors import SandboxError
from pad_ray.executor import wire

START_SECONDS = 60.0
"""For a zygote to greet: it takes 0.1 s, one with sympy 0.6 s, and far longer on a loaded machine with a cold disk."""

STOP_SECONDS = 2.0
"""For a zygote to kill its child and leave by itself, before it is killed."""

PARENT_CHECK_SECONDS = 1
"""Longest wait of an idle zygote between looks at whether the driver is still its parent."""

RECEIVE_BYTES = 1 << 18
"""Read at a time; replies of a full shared child are about 10 kB."""

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


class SlotDied(Exception):
    """The zygote is gone or no longer speaks the protocol."""


@dataclass(frozen=True)
class SlotSettings:
    """What a zygote is told at its start."""

    wall_seconds: float
    memory_mb: int
    output_kb: int
    answer_from: str
    trace: bool = False
    preload: tuple[str, ...] = ()
    """Modules to have loaded before the first fork, beside the zygote's own few."""
    elsewhere: tuple[str, ...] = ()
    """Modules for which a program is sent on to a zygote that has them loaded."""
    site_packages: tuple[str, ...] = field(default_factory=lambda: site_packages())
    """Where programs import numpy and sympy from: the driver's own."""
    readable: tuple[str, ...] = field(default_factory=lambda: (*standard_library(), *site_packages()))
    """What programs may read."""
    without: tuple[str, ...] = ()
    """Levels of isolation to leave out, for tests of what happens where the kernel lacks them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a zygote says of one child. `records` is unverified, and for one that ran alone so are the counts."""

    ended: int
    detail: int
    done: int
    begun: int
    cpu_ns: int
    wall_ns: int
    records: bytes


class Slot:
    """One zygote, started on construction.

    Raises:
        SandboxError: if it does not start.
    """

    def __init__(self, settings: SlotSettings) -> None:
        self._owner = os.getpid()
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._unsent: deque[memoryview] = deque()
        self._received = bytearray()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PARENT_CHECK_SECONDS, 0))
        script = str(Path(__file__).with_name("zygote.py"))
        told = {name: _plain(value) for name, value in asdict(settings).items()} | {"operations": opcode.opmap}
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, *INTERPRETER_FLAGS, script, str(theirs.fileno()), marshal.dumps(told).hex()],
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
            self.isolation = self._greeting()
        except BaseException:
            self.stop()
            raise

    def _greeting(self) -> str:
        self._socket.settimeout(START_SECONDS)
        assert self._process.stderr is not None
        try:
            (size,) = wire.SIZE.unpack(self._exactly(wire.SIZE.size))
            isolation = str(marshal.loads(self._exactly(size))["isolation"])
        except TimeoutError:
            raise SandboxError(f"the sandbox's zygote was silent for {START_SECONDS:g} s") from None
        except SlotDied:
            said = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise SandboxError(f"the sandbox's zygote did not start: {said[0] if said else 'no message'}") from None
        self._process.stderr.close()
        self._socket.setblocking(False)
        return isolation

    def _exactly(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            chunk = self._socket.recv(size - len(received))
            if not chunk:
                raise SlotDied("closed")
            received += chunk
        return bytes(received)

    @property
    def pid(self) -> int:
        """Process id of the zygote."""
        return self._process.pid

    def fileno(self) -> int:
        """For `poll`."""
        return self._socket.fileno()

    @property
    def waiting_to_send(self) -> bool:
        """Whether the zygote has yet to take some of what was submitted."""
        return bool(self._unsent)

    def submit(self, sources: list[bytes], *, shared: bool, cpu_seconds: float) -> None:
        """Send programs (UTF-8, surrogates passed) for one child, `cpu_seconds` for each of them.

        Raises:
            SlotDied: if the zygote is gone.
        """
        body = wire.encode_sources(sources)
        self._unsent.append(memoryview(wire.REQUEST.pack(shared, cpu_seconds, len(sources), len(body)) + body))
        self.send()

    def send(self) -> None:
        """Send what the zygote takes without a wait.

        Raises:
            SlotDied: if it is gone.
        """
        try:
            while self._unsent:
                part = self._unsent[0]
                sent = self._socket.send(part)
                if sent == len(part):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = part[sent:]
        except BlockingIOError:
            pass
        except OSError as error:
            raise SlotDied(str(error)) from error

    def collect(self) -> list[Reply]:
        """The replies that are there, in the order of the requests.

        Raises:
            SlotDied: if the zygote is gone or breaks the protocol; replies before that are lost with it.
        """
        try:
            chunk = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            raise SlotDied(str(error)) from error
        if not chunk:
            raise SlotDied("closed")
        self._received += chunk
        replies, start = [], 0
        while len(self._received) - start >= wire.REPLY.size:
            ended, detail, done, begun, cpu_ns, wall_ns, size = wire.REPLY.unpack_from(self._received, start)
            end = start + wire.REPLY.size + size
            if size > wire.MAPPING_BYTES:
                raise SlotDied("a reply too long")
            if len(self._received) < end:
                break
            records = bytes(self._received[start + wire.REPLY.size : end])
            replies.append(Reply(ended, detail, done, begun, cpu_ns, wall_ns, records))
            start = end
        del self._received[:start]
        return replies

    def stop(self, *, at_once: bool = False) -> None:
        """End the zygote and its child, and reap it. `at_once` for one that is broken. Safe to call twice."""
        self._socket.close()
        if os.getpid() != self._owner:
            return  # a fork of the driver must not end the driver's zygote
        if not at_once:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def wait(slots: list[Slot], deadline: float) -> list[Slot]:
    """The slots that have something to say, or died, waiting until `deadline` (monotonic seconds) for the first.

    What the zygotes are ready to take is sent meanwhile.
    """
    poll = select.poll()
    by_fd = {slot.fileno(): slot for slot in slots}
    for fd, slot in by_fd.items():
        poll.register(fd, select.POLLIN | (select.POLLOUT if slot.waiting_to_send else 0))
    while True:
        events = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        readable = []
        for fd, event in events:
            if event & ~select.POLLOUT:
                readable.append(by_fd[fd])
                continue
            with contextlib.suppress(SlotDied):  # then it is readable the next time
                by_fd[fd].send()
            if not by_fd[fd].waiting_to_send:
                poll.modify(fd, select.POLLIN)
        if readable or not events:
            return readable


def _plain(value: object) -> object:
    """What marshal takes, tuples as lists."""
    return list(value) if isinstance(value, tuple) else value


def standard_library() -> tuple[str, ...]:
    """The interpreter's own directories."""
    return tuple(dict.fromkeys([sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]))


def site_packages() -> tuple[str, ...]:
    """The driver's directories of installed packages."""
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    named = [p for p in sys.path if p.rstrip("/").endswith(("site-packages", "dist-packages"))]
    return tuple(p for p in dict.fromkeys([*named, *sorted(known)]) if os.path.isdir(p))
