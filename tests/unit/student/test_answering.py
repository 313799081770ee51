"""Who answers which question in the ranks."""

from __future__ import annotations

import random

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.student.answering import _undisturbed, rounds


@given(st.lists(st.integers(1, 9), max_size=40), st.integers(1, 4), st.integers(1, 5))
def test_every_question_is_answered_and_every_rank_takes_part_in_every_round(
    lengths: list[int], ranks: int, batch: int
) -> None:
    dealt = rounds(lengths, ranks, batch)
    assert {index for shares in dealt for share in shares for index in share} == set(range(len(lengths)))
    assert all(len(shares) == ranks for shares in dealt)
    assert all(1 <= len(share) <= batch for shares in dealt for share in shares)
    assert len(dealt) == -(-len(lengths) // (ranks * batch))


def test_questions_of_similar_length_meet_and_none_is_answered_twice_where_there_are_enough() -> None:
    assert rounds([1, 8, 2, 7, 3, 6], ranks=2, batch=1) == [[[1], [3]], [[5], [4]], [[2], [0]]]
    assert rounds([5, 5, 5], ranks=2, batch=1) == [[[0], [1]], [[2], [2]]]


def test_random_states_are_afterwards_what_they_were() -> None:
    def drawn() -> tuple[float, float, float]:
        return random.random(), np.random.random(), float(torch.rand(()))

    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(5)
    undisturbed = drawn()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(5)
    with _undisturbed():
        drawn()
    assert drawn() == undisturbed
