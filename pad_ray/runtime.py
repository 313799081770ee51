"""Joining or starting the Ray cluster that a command runs on."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from pad_ray.config import RayConfig
from pad_ray.errors import ConfigError

GIB = 1 << 30

LOOPBACK = "127.0.0.1"

QUIET = {
    "RAY_AUTH_MODE": "token",
    # Without these Ray mirrors actors' logs and its own advice between our lines; all of it stays in its log folder.
    "RAY_LOG_TO_DRIVER": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_TRAIN_V2_ENABLED": "1",
    # The driver's C++ part writes its advice to our standard error.
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    # Workers never need a hub while the model is local; a lookup without a network costs seconds a time.
    "VLLM_NO_USAGE_STATS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment of a cluster that we start, where the user has not set it."""


@contextmanager
def ray_cluster(config: RayConfig) -> Iterator[None]:
    """Be connected to a Ray cluster: the one at `address`, the one whose job this is, or a new one on this machine.

    A new one has token authentication and its dashboard on loopback, and is stopped at the end. Ray's own servers
    listen on every interface whatever address it is given (2.60 resolves 127.0.0.1 away); they ask for the token.

    Raises:
        ConfigError: if `address` names a cluster that cannot be joined.
    """
    # Ray reads them when it is imported.
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import ray
    from ray.exceptions import AuthenticationError

    if ray.is_initialized():
        yield
        return
    address = config.address or os.environ.get("RAY_ADDRESS")
    with ExitStack() as until_the_end:
        try:
            with _silent_stderr():
                if address:
                    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
                else:
                    _start(config, until_the_end)
        except ConnectionError as error:
            raise ConfigError(f"ray.address {address!r}: no cluster answers there ({error}); is it running?") from None
        except AuthenticationError:
            raise ConfigError(
                f"ray.address {address!r}: the cluster asks for its token; put it into RAY_AUTH_TOKEN or "
                "~/.ray/auth_token"
            ) from None
        except ValueError as error:
            if not address:
                raise
            raise ConfigError(
                f"ray.address {address!r}: no address of a cluster ({error}); give auto or HOST:PORT. A job server's "
                "http:// address is for `ray job submit`"
            ) from None
        until_the_end.callback(ray.shutdown)
        _quiet_data()
        yield


def _start(config: RayConfig, until_the_end: ExitStack) -> None:
    """A cluster on this machine. What is set in the environment for its processes stays set until the end."""
    import ray

    _ensure_token()
    port = _free_port()
    # Otherwise Ray Train asks whichever cluster was last started on this machine whether its controller lives: it waits
    # 12 s for one that is gone, and takes the word of another for a death.
    until_the_end.enter_context(_environment("RAY_API_SERVER_ADDRESS", f"http://{LOOPBACK}:{port}"))
    # Nobody reclaims the machine that a person sits at, and the watcher is one more process to start.
    until_the_end.enter_context(_environment("RAY_TRAIN_ENABLE_PREEMPTION_WATCHER", "0"))
    ray.init(
        address="local",
        num_cpus=config.num_cpus,
        # Ray counts a GPU wherever there is a driver; a torch that was built for CPUs could not use it.
        num_gpus=0 if version("torch").endswith("+cpu") else None,
        object_store_memory=int(config.object_store_gib * GIB),
        include_dashboard=True,
        dashboard_host=LOOPBACK,
        dashboard_port=port,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _ensure_token() -> None:
    """Ray would make the token that it lacks readable for every user of this machine."""
    if os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH"):
        return
    path = Path.home() / ".ray" / "auth_token"
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), open(path, "x", opener=_for_the_owner) as file:
        file.write(secrets.token_hex(32))


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Ray's C++ part announces its log level on file descriptor 2; what goes wrong is raised, not announced."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _quiet_data() -> None:
    """Ray Data reports through our progress line, not its own."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # Loading a large model, or waiting for nodes that the cluster is still adding, can take longer than its 30 minutes.
    context.execution_no_progress_timeout_s = -1
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what goes wrong is raised, and said once
