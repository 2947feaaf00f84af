"""Traffic is the calls' sums, whatever the cut; a month is exact; what one must know about the calls is said."""

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from tests.cost.ledger import DAY_MS, START_MS, call, put
from workbench.cost import columns, loading, rules
from workbench.cost.model import KINDS, Recorded, Rule
from workbench.cost.replay import places
from workbench.cost.traffic import Stream, Traffic
from workbench.errors import InputError
from workbench.store import Store

INPUT, OUTPUT = KINDS.index("input"), KINDS.index("output")
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
RULES = (Rule("question", "asks"), Rule("words > 3", "long"))


def mixed(days: int, count: int = 300) -> list[Any]:
    chance = random.Random(11)
    return [
        call(
            f"Say {'more and more ' * (n % 3)}{n % 7}{'?' if n % 4 == 0 else '.'}",
            started_ms=START_MS + chance.randrange(days * DAY_MS),
            model=("m", "n")[n % 2],
            prompt=(None, "one")[n % 3 == 0],
            status="error" if n % 10 == 9 else "ok",
            input_tokens=chance.randrange(50, 2_000),
            output_tokens=chance.randrange(500),
            cached_tokens=n % 50,
            cost_nano=None if n % 20 == 3 else chance.randrange(10**9),
            latency_ms=None if n % 15 == 0 else chance.randrange(5_000),
            processing="batch" if n % 25 == 0 else None,
        )
        for n in range(count)
    ]


def of(store: Store, days: float = 30, **asked: Any) -> Traffic:
    loaded = columns.load(store, Recorded(START_MS, START_MS + round(days * DAY_MS)))
    return loading.traffic(loaded, **{"days_per_month": 30, **asked})


def month(calls: int, days: int, period: int) -> Decimal:
    exact = Fraction(calls * days, period)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def test_units_and_streams_sum_up_the_calls_of_either_database(store: Store) -> None:
    records = mixed(28)
    put(store, *records)
    traffic = of(store, 28, rules=RULES, bands=(500, 1_000))
    answered = [one for one in records if one.status == "ok"]
    assert traffic.calls.shape == (28, len(traffic.streams))
    assert traffic.calls.sum() == len(answered)
    assert traffic.failed == len(records) - len(answered)
    for kind, name in enumerate(KINDS):
        assert traffic.tokens[:, :, kind].sum() == sum(getattr(one, f"{name}_tokens") or 0 for one in answered)
    counted: Counter[tuple[int, Stream]] = Counter()
    for one in answered:
        said = one.request["messages"][0]["content"]
        klass = "asks" if "?" in said else "long" if len(said.split()) > 3 else "all"
        band = sum(one.input_tokens > edge for edge in (500, 1_000))
        unit = (one.started_ms - START_MS) // DAY_MS
        counted[unit, Stream(f"p/{one.model}", one.prompt, klass, band, one.processing)] += 1
    found = {(unit, stream): n for unit in range(28) for stream, n in zip(traffic.streams, traffic.calls[unit].tolist(), strict=True) if n}
    assert found == counted


def test_a_month_is_the_sums_times_its_days_over_the_whole_period(store: Store) -> None:
    records = mixed(20)  # of a period of 28 days: the last eight have no calls, and count
    put(store, *records)
    traffic = of(store, 28, days_per_month=Decimal(31))
    for at, stream in enumerate(traffic.streams):
        alike = [one for one in records if one.status == "ok" and (f"p/{one.model}", one.prompt, one.processing) == _key(stream)]
        assert traffic.month_calls[at] == pytest.approx(month(len(alike), 31, 28), abs=Decimal("1e-20"))
        assert traffic.month_tokens[at][INPUT] == pytest.approx(month(sum(one.input_tokens for one in alike), 31, 28), abs=Decimal("1e-18"))
    assert any("before the end of the period" in note for note in traffic.notes)


def _key(stream: Stream) -> tuple[str, str | None, str | None]:
    return stream.model, stream.prompt, stream.processing


def test_thirty_days_of_thirty_are_the_calls_themselves(store: Store) -> None:
    put(store, *mixed(30))
    traffic = of(store)
    assert sum(traffic.month_calls) == traffic.calls.sum() == 270
    assert traffic.label == "270 calls of 30 days, 2 models"


def test_lengths_hold_every_reply_and_latencies_are_sorted(store: Store) -> None:
    records = mixed(30)
    put(store, *records)
    traffic = of(store)
    for at, stream in enumerate(traffic.streams):
        alike = [one for one in records if one.status == "ok" and (f"p/{one.model}", one.prompt, one.processing) == _key(stream)]
        lengths = traffic.lengths[at]
        assert lengths is not None
        counted = sorted(Counter(one.output_tokens for one in alike).items())
        assert list(zip(lengths.tokens.tolist(), lengths.calls.tolist(), strict=True)) == counted
        known = sorted(one.latency_ms for one in alike if one.latency_ms is not None)
        sample = traffic.latency_ms[at]
        assert ([] if sample is None else sample.tolist()) == known


def test_a_sample_of_latencies_goes_from_the_quickest_to_the_slowest() -> None:
    latency = np.random.default_rng(1).permutation(np.arange(50_000))
    (sample,) = loading._latencies(latency, np.zeros(50_000, dtype=np.int64), 1)
    assert sample is not None
    assert (len(sample), sample[0], sample[-1]) == (2_000, 0, 49_999)
    assert np.median(sample) == pytest.approx(25_000, abs=20)


