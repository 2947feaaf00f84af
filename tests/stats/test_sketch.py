"""The sketch against numpy on the numbers themselves: any percentile within its accuracy, merged in any order."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.stats import sketch

SHARES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)


def of(values: list[float]) -> bytes:
    return sketch.pack(sketch.add({}, values))


@given(st.lists(st.floats(1e-6, 1e12) | st.just(0.0), min_size=1, max_size=200))
def test_any_percentile_is_within_the_accuracy(values: list[float]):
    found = sketch.percentiles([of(values)], SHARES)
    assert found == pytest.approx([float(np.quantile(values, share)) for share in SHARES], rel=sketch.ACCURACY * 1.001, abs=1e-6)


@given(st.lists(st.integers(0, 86_400_000), min_size=1, max_size=200), st.integers(1, 7))
def test_a_sketch_of_parts_is_the_sketch_of_the_whole(values: list[float], parts: int):
    pieces = [of(values[at::parts]) for at in range(parts)]
    places, counts = sketch.merged(pieces)
    assert dict(zip(places.tolist(), counts.tolist(), strict=True)) == sketch.unpack(of(values))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_what_is_taken_out_again_leaves_no_trace(kept: list[float], gone: list[float]):
    both = sketch.combine(sketch.unpack(of(kept)), sketch.unpack(of(gone)))
    assert sketch.pack(sketch.combine(both, sketch.unpack(of(gone)), -1)) == of(kept)


def test_negative_numbers_are_mirrored_and_zero_is_exact():
    assert sketch.percentiles([of([-100.0, 0.0, 100.0])], [0, 0.5, 1]) == pytest.approx([-100, 0, 100], rel=0.01)


def test_numbers_beyond_the_range_are_in_the_outermost_bins():
    assert sketch.unpack(of([1e300, -1e300, 1e-300])) == {-sketch._LAST: 1, 0: 1, sketch._LAST: 1}


def test_nothing_has_no_percentiles():
    assert sketch.percentiles([], [0.5]) is None
    assert sketch.percentiles([sketch.EMPTY], [0.5]) is None


def test_bytes_that_are_no_sketch_are_refused():
    with pytest.raises(ValueError, match="no sketch"):
        sketch.unpack(b"seven b")


def test_many_numbers_fit_into_few_bytes():
    draw = random.Random(3)
    assert len(of([draw.lognormvariate(7, 1) for _ in range(20_000)])) < 3_000


@given(st.lists(st.integers(-(10**6), 10**6), max_size=300), st.lists(st.integers(-(10**6), 10**6), max_size=20))
def test_a_grown_sketch_is_the_sketch_of_all_and_shrinks_back(held: list[float], more: list[float]):
    grown = sketch.grown(of(held), sketch.add({}, more))
    assert grown == of([*held, *more])
    assert sketch.grown(grown, sketch.add({}, more), -1) == of(held)


def test_a_count_that_outgrows_its_bytes_stays_at_the_most_they_hold():
    assert sketch.unpack(sketch.pack({3: 2**40, 5: 1})) == {3: 2**32 - 1, 5: 1}
    assert sketch.unpack(sketch.grown(sketch.pack(dict.fromkeys(range(9), 2**32 - 1)), {3: 7})) == dict.fromkeys(range(9), 2**32 - 1)
