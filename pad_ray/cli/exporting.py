"""The commands that write what a run made as files for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pad_ray.cli.app import Run
from pad_ray.cli.session import progress


def export(
    run: Run,
    to: Annotated[str, typer.Option(help="parquet, jsonl, jsonl.gz or hf-dataset (for datasets.load_dataset)")],
    out: Annotated[str, typer.Option(help="new folder for the files: a path or s3://BUCKET/FOLDER")],
    all_programs: Annotated[
        bool, typer.Option("--all", help="every judged program with its verdict, not the kept ones alone")
    ] = False,
    to_hub: Annotated[
        str | None,
        typer.Option("--push", metavar="USER/NAME", help="send it to the Hugging Face hub, private; token in HF_TOKEN"),
    ] = None,
) -> None:
    """Write the kept programs of a run as files for others, with a data card (README.md).

    The same run gives the same files, byte for byte. What `pad-ray regrade` wrote is exported alike.
    """
    from pad_ray.report.export import export as write_files
    from pad_ray.report.ledger import Ledger
    from pad_ray.report.licences import warning
    from pad_ray.report.push import check_push, push
    from pad_ray.shards.place import Place

    place = Place.of(out)
    token = check_push(to_hub, place, to) if to_hub else ""
    ledger = Ledger.of(run)
    with progress() as report:
        exported = write_files(ledger, to, place, report, all_programs=all_programs)
    there = " (there already)" if exported.already_there else ""
    typer.echo(
        f"{exported.rows:,} programs in {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB: {place}{there}"
    )
    if not ledger.complete:
        typer.secho("the synthesis is not finished: these are the programs that it has by now", fg="yellow")
    if said := warning(ledger.question_set):
        typer.secho(said, fg="yellow")
    if to_hub:
        typer.echo(push(to_hub, place, token))


def export_student(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="run directory")],
    out: Annotated[Path, typer.Option(help="new folder for the student")],
    student: Annotated[
        str | None, typer.Option(metavar="NAME", help="distilled or refined; by default the last that the run has")
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="add a LoRA adapter to its base model's weights: a whole model")
    ] = False,
    to_hub: Annotated[
        str | None,
        typer.Option("--push", metavar="USER/NAME", help="send it to the Hugging Face hub, private; token in HF_TOKEN"),
    ] = None,
) -> None:
    """Write the student of a run as a folder for others, with a model card (README.md).

    A checkpoint that transformers loads, and vLLM too if it is decoder-only. The run is only read.
    """
    from pad_ray.report.licences import warning
    from pad_ray.report.push import check_push, push
    from pad_ray.report.student_export import export_student as write_student
    from pad_ray.report.student_export import find_student
    from pad_ray.shards.place import Place

    token = check_push(to_hub, Place.of(out)) if to_hub else ""
    found = find_student(run, student)
    written = write_student(found, out, merged=merge)
    there = " (there already)" if written.already_there else ""
    typer.echo(f"{written.name} student, {written.bytes / 1e6:,.1f} MB: {out}{there}")
    if said := warning(found.config.questions.set):
        typer.secho(said, fg="yellow")
    if to_hub:
        typer.echo(push(to_hub, Place.of(out), token, kind="model"))
