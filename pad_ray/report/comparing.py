"""Any number of measured models side by side: tables, JSON, Markdown and a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from pad_ray.errors import QuestionsError
from pad_ray.evaluation.comparison import Paired, compared
from pad_ray.evaluation.evaluate import judged_rows, questions_of, scored
from pad_ray.evaluation.measuring import evaluated, evaluated_folders
from pad_ray.evaluation.metrics import Metrics, measure
from pad_ray.report.markdown import template
from pad_ray.shards.files import commit, commit_json, fingerprint_of

JSON_FILE, MARKDOWN_FILE, PLOT_FILE = "comparison.json", "comparison.md", "comparison.png"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model came to."""

    name: str
    folder: Path
    by_set: dict[str, Metrics]
    shares: dict[str, dict[str, float]]
    """By set, then by question (its id and what was asked): the share of its draws that is right."""

    @staticmethod
    def read(name: str, folder: Path) -> Measured:
        """
        Raises:
            QuestionsError: nothing was measured there.
        """
        by_set = evaluated(folder)
        if not by_set:
            raise QuestionsError(
                f"{folder}: no evaluation there; give folders such as RUN/evaluation/distilled, or "
                "RUN/evaluation/distilled/repaired"
            )
        shares = {known: _by_content(path) for known, path in evaluated_folders(folder).items()}
        return Measured(name, folder, by_set, shares)

    def on(self, questions: Mapping[str, Set[str]]) -> Measured:
        """The same on some of the questions of each set, as `shares` names them. What was written for a part of a set
        nobody counted."""
        places, by_set = evaluated_folders(self.folder), {}
        for name, chosen in questions.items():
            by_set[name] = self.by_set[name]
            if len(chosen) < len(self.shares[name]):
                ids = {question.rpartition(" ")[0] for question in chosen}
                steps = {question.question_id: question.steps for question in questions_of(places[name])}
                rows = (row for row in judged_rows(places[name]) if row["question_id"] in ids)
                by_set[name] = measure(rows, {known: steps.get(known, 0) for known in ids})
        shares = {name: {q: self.shares[name][q] for q in chosen} for name, chosen in questions.items()}
        return replace(self, by_set=by_set, shares=shares)


