"""What a rule may be, what is said of it, and when an alert begins and ends."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.errors import InputError
from workbench.monitoring import anomaly, machine, messages, rules
from workbench.monitoring.machine import FIRED, RESOLVED, Reading, Standing
from workbench.monitoring.rules import Rule
from workbench.monitoring.shipped import SHIPPED
from workbench.monitoring.window import Sample, Window, figure

ERRORS = Rule(name="Errors", metric="errors", aggregation="rate", threshold=0.05, hold_s=300, clear_s=120)
S = 1_000


def walk(rule: Rule, values: list[float | None], step_s: int = 60) -> list[tuple[int, str]]:
    """Second and happening, a value each step: over 0.05 is beyond."""
    stood, told = Standing(), []
    for n, value in enumerate(values):
        reading = Reading(value, 10, beyond=value is not None and value > 0.05)
        stood, happened = machine.step(rule, stood, reading, n * step_s * S)
        if happened:
            told.append((n * step_s, happened))
    return told


def test_every_shipped_rule_is_valid_and_survives_json() -> None:
    for rule in SHIPPED:
        assert rules.from_json(rules.check(rule).to_json()) == rule
        assert messages.describe(rule)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": " "}, "name"), ({"metric": "errs"}, "metric"), ({"metric": "metric:1x"}, "name"), ({"aggregation": "p95"}, "aggregation"),
        ({"threshold": 5.0}, "threshold"), ({"threshold": float("nan")}, "threshold"), ({"window_s": 90}, "window_s"),
        ({"window_s": 0}, "window_s"), ({"last_n": 0}, "last_n"), ({"hold_s": -1}, "hold_s"), ({"severity": "bad"}, "severity"),
        ({"no_data": "zero"}, "no_data"), ({"compare": "over"}, "compare"), ({"filters": {"user": ("x",)}}, "filters"),
        ({"filters": {"version": ("1",)}}, "filters"), ({"summary": "{valeu}"}, "summary"), ({"description": "a } b"}, "description"),
        ({"summary": "{value!r}"}, "summary"), ({"quota": 5.0}, "quota"), ({"compare": "rises_by", "window_s": 7200}, "window_s"),
        ({"compare": "anomaly", "last_n": 10}, "last_n"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_rule_is_refused_at_its_field(changes: dict[str, object], place: str) -> None:
    with pytest.raises(InputError) as refused:
        rules.check(replace(ERRORS, **changes))  # type: ignore[arg-type]
    assert refused.value.place == f"field {place}"


def test_unknown_fields_and_wrong_types_are_refused() -> None:
    for raw in ({"nmae": "x"}, ERRORS.to_json() | {"hold_s": "5"}, ERRORS.to_json() | {"threshold": True}):
        with pytest.raises(InputError, match="field"):
            rules.from_json(raw)


def test_a_message_is_plain_text_and_what_is_filled_in_is_no_template() -> None:
    rule = replace(
        ERRORS, name="{value} <b>", summary="{{x}} {name}: {value} > {threshold}\x1b[31m", description="{n} in {window}, {filters}"
    )
    summary, description = messages.message(rule, Reading(0.072, 1_200, beyond=True, measured=0.072), 0)
    assert summary == "{x} {value} <b>: 7.2 % > 5 %[31m"
    assert description == "1,200 in 5 minutes, all calls"


def test_a_value_must_stay_beyond_for_the_hold_before_it_fires_and_back_before_it_ends() -> None:
    bad, good = 0.2, 0.0
    assert walk(ERRORS, [bad] * 5 + [good] * 5) == []
    assert walk(ERRORS, [bad] * 8 + [good] * 5) == [(300, FIRED), (600, RESOLVED)]


def test_flapping_near_the_threshold_is_one_episode() -> None:
    assert walk(replace(ERRORS, hold_s=0), [0.2, 0.0, 0.2, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0]) == [(0, FIRED), (480, RESOLVED)]


def test_exactly_the_threshold_is_not_beyond() -> None:
    assert walk(replace(ERRORS, hold_s=0), [0.05] * 3) == []


@pytest.mark.parametrize(
    ("no_data", "told"),
    [("ok", [(300, FIRED), (540, RESOLVED)]), ("keep", [(300, FIRED)]), ("alert", [(300, FIRED)])],
)
def test_no_data_does_what_the_rule_says(no_data: str, told: list[tuple[int, str]]) -> None:
    assert walk(replace(ERRORS, no_data=no_data), [0.2] * 7 + [None] * 8) == told
    only_nothing = walk(replace(ERRORS, no_data=no_data), [None] * 8)
    assert only_nothing == ([(300, FIRED)] if no_data == "alert" else [])


def test_a_hold_that_nobody_watched_for_over_an_hour_starts_anew() -> None:
    assert walk(ERRORS, [0.2, 0.2, 0.2], step_s=4_000) == []
    assert walk(ERRORS, [0.2, 0.2, 0.2], step_s=1_800) == [(1_800, FIRED)]


def test_a_figure_without_calls_is_no_data_but_a_count_of_none_is_0() -> None:
    empty = Window(60_000)
    assert figure(ERRORS, empty) == (None, 0)
    assert figure(replace(ERRORS, metric="calls", aggregation="count"), empty) == (0, 0)
    assert figure(replace(ERRORS, metric="latency_ms", aggregation="p95"), empty) == (None, 0)


def test_the_figures_of_a_window_are_those_of_its_calls() -> None:
    numbers = tuple(float(n) for n in range(1, 201))
    held = Window(120_000, calls=200, errors=10, retries=4, tokens=900, token_calls=180, cost_nano=10**9, priced=100, rated=4, liked=3,
                  latency=Sample(200, sum(numbers), numbers=numbers))  # fmt: skip
    expected = {
        ("errors", "rate"): 0.05, ("errors", "count"): 10, ("calls", "rate"): 100, ("tokens", "mean"): 5, ("tokens", "sum"): 900,
        ("cost_usd", "mean"): 0.01, ("feedback", "rate"): 0.75, ("retries", "mean"): 0.02, ("latency_ms", "mean"): 100.5,
        ("latency_ms", "p95"): float(np.quantile(numbers, 0.95)), ("latency_ms", "most"): 200,
    }  # fmt: skip
    for (metric, how), value in expected.items():
        assert figure(replace(ERRORS, metric=metric, aggregation=how), held)[0] == pytest.approx(value)


def test_a_robust_z_takes_the_same_hour_of_the_week_and_says_when_it_knows_too_little() -> None:
    hour, chance = 500 * anomaly.WEEK_MS, np.random.default_rng(3)
    weekly = {hour - week * anomaly.WEEK_MS: float(chance.normal(100, 20)) for week in range(1, 9)}
    daily = {hour - day * anomaly.DAY_MS: 10.0 for day in range(1, 56) if day % 7}
    usual = anomaly.usual(weekly | daily, hour)
    assert usual is not None
    values = np.array([*weekly.values()])
    median = np.median(values)
    assert usual.z(350.0) == pytest.approx(0.6745 * (350 - median) / np.median(abs(values - median)))
    assert anomaly.usual(daily, hour) == anomaly.Usual(10.0, 0.5, 48)
    assert anomaly.usual(daily, hour, counted=True) == anomaly.Usual(10.0, 10**0.5, 48)
    assert anomaly.usual({hour - day * anomaly.DAY_MS: 1.0 for day in range(1, 14)}, hour) is None


def test_a_metric_that_there_is_not_is_told_before_what_is_missing() -> None:
    with pytest.raises(InputError, match="'latncy' is no metric"):
        rules.from_json({"name": "x", "metric": "latncy", "threshold": 3.0})
    with pytest.raises(InputError, match="aggregation: is missing") as refused:
        rules.from_json({"name": "x", "metric": "calls"})
    assert refused.value.hint == "calls has count, rate."
    with pytest.raises(InputError, match="threshold: is missing") as refused:
        rules.from_json({"name": "x", "metric": "calls", "aggregation": "count"})
    assert "--above" in refused.value.hint


def test_small_amounts_are_written_without_an_exponent_and_a_name_is_said_once() -> None:
    costs = replace(ERRORS, metric="cost_usd", aggregation="mean")
    assert [messages.figure(costs, value) for value in (1.4e-05, 0.001, 0.02, 3)] == ["$0.000014", "$0.001", "$0.02", "$3.00"]
    assert messages.figure(replace(ERRORS, metric="metric:relevance", aggregation="mean"), 1.234567e-05) == "0.00001235"
    assert messages.headline("Slow", "Slow: p95 is 3 s") == "Slow: p95 is 3 s"
    assert messages.headline("Slow", "p95 is 3 s") == "Slow: p95 is 3 s"
