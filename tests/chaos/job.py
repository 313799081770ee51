"""A run whose driver is a job of the cluster's head, submitted, followed and stopped through its job server."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
from driver import Driver
from raylets import ROOT, Raylets

REQUEST_SECONDS = 60
"""For an answer of the job server."""

READY_SECONDS = 90
"""For the agent that takes jobs to be up."""

STOP_SECONDS = 60
"""For a job that is stopped to be gone: Ray gives it 3 s, and looks at it every second."""

FRESH_SECONDS = 1.0
"""How old a job's state may be."""

ENDS = {"SUCCEEDED": 0, "FAILED": 1, "STOPPED": 1}


class Job(Driver):
    """As `Driver`, on a cluster with a job server."""

    called = "job of the head"

    def __init__(self, raylets: Raylets, folder: Path, settings: Sequence[str]) -> None:
        super().__init__(raylets, folder, settings)
        self._url = f"http://{raylets.dashboard}/api/jobs/"
        self._token = raylets.environment["RAY_AUTH_TOKEN"]
        self._name = folder.name
        self._state: dict[str, Any] = {}
        self._asked = 0.0

    def start(self) -> None:
        self.starts += 1
        entrypoint = (
            f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(self.command)} >> {shlex.quote(str(self._output))} 2>&1"
        )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self._request("", {"entrypoint": entrypoint, "submission_id": self._id})
                break
            except (HTTPError, URLError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(FRESH_SECONDS)
        self._asked = 0.0

    @property
    def code(self) -> int | None:
        self._ask()
        return ENDS.get(self._state.get("status", ""))

    @property
    def process(self) -> psutil.Process | None:
        """The driver's own process, somewhere below the head's raylet."""
        self._ask()
        if (pid := (self._state.get("driver_info") or {}).get("pid")) and self.code is None:
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(int(pid))
        return None

    def kill(self) -> None:
        """What `ray job stop` does; of a job that has already ended, only that it is known."""
        with suppress(HTTPError):  # it ended meanwhile
            self._request(f"{self._id}/stop", {})
        self._asked, deadline = 0.0, time.monotonic() + STOP_SECONDS
        while self.code is None:
            assert time.monotonic() < deadline, f"the job does not end: {self._state}"
            time.sleep(FRESH_SECONDS)
            self._asked = 0.0

    @property
    def _id(self) -> str:
        return f"{self._name}-{self.starts}"

    def _ask(self) -> None:
        if time.monotonic() - self._asked > FRESH_SECONDS:
            self._state = self._request(self._id)
            self._asked = time.monotonic()

    def _request(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = Request(
            self._url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=REQUEST_SECONDS) as answer:
            return json.load(answer)
