"""`pad-ray export-student`: a finished student as a folder for others, with a model card.

The folder in the run stays as it is. A new one appears whole, under its name, or not at all.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pad_ray.checks import student_checkpoint
from pad_ray.config import RunConfig, StudentConfig
from pad_ray.config.earlier import completed
from pad_ray.config_file import load_config
from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.evaluation.measuring import evaluated
from pad_ray.evaluation.metrics import Metrics
from pad_ray.pipeline import REFINED, synthesis_place
from pad_ray.report.student_card import Student, hub_name, student_card
from pad_ray.rundir import CONFIG
from pad_ray.shards.files import commit, commit_json, fingerprint_of, read_json, replace_durably
from pad_ray.shards.manifest import MANIFEST, total
from pad_ray.shards.place import Place
from pad_ray.shards.reader import records
from pad_ray.student.checkpoint import ADAPTER_FILE, REPORT_FILE, anatomy_of, describe_checkpoint, published_report
from pad_ray.student.lora import adapter_parameters, for_encoder_decoder, merge
from pad_ray.student.mapped import read_record

CARD = "README.md"
RECEIPT = "export.json"
"""Says which student it is, and as what; in a folder that appears whole it means that all is there."""

NAMES = ("distilled", "refined")

VALIDATIONS_FILE = "validations.jsonl"
"""In the folder of a training that was validated: a line for each."""

OWN_FILES = (REPORT_FILE, CARD)
"""Of the run's folder, not passed on: a report with folders of whoever ran it, and what a library wrote."""


@dataclass(frozen=True, slots=True)
class Found:
    """A student in a run directory."""

    run: Path
    config: RunConfig
    name: str
    model: Path
    report: dict[str, Any]

    @property
    def adapter(self) -> bool:
        return (self.model / ADAPTER_FILE).is_file()


@dataclass(frozen=True, slots=True)
class ExportedStudent:
    """What was written."""

    name: str
    folder: Path
    bytes: int
    already_there: bool = False


def find_student(run: Path, name: str | None = None) -> Found:
    """The student of the run directory `run`: the refined one where there is one, or the one that is named.

    Raises:
        ConfigError: for a name that no student has.
        RunDirectoryError: if it is no run directory, or has no such student yet.
    """
    if name is not None and name not in NAMES:
        raise ConfigError(f"--student {name}: one of {', '.join(NAMES)}")
    if not (run / CONFIG).is_file():
        raise RunDirectoryError(f"{run}: not a run directory; give the run_dir of a `pad-ray train`")
    name = name or ("refined" if (run / REFINED).is_file() else "distilled")
    model = run / "student" / "model"
    if name == "refined":
        if not (run / REFINED).is_file():
            raise RunDirectoryError(f"{run}: no refined student there; run `pad-ray refine` first")
        model = run / read_json(run / REFINED)["model"]
    report = published_report(model)
    if report is None:
        raise RunDirectoryError(f"{run}: no finished student there; run `pad-ray train` first")
    report["config"] = completed(StudentConfig, report["config"], "student.")
    # A refinement that gained nothing ends with the student that it began with.
    name = "distilled" if model == run / "student" / "model" else name
    return Found(run, load_config(run / CONFIG), name, model, report)


def export_student(found: Found, out: Path, *, merged: bool = False) -> ExportedStudent:
    """Write the student into the new folder `out`; the same export, there already, is left as it is.

    Args:
        merged: add an adapter to the weights of its base model; of a student that is whole already nothing changes.

    Raises:
        ConfigError: the base model of an adapter is not there any more.
        RunDirectoryError: `out` holds anything else.
        ShardError: the disk is full or the folder cannot be written.
    """
    merged = merged and found.adapter
    measured = [[*names, asdict(metrics)] for *names, metrics in _accuracies(found)]
    identity = {"training": found.report["fingerprint"], "merged": merged, "measured": fingerprint_of(measured)}
    if (known := _claimed(out, identity)) is not None:
        return ExportedStudent(found.name, out, known, already_there=True)
    building = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(building, ignore_errors=True)
    try:
        _copy(found.model, building)
        if merged:
            _merge(found, building)
        elif found.adapter:
            _name_base(found, building)
        text = student_card(known_of(found, building))
        commit(building / CARD, lambda file: file.write(text.encode()))
        files = {str(path.relative_to(building)): path.stat().st_size for path in building.rglob("*") if path.is_file()}
        commit_json(building / RECEIPT, {"export": identity, "files": files})
        replace_durably(building, out)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return ExportedStudent(found.name, out, sum(files.values()))


