"""Which judged programs count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from judged import right

from pad_ray.synthesis.kept import kept_marks, renewed_marks


def test_kept_are_the_first_distinct_right_programs_in_the_order_of_draws() -> None:
    codes = [right(1), right(1, way=1), right(1) + "# the same", right(1, way=2), "ans = 1", right(1)]
    ids = ["q", "q", "q", "q", "q", "other"]
    marks = kept_marks(ids, [3, 1, 0, 2, 4, 0], codes, [True, True, True, False, True, True], keep=2)
    assert marks == [False, True, True, False, False, True]
    assert sum(kept_marks(ids, [3, 1, 0, 2, 4, 0], codes, [False] * 6, keep=2)) == 0


rows = st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 2), st.booleans(), st.booleans()), max_size=12)


@given(rows, st.integers(1, 3))
def test_renewed_marks_are_those_that_would_be_made_from_scratch(
    drawn: list[tuple[str, int, bool, bool]], keep: int
) -> None:
    ids, draws = [row[0] for row in drawn], list(range(len(drawn)))
    codes = [right(5, way=row[1]) for row in drawn]
    before, now = [row[2] for row in drawn], [row[3] for row in drawn]
    known = kept_marks(ids, draws, codes, before, keep)
    assert renewed_marks(ids, draws, codes, before, known, now, keep) == kept_marks(ids, draws, codes, now, keep)