def _by_content(folder: Path) -> dict[str, float]:
    """`scored`, by what was asked as well: another version of a benchmark has the same ids."""
    texts = {
        question.question_id: fingerprint_of([question.text, question.answer]) for question in questions_of(folder)
    }
    return {f"{name} {texts.get(name, '')}": share for name, share in scored(folder).items()}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The models, and each of them against the first."""

    models: tuple[Measured, ...]
    paired: dict[str, dict[str, Paired]]
    """By model but the first, then by set."""

    @staticmethod
    def of(folders: Mapping[str, Path], *, intersect: bool = False) -> Comparison:
        """
        Args:
            intersect: only the sets, and the questions in them, that all were asked.

        Raises:
            QuestionsError: nothing was measured in one of the folders, or something else was.
        """
        first, *others = models = [Measured.read(name, folder) for name, folder in folders.items()]
        if intersect:
            first, *others = models = _in_common(models)
        paired: dict[str, dict[str, Paired]] = {}
        for other in others:
            if first.by_set.keys() != other.by_set.keys():
                raise QuestionsError(
                    f"{other.name} was measured on {', '.join(other.by_set)}, and {first.name} on "
                    f"{', '.join(first.by_set)}; compare what is the same with --intersect"
                )
            try:
                paired[other.name] = {name: compared(first.shares[name], other.shares[name]) for name in first.by_set}
            except QuestionsError as error:
                raise QuestionsError(f"{first.name} and {other.name}: {error}") from None
        return Comparison(tuple(models), paired)

    def rows(self) -> Iterator[tuple[str, Measured, Metrics, Paired | None]]:
        """(set, model, its metrics, against the first), set by set."""
        sets = dict.fromkeys(name for model in self.models for name in model.by_set)
        for name in sets:
            for model in self.models:
                if name in model.by_set:
                    yield name, model, model.by_set[name], self.paired.get(model.name, {}).get(name)

    def as_json(self) -> dict[str, Any]:
        """All figures."""
        return {
            "models": {
                model.name: {name: asdict(metrics) for name, metrics in model.by_set.items()} for model in self.models
            },
            "against": self.models[0].name,
            "paired": {
                name: {known: asdict(paired) for known, paired in sets.items()} for name, sets in self.paired.items()
            },
        }


def _in_common(models: Sequence[Measured]) -> list[Measured]:
    """The models on what all of them were asked.

    Raises:
        QuestionsError: they have no set in common.
    """
    sets = [name for name in models[0].by_set if all(name in model.by_set for model in models)]
    if not sets:
        raise QuestionsError(f"{', '.join(model.name for model in models)} were measured on no set in common")
    return [
        model.on({name: set.intersection(*(set(other.shares[name]) for other in models)) for name in sets})
        for model in models
    ]


def named(results: Sequence[str]) -> dict[str, Path]:
    """`NAME=FOLDER`, or a folder that is called by as much of the end of its path as tells it from the others.

    Raises:
        QuestionsError: two of one name.
    """
    split = [_split(result) for result in results]
    parts = [Path(folder).parts for _, folder in split]
    depth = 1
    while depth < max(map(len, parts)) and len({part[-depth:] for part in parts}) < len(parts):
        depth += 1
    names = [name or "/".join(part[-depth:]) for (name, _), part in zip(split, parts, strict=True)]
    if len(set(names)) < len(names):
        raise QuestionsError(f"two results are called {max(names, key=names.count)}; name them: NAME=FOLDER")
    return {name: Path(folder) for name, (_, folder) in zip(names, split, strict=True)}


def _split(result: str) -> tuple[str, str]:
    """Name and folder. Either may have an equals sign in it (runs/lr=0.1): of what can be meant what is there is."""
    parts = result.split("=")
    ways = [("=".join(parts[:i]), "=".join(parts[i:])) for i in range(len(parts))]
    return next((way for way in ways if Path(way[1]).is_dir()), ways[min(1, len(ways) - 1)])


def comparison_table(comparison: Comparison) -> Table:
    """Accuracy and the difference from the first model, set by set."""
    first = comparison.models[0].name
    table = Table(title=f"comparison with {first}", title_justify="left")
    table.add_column("set", overflow="fold")
    table.add_column("model", overflow="fold")
    for name in ("questions", "accuracy", "95 % interval", "ran", "tokens", "gain", "only it", "only first", "p"):
        table.add_column(name, justify="right")
    known = ""
    for set_name, model, metrics, paired in comparison.rows():
        if known and set_name != known:
            table.add_section()
        table.add_row(
            set_name if set_name != known else "",
            model.name,
            f"{metrics.questions:,}",
            f"{metrics.accuracy:.1%}",
            f"{metrics.low:.1%} - {metrics.high:.1%}",
            f"{metrics.ran:.1%}",
            tokens_each(metrics),
            *_difference(paired),
        )
        known = set_name
    return table


def _difference(paired: Paired | None) -> Sequence[str]:
    if paired is None:
        return ("", "", "", "")
    return (f"{100 * paired.gain:+.1f}", f"{paired.second:,}", f"{paired.first:,}", p_text(paired.p))


def tokens_each(metrics: Metrics) -> str:
    """Tokens that were written for a question, thrown away ones included."""
    return f"{metrics.tokens / metrics.questions:,.0f}" if metrics.tokens and metrics.questions else "-"


def p_text(p: float) -> str:
    """A p as people write it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def write(comparison: Comparison, out: Path) -> None:
    """The JSON, the Markdown and the picture, into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    commit_json(out / JSON_FILE, comparison.as_json())
    rows = [
        (set_name, model.name, metrics, _difference(paired)) for set_name, model, metrics, paired in comparison.rows()
    ]
    sets = list(dict.fromkeys(name for name, *_ in rows))
    text = template("comparison.md.j2").render(
        first=comparison.models[0].name,
        rows=rows,
        plot=PLOT_FILE,
        by_steps=_by_steps(comparison, sets),
        tokens_each=tokens_each,
    )
    commit(out / MARKDOWN_FILE, lambda file: file.write(text.encode()))
    plot(comparison, out / PLOT_FILE)


def _by_steps(comparison: Comparison, sets: Sequence[str]) -> list[tuple[str, list[str], list[tuple[str, list[str]]]]]:
    """(set, steps, [(model, accuracy at each)]) of the sets that know how many steps a question has."""
    tables = []
    for name in sets:
        measured = [(model.name, model.by_set[name].by_steps) for model in comparison.models if name in model.by_set]
        steps = sorted({step for _, by_steps in measured for step in by_steps}, key=int)
        if steps:
            rows = [
                (model, [f"{by_steps[step]:.1%}" if step in by_steps else "" for step in steps])
                for model, by_steps in measured
            ]
            tables.append((name, steps, rows))
    return tables


def plot(comparison: Comparison, path: Path) -> None:
    """Accuracy with its 95 % interval: a group of bars for each set, a bar for each model."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    sets = list(dict.fromkeys(name for name, *_ in comparison.rows()))
    width = 0.8 / len(comparison.models)
    figure, axes = pyplot.subplots(figsize=(max(5.0, 1.0 + 0.5 * len(sets) * (len(comparison.models) + 1)), 4.0))
    for number, model in enumerate(comparison.models):
        places = [i for i, name in enumerate(sets) if name in model.by_set]
        measured = [model.by_set[sets[i]] for i in places]
        axes.bar(
            [i + (number - (len(comparison.models) - 1) / 2) * width for i in places],
            [100 * metrics.accuracy for metrics in measured],
            width,
            yerr=[
                [100 * max(0.0, metrics.accuracy - metrics.low) for metrics in measured],
                [100 * max(0.0, metrics.high - metrics.accuracy) for metrics in measured],
            ],
            capsize=3,
            label=model.name,
        )
    axes.set_xticks(range(len(sets)), sets)
    axes.set_ylabel("accuracy, % (95 % interval)")
    axes.set_ylim(0, 100)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