def test_money_as_recorded_is_exact_beyond_64_bits(store: Store) -> None:
    put(store, *(call(started_ms=START_MS + n * DAY_MS) for n in range(5)), call(cost_nano=None, model="unpriced"))
    with store.write() as session:  # the door lets no such cost in; what is there already is summed up as it is
        session.execute(text("UPDATE calls SET cost_nano = 9000000000000000000 WHERE cost_nano IS NOT NULL"))
    traffic = of(store)
    assert traffic.recorded_nano == 45 * 10**18
    assert (traffic.recorded, traffic.recorded_unpriced) == (6, 1)
    assert any("1 answered call was recorded without a cost" in note for note in traffic.notes)


@pytest.mark.parametrize(
    ("span_ms", "unit_ms"),
    [
        (90 * DAY_MS, DAY_MS), (14 * DAY_MS, DAY_MS), (14 * DAY_MS - 1, HOUR_MS), (20 * HOUR_MS, HOUR_MS),
        (20 * HOUR_MS - 1, 5 * MINUTE_MS), (400 * MINUTE_MS, MINUTE_MS), (58 * MINUTE_MS, MINUTE_MS), (20 * MINUTE_MS, MINUTE_MS),
        (5 * MINUTE_MS, 10_000), (1, 1), (500 * DAY_MS, 7 * DAY_MS),
    ],
)  # fmt: skip
def test_a_unit_is_a_day_from_two_weeks_on_and_shorter_for_less(span_ms: int, unit_ms: int) -> None:
    assert loading.unit(span_ms) == unit_ms


@pytest.mark.parametrize("span_ms", [2**62, 3 * 10**13, 10**9, 12_345])
def test_no_period_has_more_units_than_fit(span_ms: int) -> None:
    assert 0 < span_ms // loading.unit(span_ms) <= 401


def test_very_many_streams_have_longer_units() -> None:
    assert loading.unit(390 * DAY_MS, 10) == DAY_MS
    assert loading.unit(390 * DAY_MS, 15_000) == 7 * DAY_MS
    assert loading.unit(30 * DAY_MS, 10**6) == DAY_MS  # four weeks would show nothing


def test_what_is_left_over_of_a_period_is_weighed_by_its_length(store: Store) -> None:
    every = [call(started_ms=START_MS + n * HOUR_MS) for n in range(round(20.25 * 24))]
    put(store, *every)
    traffic = of(store, 20.25)
    assert len(traffic.calls) == 20
    assert traffic.calls[:, 0] == pytest.approx(np.full(20, 24.0))
    traffic = of(store, 19.75)
    assert len(traffic.calls) == 20
    assert traffic.calls[:, 0] == pytest.approx(np.full(20, 24.0))
    assert sum(traffic.month_calls) == pytest.approx(Decimal(30 * 24), abs=Decimal("1e-20"))


def test_the_calls_of_a_stream_are_found_again(store: Store) -> None:
    put(store, *mixed(30))
    loaded = columns.load(store, Recorded(START_MS, START_MS + 30 * DAY_MS))
    traffic = loading.traffic(loaded, rules=rules.SHIPPED, bands=(700,), days_per_month=30)
    place = places(loaded, traffic, rules.SHIPPED)
    assert np.bincount(place[loaded.ok], minlength=len(traffic.streams)).tolist() == traffic.calls.sum(axis=0).tolist()


@pytest.mark.parametrize(
    ("record", "days", "said"),
    [
        ({"input_tokens": None}, 30, "1 answered call was left out, without token counts"),
        ({"status": "error"}, 30, "1 call was not answered"),
        ({"provider": "simulated", "cost_nano": 0}, 30, "1 call was answered by the simulated or the local model"),
        ({}, 2, "A month is 2 days times 15"),
        ({}, 30, "The last call came"),
    ],
)
def test_what_one_must_know_is_said(store: Store, record: dict[str, Any], days: int, said: str) -> None:
    put(store, call(), call(started_ms=START_MS + 5, **record))
    assert any(said in note for note in of(store, days).notes)


def test_calls_that_cost_nothing_are_left_out_by_what_every_baseline_can_be_narrowed_to(store: Store) -> None:
    put(store, call(), call(started_ms=START_MS + 5, provider="simulated", cost_nano=0))
    assert any(note.endswith("to leave that out, narrow the calls to a provider or a model.") for note in of(store).notes)


def test_a_call_of_the_simulated_model_that_was_billed_is_not_said_to_cost_nothing(store: Store) -> None:
    put(store, call(provider="simulated"), call(started_ms=START_MS + 5, provider="simulated", cost_nano=0))
    assert next(note for note in of(store).notes if "simulated" in note).startswith("1 call was answered")
    put(store, call(prompt="billed", provider="simulated"))
    billed = columns.load(store, Recorded(START_MS, START_MS + 30 * DAY_MS, {"prompt": "billed"}))
    assert not any("simulated" in note for note in loading.traffic(billed, days_per_month=30).notes)


def test_nothing_to_go_by_is_an_error_that_says_what_to_do(store: Store) -> None:
    with pytest.raises(InputError, match="no answered call is in the period") as caught:
        of(store)
    assert caught.value.place == "field baseline"
    put(store, call(input_tokens=None))
    with pytest.raises(InputError, match="1 has no token counts"):
        of(store)


@pytest.mark.parametrize("days", [0, -3, Decimal("NaN"), 1_000])
def test_a_month_has_days(store: Store, days: Decimal | int) -> None:
    put(store, call())
    with pytest.raises(InputError, match="days_per_month"):
        of(store, days_per_month=days)


def test_lengths_of_time_are_told_in_words() -> None:
    told = [loading.told(span) for span in (30 * DAY_MS, 36 * HOUR_MS, 58 * MINUTE_MS + 22_000, 1_500)]
    assert told == ["30 days", "36 hours", "58 minutes", "1.5 seconds"]
