"""Two judgements of the same programs compared: what changed, and what that does to the yield."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from pad_ray.records import Status

EXAMPLES = 3
"""Programs named for each change: enough to look at, few enough to read."""

Change = tuple[str, str]
"""Status before, status after."""


class Comparison:
    """What became of the verdicts. Pure: statuses in, counts out; memory does not grow with the programs."""

    def __init__(self) -> None:
        self.programs = 0
        self.changes: Counter[Change] = Counter()
        """Programs by status before and after, those whose status is the same included."""
        self.examples: dict[Change, list[str]] = {}
        """The first programs of each change, by id."""
        self.kept_before: int | None = 0
        """None where the first judgement did not mark the kept programs."""
        self.kept_after = 0

    def add(
        self,
        program_ids: Sequence[str],
        before: Sequence[str],
        after: Sequence[str],
        kept_before: Iterable[bool] | None,
        kept_after: Iterable[bool],
    ) -> None:
        """Compare the verdicts on some programs, in the same order on both sides."""
        self.programs += len(program_ids)
        for program_id, *statuses in zip(program_ids, before, after, strict=True):
            change = (statuses[0], statuses[1])
            self.changes[change] += 1
            if change[0] != change[1]:
                named = self.examples.setdefault(change, [])
                if len(named) < EXAMPLES:
                    named.append(program_id)
        if kept_before is None or self.kept_before is None:
            self.kept_before = None
        else:
            self.kept_before += sum(kept_before)
        self.kept_after += sum(kept_after)

    @property
    def unchanged(self) -> int:
        """Programs with the same status before and after."""
        return sum(count for (before, after), count in self.changes.items() if before == after)

    @property
    def moved(self) -> list[tuple[Change, int]]:
        """The changes of status with their programs, the most frequent first."""
        found = [(change, count) for change, count in self.changes.items() if change[0] != change[1]]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    @property
    def right(self) -> tuple[int, int]:
        """Right programs before and after."""
        before = sum(count for (status, _), count in self.changes.items() if status == Status.RIGHT)
        return before, sum(count for (_, status), count in self.changes.items() if status == Status.RIGHT)

    @property
    def yields(self) -> tuple[float, float]:
        """Share of right programs before and after; 0 without programs."""
        before, after = self.right
        return (before / self.programs, after / self.programs) if self.programs else (0.0, 0.0)


def regrade_table(comparison: Comparison, title: str) -> Table:
    """The table that `pad-ray regrade` ends with."""
    table = Table(title=title, title_justify="left")
    for name in ("was", "is"):
        table.add_column(name, no_wrap=True)
    table.add_column("programs", justify="right")
    table.add_column("for example", overflow="fold")
    for change, count in comparison.moved:
        table.add_row(*change, f"{count:,}", escape(", ".join(comparison.examples[change])))
    table.add_section()
    table.add_row("unchanged", "", f"{comparison.unchanged:,}", "")
    table.add_section()
    before, after = comparison.right
    table.add_row("right", "", f"{before:,} -> {after:,}", "yield {:.2%} -> {:.2%}".format(*comparison.yields))
    known = "not marked" if comparison.kept_before is None else f"{comparison.kept_before:,}"
    table.add_row("kept", "", f"{known} -> {comparison.kept_after:,}", "distinct right programs that count")
    return table
