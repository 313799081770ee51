"""A cluster of raylets on this machine, in a process of its own, and the handle by which a test has it and ends it.

The cluster's process is given its token and its settings by its environment, which Ray reads when it is imported: no
other test of the same interpreter gets in their way. All that it starts carries a mark, by which it is ended.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]

MARK = "PAD_RAY_TEST"
"""Environment variable by which a test knows the processes that it started, however far from it they have moved."""

ANSWER_SECONDS = 90.0
"""For the cluster's process to start a node: 3 s on an idle machine, far longer on a loaded one."""

STORE_BYTES = 100 << 20
"""Object store of a node: the rows of a synthesis are numbers of parts."""

REAP_SECONDS = 0.1
"""Between two looks whether a raylet has died."""

SETTINGS = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Else setproctitle, by which Ray names its workers, writes over the environment that has our mark.
    "SPT_NOENV": "1",
    # A dead raylet is known after 3 s and not after 15: more kills fit into a test. Slow answers are no deaths.
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_health_check_initial_delay_ms": "2000",
}


class Raylets:
    """A head node and others; a context manager.

    Args:
        nodes: Those beside the head.
        cpus: Of each node, as Ray counts them.
        jobs: Whether the head has a job server.
    """

    def __init__(self, nodes: int = 2, cpus: int = 1, *, jobs: bool = False) -> None:
        self._mark = uuid.uuid4().hex
        # Not below pytest's folder: a socket's path has 107 characters at most, and Ray needs 70 of them.
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
        self.environment = {k: v for k, v in os.environ.items() if k not in ("RAY_ADDRESS", "PYTHONDONTWRITEBYTECODE")}
        self.environment |= SETTINGS
        self.environment |= {
            MARK: self._mark,
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_TMPDIR": str(self._folder),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        self._others: list[psutil.Process] = []
        self._log = open(self._folder / "cluster.log", "w")  # noqa: SIM115  held until close
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(cpus), str(int(jobs))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self.environment,
            cwd=ROOT,
            text=True,
        )
        try:
            head = self._answer()
            self.address, self.dashboard = str(head["address"]), str(head["dashboard"])
            self.head = psutil.Process(head["raylet"])
            for _ in range(nodes):
                self.add()
        except BaseException:
            self.close()
            raise

    @property
    def others(self) -> list[psutil.Process]:
        """The raylets that may be killed: all but the head's, which has the cluster's memory."""
        self._others = [raylet for raylet in self._others if lives(raylet)]
        return list(self._others)

    @property
    def all(self) -> list[psutil.Process]:
        return [self.head, *self.others]

    def add(self) -> None:
        """One more node."""
        assert self._process.stdin is not None
        self._process.stdin.write("add\n")
        self._process.stdin.flush()
        self._others.append(psutil.Process(self._answer()["raylet"]))

    def marked(self) -> list[psutil.Process]:
        """Every process that was started here, drivers included."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARK) == self._mark and lives(process):
                    found.append(process)
        return found

    def close(self) -> None:
        """kill -9 of all of it, and of nothing else."""
        # Workers that lose their raylet can still start something: once more until nothing is left.
        while found := self.marked():
            for process in found:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(found, timeout=5)
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Raylets:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        while True:
            ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_SECONDS)
            line = self._process.stdout.readline() if ready else ""
            if not line:
                said = Path(self._log.name).read_text()[-2000:]
                raise AssertionError(f"the cluster's process {'ended' if ready else 'does not answer'}: {said}")
            if line.startswith("{"):
                return json.loads(line)


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _serve(cpus: int, jobs: bool) -> None:
    from ray._private import ray_constants
    from ray.cluster_utils import Cluster

    node = {"num_cpus": cpus, "object_store_memory": STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": jobs})
    raylets: list[subprocess.Popen[bytes]] = []
    threading.Thread(target=_reap, args=(raylets,), daemon=True).start()
    started = cluster.head_node
    while True:
        raylets.append(started.all_processes[ray_constants.PROCESS_TYPE_RAYLET][0].process)
        _tell(raylet=raylets[-1].pid, address=cluster.address, dashboard=cluster.webui_url)
        if not sys.stdin.readline():
            return
        started = cluster.add_node(**node)


def _reap(raylets: list[subprocess.Popen[bytes]]) -> None:
    """A worker ends when its raylet is gone; one that nobody has reaped seems to be there."""
    while True:
        for raylet in list(raylets):
            raylet.poll()
        time.sleep(REAP_SECONDS)


def _tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), bool(int(sys.argv[2])))
