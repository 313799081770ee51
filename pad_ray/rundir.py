"""The run directory: whose it is, who works in it now, which attempt this is."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from pad_ray.config import RunConfig
from pad_ray.errors import RunDirectoryError
from pad_ray.shards.files import TEMPORARY, commit, commit_json, read_json

CONFIG = "config.yaml"
IDENTITY = "run.json"
LOCK = ".lock"
LOGS = "logs"


@contextmanager
def open_run(config: RunConfig) -> Iterator[Path]:
    """The run directory of `config`, made or resumed as `on_existing` says, locked while it is worked in.

    `synthesize`, `train`, `refine`, `evaluate` and `distill` with the same settings share a run directory: each does
    the steps that are still missing.

    Raises:
        RunDirectoryError: if the directory is another run's, is not pad-ray's, or another process works in it.
    """
    folder = _choose(config)
    with locked(folder):
        if _idle(folder):
            settings = config.model_dump(mode="json")
            text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
            commit(folder / CONFIG, lambda file: file.write(text.encode()))
            commit_json(folder / IDENTITY, {"fingerprint": config.fingerprint(), "settings": settings})
        with _attempt_log(folder):
            yield folder.resolve()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and be the only process that works in it.

    Raises:
        RunDirectoryError: if it cannot be made or written, or another process works in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / LOCK, "w")  # noqa: SIM115
    except OSError as error:
        raise RunDirectoryError(f"run_dir {folder}: cannot be written ({error.strerror}); choose another") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunDirectoryError(
                f"run_dir {folder}: another process works in it; wait for it or choose another run_dir"
            ) from None
        except OSError as error:
            raise RunDirectoryError(
                f"run_dir {folder}: its file system has no locks ({error.strerror}); choose another run_dir"
            ) from None
        yield


def _choose(config: RunConfig) -> Path:
    folder = config.run_dir
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return folder
    if config.on_existing == "new":
        return next(free for i in range(2, 1_000_000) if not (free := folder.with_name(f"{folder.name}-{i}")).exists())
    if folder.is_dir() and _idle(folder):
        return folder
    if config.on_existing == "refuse":
        raise RunDirectoryError(
            f"run_dir {folder}: exists; set on_existing=resume or on_existing=new, or another run_dir"
        )
    _same_run(folder, config)
    return folder


def _idle(folder: Path) -> bool:
    """Nothing has been done in the folder: it is empty, or a start in it ended before its first step."""
    ours = (LOCK, CONFIG, IDENTITY, LOGS)
    return all(path.name in ours or fnmatch(path.name, TEMPORARY) for path in folder.iterdir())


def _same_run(folder: Path, config: RunConfig) -> None:
    if not (folder / IDENTITY).exists():
        raise RunDirectoryError(f"run_dir {folder}: not empty and not a pad-ray run; choose another run_dir")
    known = read_json(folder / IDENTITY)
    if known["fingerprint"] != config.fingerprint():
        changes = "; ".join(differences(known["settings"], config.model_dump(mode="json")))
        raise RunDirectoryError(
            f"run_dir {folder}: holds a run with other settings ({changes}); set on_existing=new or another run_dir"
        )


def differences(old: Any, new: Any, key: str = "") -> list[str]:
    """What changed between two configs, leaf by leaf: `student.epochs was 2.0, is 3.0`."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in new if name not in ("run_dir", "on_existing", "ray") or key]
        return [line for name in names for line in differences(old.get(name), new[name], f"{key}{name}.")]
    return [] if old == new else [f"{key.rstrip('.')} was {old!r}, is {new!r}"]


@contextmanager
def _attempt_log(folder: Path) -> Iterator[None]:
    """Each attempt at a run logs to a file of its own: logs/attempt-1.log, ..."""
    logs = folder / LOGS
    logs.mkdir(exist_ok=True)
    number = 1 + sum(1 for _ in logs.glob("attempt-*.log"))
    handler = logging.FileHandler(logs / f"attempt-{number}.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("pad_ray")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
