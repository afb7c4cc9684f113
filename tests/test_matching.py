"""The matching equals the best one found by trying all."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.matching import best_matching

GAINS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(-5, 20).map(lambda n: n / 4), max_size=16
)


def brute_force(gains: dict[tuple[int, int], float]) -> float:
    return max(
        sum(max(0.0, gains.get((left, right), 0.0)) for left, right in enumerate(order))
        for order in permutations(range(5))
    )


@given(GAINS)
def test_equals_brute_force(gains: dict[tuple[int, int], float]) -> None:
    found = best_matching(gains)
    assert len(set(found.values())) == len(found)
    assert all(gains[pair] > 0 for pair in found.items())
    assert abs(sum(gains[pair] for pair in found.items()) - brute_force(gains)) < 1e-9


def test_greedy_would_be_wrong() -> None:
    assert best_matching({(0, 5): 2.0, (0, 6): 1.9, (1, 5): 1.5}) == {0: 6, 1: 5}
    assert best_matching({}) == {}
