"""The past predicts what came: exact totals, honest ranges, and on a real hour of requests the first half holds the second."""

from decimal import Decimal

import numpy as np
import pytest

from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.data import AZURE
from workbench.cost import backtest, bootstrap, columns, trace
from workbench.cost.backtest import MEASURES, Measure
from workbench.cost.columns import Columns
from workbench.cost.model import OwnPrice, Recorded
from workbench.cost.outcome import Figure
from workbench.errors import InputError
from workbench.store import Store

MODEL = "openai/gpt-4o"
PRICE = {MODEL: OwnPrice(Decimal("2.50"), Decimal(10))}


@pytest.fixture(scope="module")
def azure() -> Columns:
    return trace.load(AZURE, MODEL)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_first_half_of_a_real_hour_holds_the_second(azure: Columns, measure: Measure) -> None:
    found = backtest.backtest(azure, measure=measure, prices=PRICE)
    assert found.inside
    assert found.predicted.low is not None
    assert found.predicted.high is not None
    assert found.predicted.low < found.actual < found.predicted.high
    assert found.error is not None
    assert abs(found.error) < Decimal("0.16")


@pytest.mark.parametrize(
    "price", [(1, 1), (1, 3), (1, 4), (1, 5), (15, 75), (Decimal("0.8"), 4)], ids=lambda price: f"{price[0]} in, {price[1]} out"
)
def test_it_does_so_at_whatever_price(azure: Columns, price: tuple[Decimal | int, int]) -> None:
    prices = {MODEL: OwnPrice(Decimal(price[0]), Decimal(price[1]))}
    assert backtest.backtest(azure, prices=prices).inside


def test_the_range_is_no_wider_than_the_real_hour_asks_for(azure: Columns) -> None:
    found = backtest.backtest(azure, prices=PRICE)
    assert found.predicted.low is not None
    assert found.predicted.low > found.predicted.value * Decimal("0.6")


@pytest.mark.parametrize(("measure", "inside"), [("usd", 10), ("calls", 7), ("input_tokens", 11), ("output_tokens", 13)])
def test_splits_that_fell_outside_are_told(azure: Columns, measure: Measure, inside: int) -> None:
    found = backtest.backtest(azure, measure=measure, prices=PRICE)
    assert (found.inside_count, len(found.history)) == (inside, 14)
    assert f"Of 14 splits {inside} lay inside theirs (90 % would be 13)" in found.said


def test_the_totals_are_the_sums_of_the_lines(azure: Columns) -> None:
    found = backtest.backtest(azure, measure="output_tokens")
    half = azure.started_ms >= found.split.at_ms
    assert found.actual == int(azure.tokens[half, 4].sum())
    assert (found.split.at_ms - found.split.from_ms, found.unit_ms) == (29 * 60_000, 60_000)
    ended = azure.until_ms - found.split.at_ms
    assert float(found.predicted.value) == pytest.approx(int(azure.tokens[~half, 4].sum()) * ended / (29 * 60_000), abs=1)
    cost = backtest.backtest(azure, prices=PRICE).actual
    assert cost == sum(Decimal(int(i)) * 2500 + Decimal(int(o)) * 10_000 for i, o in azure.tokens[half][:, [0, 4]]) / 10**9


def days(store: Store, counts: list[int], **fields: object) -> Columns:
    put(store, *(call(started_ms=START_MS + day * DAY_MS + n, **fields) for day, count in enumerate(counts) for n in range(count)))
    return columns.load(store, Recorded(START_MS, START_MS + len(counts) * DAY_MS))


def test_recorded_calls_are_split_by_days(store: Store) -> None:
    days(store, [3, 4, 5, 4, 3, 1, 1] * 4, cost_nano=2_000_000)
    found = backtest.backtest(store, Recorded(START_MS, START_MS + 28 * DAY_MS))
    assert (found.measure, found.unit_ms, found.split.at_ms) == ("usd", DAY_MS, START_MS + 14 * DAY_MS)
    assert found.actual == found.predicted.value == Decimal("0.084")
    assert (found.error, found.inside) == (0, True)
    assert found.said.startswith("The first 14 days predicted the rest 0 % too low, and what came lay inside the range.")


def test_a_split_never_sees_what_it_predicts(store: Store) -> None:
    found = backtest.backtest(days(store, [4, 5, 6, 5] * 4 + [0] * 16), measure="calls")
    assert found.predicted.value == 80
    assert found.actual == 0
    assert found.error is None
    assert not found.inside
    assert "OUTSIDE" in found.said


def test_the_range_is_the_one_of_every_page(store: Store) -> None:
    counts = np.random.default_rng(2).poisson(6, size=30).tolist()
    found = backtest.backtest(days(store, counts), measure="calls")
    low, high = bootstrap.limits(np.array(counts[:15], dtype=float), 15, unit_ms=DAY_MS)
    assert found.predicted == Figure(Decimal(sum(counts[:15])), Decimal(round(low)), Decimal(round(high)))


def test_calls_without_a_price_are_counted_apart(store: Store) -> None:
    put(store, *(call(started_ms=START_MS + n * DAY_MS // 2, cost_nano=None if n % 4 else 1_000_000) for n in range(60)))
    found = backtest.backtest(store, Recorded(START_MS, START_MS + 30 * DAY_MS))
    assert found.unpriced == 45
    assert found.actual == Decimal("0.007")


def test_kinds_of_tokens_are_billed_as_the_kind_around_them_but_for_their_own_price(store: Store) -> None:
    tokens = {"input_tokens": 100, "cached_tokens": 30, "cache_write_tokens": 20, "cache_write_1h_tokens": 5, "reasoning_tokens": 4}
    loaded = days(store, [1] * 4, output_tokens=10, **tokens)
    plain = OwnPrice(Decimal(1), Decimal(10))
    own = OwnPrice(
        Decimal(1), Decimal(10), cached=Decimal("0.1"), cache_write=Decimal("1.25"), cache_write_1h=Decimal(2), reasoning=Decimal(20)
    )
    assert backtest.backtest(loaded, prices={"p/m": plain}).actual == Decimal("0.0004")
    each = Decimal(50 + 3 + Decimal("1.25") * 15 + 2 * 5 + 10 * 6 + 20 * 4)
    assert backtest.backtest(loaded, prices={"p/m": own}).actual == (2 * each * 1_000).to_integral_value() / 10**9


def test_how_wrong_it_has_been_is_the_median_of_the_splits(store: Store) -> None:
    found = backtest.backtest(days(store, [5, 7] * 15), measure="calls")
    errors = sorted(abs(one.error) for one in found.history if one.error is not None)
    assert found.median_error is not None
    assert errors[0] <= found.median_error <= errors[-1]
    assert all(one.from_ms < one.at_ms < one.until_ms <= START_MS + 30 * DAY_MS for one in found.history)
    assert len({(one.from_ms, one.at_ms, one.until_ms) for one in found.history}) == len(found.history)


def test_nothing_to_split_is_an_error_that_says_so(store: Store) -> None:
    empty = columns.load(store, Recorded(START_MS, START_MS + 30 * DAY_MS))
    with pytest.raises(InputError, match="no answered call"):
        backtest.backtest(empty)
    with pytest.raises(InputError, match="no call has a price"):
        backtest.backtest(empty, measure="usd")
    with pytest.raises(InputError, match="field baseline: is missing"):
        backtest.backtest(store)
    short = trace.load(b"time,input,output\n0.000,1,1\n0.001,1,1\n", MODEL)
    with pytest.raises(InputError, match="too short to be split"):
        backtest.backtest(short)
