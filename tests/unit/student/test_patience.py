"""Which student is the best, and when a training stops: by numbers alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.interval import wilson
from pad_ray.records import Status
from pad_ray.student.patience import Patience, Validation, told

ACCURACIES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=12)


def through(patience: Patience, accuracies: list[float], first: int = 1) -> tuple[int | None, int]:
    """(step of the student that is kept in the end, step after which the training stopped) of validations at `first`,
    `first` + 1, ..."""
    kept = None
    for step, accuracy in enumerate(accuracies, first):
        if patience.take(step, accuracy):
            kept = step
        if patience.exhausted:
            break
    return kept, step


@pytest.mark.parametrize(
    ("most", "accuracies", "kept", "stopped"),
    [
        (None, [0.1, 0.3, 0.2, 0.2, 0.2], 2, 5),
        (2, [0.1, 0.3, 0.2, 0.2, 0.9], 2, 4),
        (2, [0.1, 0.3, 0.2, 0.4, 0.3, 0.9], 6, 6),
        (1, [0.5, 0.4], 1, 2),
        # As good is later, so it is kept, and not better, so it is counted.
        (2, [0.3, 0.3, 0.3, 0.9], 3, 3),
        (None, [0.3, 0.2, 0.3, 0.1], 3, 4),
        (3, [0.0, 0.0, 0.0, 0.0], 4, 4),
        (3, [0.0, 0.0, 0.0, 0.1, 0.0], 4, 5),
    ],
)
def test_the_best_is_kept_and_patience_ends(most: int | None, accuracies: list[float], kept: int, stopped: int) -> None:
    assert through(Patience(most), accuracies) == (kept, stopped)


@given(ACCURACIES)
def test_the_last_of_the_best_is_kept(accuracies: list[float]) -> None:
    kept, _ = through(Patience(None), accuracies)
    assert kept == max(range(1, len(accuracies) + 1), key=lambda step: (accuracies[step - 1], step))


@given(ACCURACIES, st.one_of(st.none(), st.integers(1, 3)), st.data())
def test_a_training_that_was_killed_comes_to_the_same(
    accuracies: list[float], most: int | None, data: st.DataObject
) -> None:
    """Killed after any validation, whether its student was already in place or not, and gone on with from any savepoint
    before."""
    kept, stopped = through(Patience(most), accuracies)
    killed = data.draw(st.integers(0, stopped - 1), label="validations that were made")
    savepoint = data.draw(st.integers(0, killed), label="of which the savepoint knows")
    in_folder, _ = through(Patience(None), accuracies[:killed]) if killed else (None, 0)
    patience = Patience(most, accuracies[in_folder - 1] if in_folder else None)
    patience.replay(enumerate(accuracies[:savepoint], 1))
    kept_now, stopped_now = through(patience, accuracies[savepoint:], savepoint + 1)
    assert (kept_now or in_folder, stopped_now) == (kept, stopped)


def test_a_better_student_that_was_in_place_already_does_not_give_way_to_a_worse_one() -> None:
    """On other ranks the steps after the savepoint come out a little otherwise."""
    patience = Patience(None, kept=0.8)
    patience.replay([(1, 0.5)])
    assert not patience.take(2, 0.7)
    assert patience.take(3, 0.8)


def test_the_reason_names_the_best() -> None:
    patience = Patience(2)
    through(patience, [0.25, 0.5, 0.25, 0.25])
    assert patience.why == ("2 validations without a better one than 50.0% at step 2 (student.validation.patience)")


def test_a_validation_by_its_verdicts() -> None:
    made = Validation.of(40, [Status.RIGHT, Status.WRONG, Status.RAISED, Status.RIGHT], 2.5)
    assert made == Validation(40, 0.5, wilson(2, 4), 0.75, 2.5)
    assert told(made.entry()) == "validation at step 40: 50.0% right (95%: 15.0% to 85.0%), 75.0% ran, 2.5 s"
