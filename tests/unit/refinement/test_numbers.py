"""The numbers of a question and those of its program."""

from __future__ import annotations

import pytest

from pad_ray.refinement.numbers import misread, not_given, not_read

SALE = "A coat costs $1,240 and is sold 25% off. It is worn for 2 hours a day."


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("cost = 1240\noff = 25\nhours = 2", 0),
        ("cost = 1240.0\noff = 0.25\nprice = cost * (1 - off)\nhours = 2", 0),
        ("cost = 1240\noff = 25 / 100\nminutes = 2 * 60", 0),
        ("cost = 1240\noff = 25", 1),
        ("cost = 1204\noff = 25\nhours = 2", 2),
        ("cost = 1240\noff = 0.52\nhours = 2", 2),
        ("cost = 1240\noff = 25\nhours = 2\nmore = 61", 1),
    ],
    ids=["all", "a percent as a share", "a unit", "left out", "misread", "a share misread", "from elsewhere"],
)
def test_percents_and_units_are_not_misread(code: str, count: int) -> None:
    assert misread(SALE, code) == count


def test_a_hundredth_reads_nothing_but_a_percentage() -> None:
    question = "A shelf has 6 books and 600 pages, and {} of them are read."
    assert misread(question.format("30"), "books = 6\nread = 30") == 1
    assert misread(question.format("30"), "books = 6\npages = 600\nread = 0.3") == 2
    assert misread(question.format("30 percent"), "books = 6\npages = 600\nread = 0.3") == 0


def test_what_a_model_is_told_names_the_numbers_as_they_are() -> None:
    """The words of training: what is told does not change with what is chosen by."""
    code = "cost = 1240\noff = 0.25\nminutes = 2 * 60"
    assert (not_read(SALE, code), not_given(SALE, code)) == (["25"], ["0.25", "60"])