def _claimed(out: Path, identity: dict[str, Any]) -> int | None:
    """Bytes of the same export in `out`; None where there is nothing.

    Raises:
        RunDirectoryError: there is something else.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    if not (out / RECEIPT).is_file():
        raise RunDirectoryError(f"{out}: not empty and no export of a student; choose another --out")
    known = read_json(out / RECEIPT)
    whole = all((out / name).is_file() and (out / name).stat().st_size == size for name, size in known["files"].items())
    if known["export"] != identity or not whole:
        raise RunDirectoryError(
            f"{out}: another export, or of the run as it was before, or damaged; choose another --out"
        )
    return int(sum(known["files"].values()))


def _copy(model: Path, building: Path) -> None:
    """The files of a model; an adapter beside merged weights stays in the run."""
    building.mkdir(parents=True)
    for path in model.iterdir():
        if path.is_file() and path.name not in OWN_FILES:
            shutil.copyfile(path, building / path.name)


def _merge(found: Found, building: Path) -> None:
    import torch

    trained_on, encoder_decoder = Path(found.report["base"]), for_encoder_decoder(building)
    base = trained_on if trained_on.is_dir() else student_checkpoint(found.config)
    dtype = torch.bfloat16 if found.report["config"]["precision"] == "bf16" else torch.float32
    merge(building, base, encoder_decoder=encoder_decoder, dtype=dtype)
    for path in building.iterdir():
        if path.is_dir():  # the adapter by itself, which is in the run as well
            shutil.rmtree(path)


def _name_base(found: Found, building: Path) -> None:
    """PEFT wrote down where the base model lay: put its name there, which means something elsewhere too."""
    settings = json.loads((building / ADAPTER_FILE).read_text(encoding="utf-8"))
    settings["base_model_name_or_path"] = hub_name(found.config.student.model)
    commit_json(building / ADAPTER_FILE, settings)


def known_of(found: Found, folder: Path) -> Student:
    """What the run knows of a student whose exported files are in `folder`."""
    place, training = synthesis_place(found.config, found.run), found.model.parent
    corpus = read_record(training / "corpus")
    adapter = (folder / ADAPTER_FILE).is_file()
    return Student(
        name=found.name,
        config=found.config,
        training=found.report,
        adapter=adapter,
        encoder_decoder=for_encoder_decoder(folder) if adapter else describe_checkpoint(folder).encoder_decoder,
        parameters=adapter_parameters(folder) if adapter else anatomy_of(folder).parameters,
        synthesis=_synthesis(place) if place.exists(MANIFEST) else {},
        corpus=corpus["report"] if corpus else {},
        accuracies=_accuracies(found),
        validations=_validations(training / VALIDATIONS_FILE),
    )


def _synthesis(place: Place) -> dict[str, Any]:
    totals = total(records(place / "shards"))
    return asdict(totals) | {"right": totals.right, "yield": totals.yield_}


def _accuracies(found: Found) -> list[tuple[str, str, Metrics]]:
    """All that was measured in the run; the student that a round of refinement ended with bears the name `refined`."""
    folders = {folder.name: folder for folder in sorted((found.run / "evaluation").glob("*"))}
    for folder in sorted((found.run / "refinement").glob("round-*/evaluation")):
        ours = found.model.is_relative_to(folder.parent)
        folders["refined" if ours else f"refinement {folder.parent.name}"] = folder
    return [(name, who, metrics) for who, folder in folders.items() for name, metrics in evaluated(folder).items()]


def _validations(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines]
