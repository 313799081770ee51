"""An S3 server on this machine, for tests: `from object_store import object_store` makes the fixture known."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from pad_ray.shards.place import Place

START_SECONDS = 60
"""The server loads in 2 s; a busy machine takes its time."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test-key",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""The server takes any; without them pyarrow looks for a machine's role, which takes seconds to find missing."""


@dataclass(frozen=True)
class ObjectStore:
    """A running server. Its process sees and keeps everything in memory."""

    port: int
    log: Path

    def bucket(self) -> Place:
        """A new and empty bucket; the address says where the server is, so that workers need only the credentials."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.request("PUT", name)
        return Place.of(f"s3://{name}?endpoint_override=127.0.0.1:{self.port}&scheme=http")

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One bare request, past all that is tested."""
        with urlopen(Request(f"http://127.0.0.1:{self.port}/{path}", data=body, method=method), timeout=30) as answer:
            return bytes(answer.read())

    def requests(self, containing: str) -> list[str]:
        """The lines of the server's log about requests, e.g. `"PUT /bucket/name HTTP/1.1" 200`."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if containing in line]


def _server() -> str:
    """The server that is installed beside this Python, or else on the search path."""
    found = shutil.which("moto_server", path=str(Path(sys.executable).parent)) or shutil.which("moto_server")
    if found is None:
        message = "no moto_server: install the dev requirements (moto[server]) to run this test"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """The server, with credentials for it in this process's environment and so in that of all it starts."""
    command = _server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("object-store") / "log"
    with log.open("wb") as output, pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
            environment.delenv(name, raising=False)
        process = subprocess.Popen([command, "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output)
        try:
            _wait_for(port, process)
            yield ObjectStore(port, log)
        finally:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except (URLError, OSError):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail("moto_server did not start")
            time.sleep(0.05)
