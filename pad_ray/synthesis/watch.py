"""What the driver makes of the board: the sums of the run, whether to halt, and what a person is shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add

from pad_ray.config import GuardConfig
from pad_ray.progress import Event
from pad_ray.records import Status
from pad_ray.synthesis.board import Posted
from pad_ray.synthesis.figures import Figures, Meter, Rates
from pad_ray.synthesis.guard import Guard
from pad_ray.synthesis.interrupt import FINISHING

INTERRUPTED = "stopped by Ctrl-C"
"""The reason to halt that is a person's wish, and no error."""


class Watch:
    """Follows one attempt. Feed it what the board posts about once a second, and give `halt` back with the next look.

    Args:
        stage: Its name on the screen.
        questions: Of the whole flow.
        before: What earlier attempts committed and spent.
        guard: The limits; None where there are none (evaluation).
        now: When the attempt began, in monotonic seconds.
    """

    def __init__(self, stage: str, questions: int, before: Figures, guard: GuardConfig | None, now: float) -> None:
        self._stage = stage
        self._of = questions
        self._before = before
        self._guard = Guard(guard, before.completion_tokens, before.dollars) if guard else None
        self._began = now
        self._meter = Meter(questions)
        self._by_worker: dict[str, Figures] = {}
        self.halt = ""
        """Why the attempt is to end before its last part; empty if it is not. The first reason stays."""

    def interrupt(self) -> None:
        """A person wants the attempt to end. Safe in a signal handler."""
        self.halt = self.halt or INTERRUPTED

    @property
    def any_engine(self) -> bool:
        """Whether an engine of this attempt has come up."""
        return bool(self._by_worker)

    @property
    def figures(self) -> Figures:
        """The run's sums, earlier attempts included."""
        return self._before + self._attempt()

    def _attempt(self) -> Figures:
        return reduce(add, self._by_worker.values(), Figures())

    def observe(self, posted: Posted, now: float) -> Event:
        """What is to be shown."""
        # A board that was restarted knows only the workers that have reported since; those that died before are here.
        self._by_worker |= posted.by_worker
        self.halt = self.halt or posted.halt
        if self._guard and not self.halt:
            self.halt = self._guard.observe(self._attempt(), now - self._began) or ""
        figures = self.figures
        rates = self._meter.observe(figures, now)
        return Event(
            self._stage,
            done=min(figures.questions, self._of),
            total=self._of,
            detail="" if figures.judged else "starting the engine" if not figures.in_flight else FIRST,
            rows=panel_rows(figures, rates, posted.workers) if figures.judged else (),
            eta_seconds=None if self.halt else rates.eta_seconds,
            note=FINISHING if self.halt == INTERRUPTED else self.halt,
        )


FIRST = "the first programs are being written"
"""Small models write many side by side, and all of them end late: until then there is nothing to count."""


def panel_rows(figures: Figures, rates: Rates, engines: int) -> tuple[tuple[str, str], ...]:
    """The figures in words, most important first. What has not come up is left out."""
    per_question = f" ({figures.kept / figures.questions:.2f} a question)" if figures.questions else ""
    rows = [
        ("yield", f"{figures.yield_:.1%} ({figures.right:,} right of {figures.judged:,})"),
        ("kept", f"{figures.kept:,} distinct{per_question}, {_rate(rates.kept)}/s"),
        ("tokens", _tokens(figures, rates)),
        ("programs/s", _programs(rates.programs)),
        ("questions", _named({n: getattr(figures, n) for n in ("satisfied", "given_up", "exhausted", "failed")})),
        ("engines", _engines(figures, engines)),
    ]
    if figures.dollars:
        per_kept = f", ${1000 * figures.dollars / figures.kept:,.2f} per 1,000 kept" if figures.kept else ""
        rows.append(("cost", f"${figures.dollars:,.2f}{per_kept}"))
    if figures.executor_failures:
        rows.append(("executors", f"{_counted(figures.executor_failures, 'failure')}"))
    return tuple((label, text) for label, text in rows if text)


def _tokens(figures: Figures, rates: Rates) -> str:
    if not figures.completion_tokens:
        return ""
    wasted = figures.wasted_tokens / figures.completion_tokens
    return f"{rates.tokens:,.0f}/s, {short(figures.completion_tokens)} written, {wasted:.1%} wasted"


def _programs(rates: Mapping[str, float]) -> str:
    """The right ones first, the others by how many they are."""
    if not rates:
        return "0"
    named = sorted(rates.items(), key=lambda one: (one[0] != Status.RIGHT, -one[1], one[0]))
    return f"{_rate(sum(rates.values()))}: " + ", ".join(f"{_words(status)} {_rate(rate)}" for status, rate in named)


def _rate(rate: float) -> str:
    """The slower, the more decimals: a rate that is not 0 does not look like it."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}" if rate >= 1 else f"{rate:.2f}"


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_words(name)} {count:,}" for name, count in counts.items() if count)


def _engines(figures: Figures, engines: int) -> str:
    deaths = f", {_counted(figures.engine_deaths, 'restart')}" if figures.engine_deaths else ""
    return f"{engines:,}, {_counted(figures.in_flight, 'draw')} in flight{deaths}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def short(count: float) -> str:
    """`812`, `45.2 k`, `1.2 M`, `3.4 G`."""
    for unit in ("", "k", "M", "G"):
        if count < 999.95 or unit == "G":
            return f"{count:,.1f} {unit}" if unit else f"{count:,.0f}"
        count /= 1000
    raise AssertionError("unreachable")
