"""What replies look like, and the intervals of averages over days: pure."""

import json
from statistics import fmean, stdev

import pytest

from workbench.export.prompt import shape
from workbench.stats import ratios
from workbench.stats.sketched import ratio, ratio_change


def test_keys_of_json_are_counted_once_a_reply_with_their_types() -> None:
    replies = [json.dumps({"a": 1, "items": [{"b": "x"}, {"b": None}]}), '```json\n{"a": "one", "c": {"d": [true]}}\n```', "no JSON"]
    found = shape.observe(replies)
    assert (found.n, found.parsed, found.fenced, found.is_json) == (3, 2, 1, True)
    assert {key.path: (key.types, key.n) for key in found.keys} == {
        "a": ((("number", 1), ("text", 1)), 2),
        "items": ((("list", 1),), 1),
        "items[].b": ((("null", 1), ("text", 1)), 1),
        "c": ((("object", 1),), 1),
        "c.d": ((("list", 1),), 1),
        "c.d[]": ((("boolean", 1),), 1),
    }


def test_few_different_replies_are_listed_and_many_are_measured() -> None:
    found = shape.observe(["a", "b ", "b"] * 5)
    assert found.values == (("b", 10), ("a", 5))
    assert found.lengths == (1, 1, 2)
    assert not found.is_json
    assert shape.observe([str(n) * n for n in range(1, 30)]).values == ()
    assert shape.observe([]) == shape.Shape(0)


@pytest.mark.parametrize("reply", ["[" * 100_000, '{"a": ' * 5_000, "```json", "\x00", "\ud800", "NaN", "1e999", ""])
def test_whatever_came_back_has_a_shape(reply: str) -> None:
    assert shape.observe([reply] * 12).n == 12


def test_the_interval_of_a_ratio_is_that_of_the_difference_from_a_ratio_without_spread() -> None:
    sums, counts = [10.0, 24.0, 9.0, 31.0, 18.0], [5.0, 10.0, 6.0, 12.0, 9.0]
    found = ratio(sums, counts)
    assert found is not None
    within = ratios.interval(found)
    assert within is not None
    assert within.low < sum(sums) / sum(counts) < within.high
    still = found._replace(value=0.0, spread=0.0)
    told = ratio_change(still, found)
    assert (told.low, told.high) == pytest.approx(within)


def test_the_interval_of_a_ratio_of_equal_counts_is_students() -> None:
    values = [2.0, 2.5, 1.5, 2.25, 3.0, 1.0]
    within = ratios.interval(ratio([value * 4 for value in values], [4.0] * 6))
    reach = 2.570582 * stdev(values) / 6**0.5  # Student's t of five degrees of freedom, 97.5 %
    assert within == pytest.approx((fmean(values) - reach, fmean(values) + reach), rel=1e-6)
    assert ratios.interval(ratio([1.0, 2.0], [1.0, 1.0])) is None
    assert ratios.interval(None) is None
