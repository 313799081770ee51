"""The run directory: whose it is, who works in it now, which attempt this is."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from pad_ray.changes import Change, changes, is_under, leaves, material, told
from pad_ray.config import RunConfig
from pad_ray.config.earlier import completed
from pad_ray.errors import ConfigError, OtherSettings, RunDirectoryError
from pad_ray.shards.files import TEMPORARY, commit, commit_json, read_json
from pad_ray.shards.lease import LOCK, Lease
from pad_ray.shards.place import Place

CONFIG = "config.yaml"
IDENTITY = "run.json"
LOGS = "logs"

ATTEMPT_LOG = re.compile(r"attempt-(\d+)\.log")


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run directory that is worked in."""

    folder: Path
    """Absolute."""
    attempt: int
    """From 1: how often the run has been started, this time included."""


@contextmanager
def open_run(config: RunConfig, allow_changed: Sequence[str] = ()) -> Iterator[OpenRun]:
    """The run directory of `config`, made or resumed as `on_existing` says, locked while it is worked in.

    `synthesize`, `train`, `refine`, `evaluate` and `distill` with the same settings share a run directory: each does
    the steps that are still missing. `allow_changed` names settings (`teacher.temperature`) or sections (`teacher`)
    that may be others than before; what has changed is kept in run.json.

    Raises:
        ConfigError: if `allow_changed` names what is no setting.
        RunDirectoryError: if the directory is another run's (OtherSettings), is not pad-ray's, or another process works
            in it (FolderBusy).
    """
    settings = config.model_dump(mode="json")
    _known_keys(allow_changed, settings)
    folder = _choose(config)
    with locked(folder):
        attempt = _next_attempt(folder)
        if _idle(folder):
            _keep_settings(folder, config, settings, [])
        elif changed := _same_run(folder, settings, allow_changed):
            _keep_settings(folder, config, settings, [_noted(change, attempt) for change in changed])
        with _attempt_log(folder, attempt):
            yield OpenRun(folder.resolve(), attempt)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and be the only process that works in it.

    Raises:
        RunDirectoryError: if it cannot be made or written, or another process works in it.
    """
    with Lease(Place.of(folder), "run_dir"):
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
    if not (folder / IDENTITY).exists():
        raise RunDirectoryError(f"run_dir {folder}: not empty and not a pad-ray run; choose another run_dir")
    return folder


def _idle(folder: Path) -> bool:
    """Nothing has been done in the folder: it is empty, or a start in it ended before its first step."""
    ours = (LOCK, CONFIG, IDENTITY, LOGS)
    return all(path.name in ours or fnmatch(path.name, TEMPORARY) for path in folder.iterdir())


def _known_keys(keys: Sequence[str], settings: dict[str, Any]) -> None:
    names = leaves(settings)
    for key in keys:
        if not any(is_under(name, key) for name in names):
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else "give a setting such as teacher.temperature, or a section"
            raise ConfigError(f"--allow-changed {key}: there is no such setting; {hint}")


def _same_run(folder: Path, settings: dict[str, Any], allow_changed: Sequence[str]) -> list[Change]:
    """What has changed and may; refused if anything else has."""
    recorded = completed(RunConfig, read_json(folder / IDENTITY)["settings"])
    changed = changes(material(recorded), material(settings))
    refused = [change for change in changed if not change.is_under(allow_changed)]
    if refused:
        how = " ".join(f"--allow-changed {change.key}" for change in refused)
        raise OtherSettings(
            f"run_dir {folder}: holds a run with other settings ({told(refused)}); set on_existing=new or another "
            f"run_dir, or go on in it with {how}",
            told(refused),
        )
    return changed


def _noted(change: Change, attempt: int) -> dict[str, Any]:
    return {"attempt": attempt, "key": change.key, "was": change.was, "is": change.now}


def _keep_settings(folder: Path, config: RunConfig, settings: dict[str, Any], noted: list[dict[str, Any]]) -> None:
    identity: dict[str, Any] = {"fingerprint": config.fingerprint(), "settings": settings}
    if noted:
        identity["changes"] = [*read_json(folder / IDENTITY).get("changes", []), *noted]
    # run.json is what decides: it goes last.
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    commit(folder / CONFIG, lambda file: file.write(text.encode()))
    commit_json(folder / IDENTITY, identity)


def _next_attempt(folder: Path) -> int:
    numbers = [int(found[1]) for log in (folder / LOGS).glob("*.log") if (found := ATTEMPT_LOG.fullmatch(log.name))]
    return 1 + max(numbers, default=0)


@contextmanager
def _attempt_log(folder: Path, number: int) -> Iterator[None]:
    """Each attempt at a run logs to a file of its own: logs/attempt-1.log, ..."""
    logs = folder / LOGS
    logs.mkdir(exist_ok=True)
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
