"""Numbers typed in make an exact month; what cannot be is refused with the field and what to do."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cost import typed
from workbench.cost.model import KINDS, ClassOf, Component, Typed
from workbench.errors import InputError

D = Decimal
INPUT, CACHED, OUTPUT = KINDS.index("input"), KINDS.index("cached"), KINDS.index("output")


def numbers(**changed: Any) -> Typed:
    usual: dict[str, Any] = {
        "queries_per_day": D(100_000),
        "input_tokens": D(150),
        "output_tokens": D(200),
        "models": {"openai/gpt-4": D(1)},
    }
    return Typed(**{**usual, **changed})


def test_a_month_of_the_example_is_three_million_calls() -> None:
    traffic = typed.traffic(numbers(), days_per_month=30)
    assert traffic.month_calls == (D(3_000_000),)
    assert traffic.month_tokens[0][INPUT] == D(450_000_000)
    assert traffic.month_tokens[0][OUTPUT] == D(600_000_000)
    assert (traffic.unit_ms, traffic.calls.shape, traffic.tokens.shape) == (0, (1, 1), (1, 1, len(KINDS)))
    assert traffic.label == "100,000 queries a day for 30 days, 1 model, typed in"


def test_models_and_classes_multiply_and_a_class_has_its_own_lengths() -> None:
    classes = {"simple": ClassOf(D("0.7"), input_tokens=D(50)), "complex": ClassOf(D("0.3"), output_tokens=D(800), can_wait=True)}
    traffic = typed.traffic(
        numbers(models={"a": D("0.4"), "b": D("0.6")}, classes=classes, cached_share=D("0.25")), days_per_month=D("30.5"), bands=(100,)
    )
    assert [(stream.model, stream.klass, stream.band) for stream in traffic.streams] == [
        ("a", "simple", 0), ("a", "complex", 1), ("b", "simple", 0), ("b", "complex", 1),
    ]  # fmt: skip
    assert traffic.month_calls == (D(854_000), D(366_000), D(1_281_000), D(549_000))
    assert [row[INPUT] for row in traffic.month_tokens] == [D(854_000 * 50), D(366_000 * 150), D(1_281_000 * 50), D(549_000 * 150)]
    assert traffic.month_tokens[0][CACHED] == D(854_000 * 50) / 4
    assert traffic.month_tokens[1][OUTPUT] == D(366_000 * 800)
    assert traffic.can_wait == {"complex"}


def test_ten_to_the_fifteen_queries_stay_exact() -> None:
    traffic = typed.traffic(numbers(queries_per_day=D(10**15 + 1), input_tokens=D(10**6 + 1)), days_per_month=30)
    assert traffic.month_calls == (D(30 * (10**15 + 1)),)
    assert traffic.month_tokens[0][INPUT] == D(30 * (10**15 + 1) * (10**6 + 1))


def test_thirds_that_were_rounded_lose_no_call() -> None:
    third = D("0.3333333")
    traffic = typed.traffic(numbers(models={"a": third, "b": third, "c": third}), days_per_month=30)
    assert sum(traffic.month_calls) == pytest.approx(D(3_000_000), abs=D("1e-60"))


def test_no_queries_are_no_traffic_but_no_error() -> None:
    assert typed.traffic(numbers(queries_per_day=D(0)), days_per_month=30).month_calls == (D(0),)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"queries_per_day": D("NaN")}, "baseline.queries_per_day", "NaN is not a number"),
        ({"queries_per_day": D("Infinity")}, "baseline.queries_per_day", "Infinity is not a number"),
        ({"queries_per_day": D("1e400")}, "baseline.queries_per_day", "is over"),
        ({"input_tokens": D(-1)}, "baseline.input_tokens", "-1 is below 0"),
        ({"output_tokens": D("-0.5")}, "baseline.output_tokens", "-0.5 is below 0"),
        ({"cached_share": D("1.4")}, "baseline.cached_share", "1.4 is over 1"),
        ({"models": {}}, "baseline.models", "is empty"),
        ({"models": {"a": D("0.7"), "b": D("0.4")}}, "baseline.models", "sum to 110 %"),
        ({"models": {"a": D("0.25"), "b": D("0.5")}}, "baseline.models", "sum to 75 %"),
        ({"models": {"a": D("1.5"), "b": D("-0.5")}}, "baseline.models.a", "1.5 is over 1"),
        ({"classes": {"simple": ClassOf(D("0.5"))}}, "baseline.classes", "sum to 50 %"),
        ({"classes": {"simple": ClassOf(D(1), input_tokens=D(-3))}}, "baseline.classes.simple.input_tokens", "below 0"),
        ({"components": (Component("corpus", "embedding", "m", D("NaN")),)}, "baseline.components.1.tokens_per_month", "not a number"),
        ({"components": (Component("corpus", "embedding", "m", D(1), D(-1)),)}, "baseline.components.1.usd_per_mtok", "below 0"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(changed: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        typed.traffic(numbers(**changed), days_per_month=30)
    assert caught.value.place == f"field {field}"
    assert caught.value.hint


@pytest.mark.parametrize("days", [D(0), D(-1), D("NaN"), D(400)])
def test_a_month_of_no_days_is_refused(days: D) -> None:
    with pytest.raises(InputError, match="days_per_month"):
        typed.traffic(numbers(), days_per_month=days)


@given(st.lists(st.decimals(0, 1, places=4), min_size=1, max_size=5), st.decimals(0, 10**15, places=3))
def test_no_call_is_lost_or_made_whatever_the_shares(parts: list[D], queries: D) -> None:
    whole = sum(parts)
    if not whole:
        return
    traffic = typed.traffic(
        numbers(queries_per_day=queries, models={f"m{at}": part / whole for at, part in enumerate(parts)}), days_per_month=30
    )
    assert abs(sum(traffic.month_calls) - queries * 30) <= D("1e-20") * max(queries, 1)
