"""Reading a config: a YAML file plus `key.sub=value` overrides from the command line.

An unknown key or an impossible value is a `ConfigError` before any actor starts: the key, and what would be right.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from pad_ray.config import RunConfig
from pad_ray.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def load_config(path: str | Path | None, overrides: list[str] | None = None) -> RunConfig:
    """Read a run's YAML config and apply `key.sub=value` overrides (values are YAML: `3`, `true`, `[a, b]`).

    Raises:
        ConfigError: for a file that cannot be read, an unknown key or a value that is not possible.
    """
    return load(RunConfig, path, overrides)


def load(kind: type[Model], path: str | Path | None, overrides: list[str] | None = None) -> Model:
    """The same of any kind of config."""
    data: Any = {}
    if path is not None:
        try:
            data = _unshared(yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {})
        except OSError as error:
            raise ConfigError(
                f"config {path}: cannot be read ({error.strerror}); give the path of a YAML file"
            ) from None
        except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or a date like 2024-13-45
            raise ConfigError(f"config {path}: not YAML ({' '.join(str(error).split())})") from None
        except RecursionError:
            raise ConfigError(f"config {path}: an anchor stands for something that it is in itself") from None
    if not isinstance(data, dict):
        raise ConfigError(f"config {path}: a mapping of settings is wanted, e.g. `seed: 7`")
    for override in overrides or []:
        _apply(data, override)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise ConfigError(explained(error, kind)) from None


def _unshared(value: Any) -> Any:
    """The same, with no part in two places: what an anchor stands for is one object wherever it is named, and an
    override of one place would be one of all."""
    if isinstance(value, dict):
        return {key: _unshared(part) for key, part in value.items()}
    return [_unshared(part) for part in value] if isinstance(value, list) else value


def without_file(path: Path | None, overrides: list[str] | None) -> tuple[Path | None, list[str]]:
    """For commands that need no file: what stands in its place but is `key.sub=value` is an override."""
    if path is not None and "=" in str(path):
        return None, [str(path), *(overrides or [])]
    return path, list(overrides or [])


def _apply(data: dict[str, Any], override: str) -> None:
    key, equals, value = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"override {override!r}: write it as key.sub=value, e.g. student.epochs=3")
    *parents, last = key.split(".")
    here: Any = data
    for parent in parents:
        if isinstance(here, list) and parent.isdigit() and int(parent) < len(here):
            here = here[int(parent)]
        elif isinstance(here, dict):
            if here.get(parent) is None:  # absent, or an empty `student:` in the file
                here[parent] = {}
            here = here[parent]
        else:
            raise ConfigError(f"override {override!r}: {parent!r} has no settings below it")
    try:
        parsed = _unshared(yaml.safe_load(value))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ConfigError(f"override {override!r}: the value is not YAML") from None
    if isinstance(here, list) and last.isdigit() and int(last) < len(here):
        here[int(last)] = parsed
    elif isinstance(here, dict):
        here[last] = parsed
    else:
        raise ConfigError(f"override {override!r}: {'.'.join(parents)!r} has no settings below it")


def explained(error: ValidationError, kind: type[BaseModel]) -> str:
    """The first problem with a config of a kind, in one line: the key, what is wrong, what would be right."""
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        section = _section_at(kind, problem["loc"][:-1])
        names = list(section.model_fields)
        near = difflib.get_close_matches(str(problem["loc"][-1]), names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(names)}"
        return f"unknown setting {key!r}; {hint}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    others = len(error.errors()) - 1
    more = f" (and {others} more)" if others else ""
    given = problem["input"]
    instead = "" if isinstance(given, (dict, BaseModel)) else f", not {given!r}"  # of a whole section
    return f"setting {key!r}: {message}{instead}{more}" if key else f"{message}{more}"


def _section_at(section: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    keyed = False
    for part in location:
        if keyed or isinstance(part, int):
            keyed = False  # a place in a list, or a name that somebody gave
            continue
        annotation = section.model_fields[part].annotation
        keyed = get_origin(annotation) is dict
        section = next(iter(_models_in(annotation)))
    return section


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models_in(argument)]
