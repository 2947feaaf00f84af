"""A projection goes by the pace so far, respects the days of the week, is wide where little is known, and says when it is too early."""

from decimal import Decimal

import numpy as np
import pytest

from tests.ledger.test_fields import a_record
from tests.ledger.test_spend import write
from workbench.cost import projection
from workbench.ledger import budgets
from workbench.ledger.periods import DAY_MS
from workbench.runner.tables import CellRow, RunRow, RunVariantRow
from workbench.store import Store

USD = 10**9
JUNE = 1_748_736_000_000  # 2025-06-01 00:00 UTC, a Sunday


def spent(store: Store, day: int, usd: float, **more: object) -> None:
    """Spend so much on a day of June, 0 the first; days before are of May."""
    write(store, a_record(started_ms=JUNE + day * DAY_MS + 1000, cost_nano=round(usd * USD), **more))


def test_nothing_spent_projects_nothing(sqlite_store: Store) -> None:
    found = projection.month(sqlite_store, JUNE + 12 * DAY_MS)
    assert (found.projected, found.spent_usd, found.note) == (None, 0, "Nothing has been spent yet.")
    write(sqlite_store, a_record(started_ms=JUNE + 1000))
    found = projection.month(sqlite_store, JUNE + 12 * DAY_MS)
    assert (found.unpriced, found.note) == (1, "Nothing has been spent yet. Calls of unknown price are not in it: 1.")


@pytest.mark.parametrize("days", [0, 1])
def test_on_the_first_days_it_is_too_early_to_say(sqlite_store: Store, days: int) -> None:
    for day in range(days + 1):
        spent(sqlite_store, day, 3)
    found = projection.month(sqlite_store, JUNE + days * DAY_MS + DAY_MS // 2)
    assert (found.projected, found.days_seen, found.spent_usd) == (None, days, 3 * (days + 1))
    assert found.note.startswith("Too early to say")


def test_the_first_of_a_month_goes_by_the_month_before(sqlite_store: Store) -> None:
    for day in range(-20, 0):
        spent(sqlite_store, day, 3)
    found = projection.month(sqlite_store, JUNE)
    assert found.spent_usd == 0
    assert found.days_seen == 20
    assert found.projected is not None
    assert found.projected.value == pytest.approx(Decimal(90), abs=Decimal("0.01"))


def test_an_even_pace_is_carried_on_and_a_short_past_is_wider(sqlite_store: Store) -> None:
    chance = np.random.default_rng(3)
    widths = []
    for day in range(20):
        spent(sqlite_store, day, float(chance.uniform(2, 4)))
        if day in (2, 19):
            found = projection.month(sqlite_store, JUNE + (day + 1) * DAY_MS)
            assert found.projected is not None
            assert found.projected.low is not None
            assert found.projected.high is not None
            assert found.spent_usd <= found.projected.low < 90 < found.projected.high
            widths.append((found.projected.high - found.projected.low) / (30 - day))
    assert widths[0] > 2 * widths[1]


def test_days_of_the_week_are_told_apart_after_two_weeks(sqlite_store: Store) -> None:
    quiet = {0, 6}  # the first of June is a Sunday
    for day in range(-28, 5):
        spent(sqlite_store, day, 1 if day % 7 in quiet else 11)
    found = projection.month(sqlite_store, JUNE + 5 * DAY_MS)
    actual = sum(1 if day % 7 in quiet else 11 for day in range(30))
    assert found.projected is not None
    assert found.projected.value == pytest.approx(Decimal(actual), rel=Decimal("0.01"))
    assert "days of the week told apart" in found.note
    early = projection._rest([11 * USD] * 5 + [USD] * 2, JUNE, JUNE, JUNE + DAY_MS)
    assert float(early.mean()) > 5 * USD  # one week: a Sunday is a day like any other


def test_a_range_holds_what_comes_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(11)
    week = np.array([1, 1, 1, 1, 1, 0.2, 0.2])
    for known in (5, 14, 40):
        inside = 0
        for _ in range(150):
            today = 20_000 + int(chance.integers(7))
            drawn = week[np.arange(today - known, today + 9) % 7] * chance.lognormal(0, 0.3, known + 9) * USD
            totals = projection._rest([int(value) for value in drawn[:known]], today * DAY_MS, today * DAY_MS, (today + 9) * DAY_MS)
            low, high = np.quantile(totals, (0.05, 0.95))
            inside += bool(low <= drawn[known:].sum() <= high)
        assert inside >= 0.85 * 150, known


def test_a_budget_is_projected_by_its_own_scope_and_says_how_likely_its_limit_is(sqlite_store: Store) -> None:
    for day in range(10):
        spent(sqlite_store, day, 1, model="small")
        spent(sqlite_store, day, 50, model="big")
    now_ms = JUNE + 10 * DAY_MS
    for key, limit in (("openai/small", 40), ("openai/big", 600)):
        budgets.put(sqlite_store, scope="model", key=key, period="month", limit_usd=limit)
    budgets.put(sqlite_store, scope="model", key="openai/none", period="day", limit_usd=1)
    big, none, small = (projection.of(sqlite_store, standing, now_ms) for standing in budgets.standings(sqlite_store, now_ms))
    assert big.projected is not None
    assert small.projected is not None
    assert (round(big.projected.value), big.crosses, round(small.projected.value), small.crosses) == (1500, 1.0, 30, 0.0)
    assert (none.projected, none.crosses) == (None, None)
    daily = budgets.put(sqlite_store, scope="total", period="day", limit_usd=40)
    (standing,) = [one for one in budgets.standings(sqlite_store, now_ms + DAY_MS // 2) if one.budget == daily]
    today = projection.of(sqlite_store, standing, now_ms + DAY_MS // 2)
    assert today.projected is not None
    assert today.projected.value == pytest.approx(Decimal("25.5"))
    assert today.to_json()["projected_usd"] == pytest.approx(25.5)


def test_what_is_spent_is_the_least_and_at_the_end_it_is_all(sqlite_store: Store) -> None:
    for day in range(29):
        spent(sqlite_store, day, 0.0001)
    spent(sqlite_store, 29, 500)
    last = projection.month(sqlite_store, JUNE + 30 * DAY_MS - 1)
    assert last.projected is not None
    assert last.projected.low is not None
    assert last.spent_usd <= last.projected.low <= last.projected.value < last.spent_usd + 1
    write(sqlite_store, a_record(started_ms=JUNE))
    assert projection.month(sqlite_store, JUNE + 20 * DAY_MS).note.endswith("Calls of unknown price are not in it: 1.")


def a_run(store: Store, run_id: str, cells: list[dict[str, object]], *, scored: bool = True, models: tuple[str, ...] = ("big",)) -> None:
    plan = {"workbench": "0", "cases": 1, "score": {"kind": "equals"} if scored else None}
    with store.write() as session:
        session.add(RunRow(id=run_id, name="", kind="run", state="finished", plan=plan, total=1, created_ms=JUNE))
        session.flush()
        for position, model in enumerate(models):
            session.add(RunVariantRow(run_id=run_id, position=position, name=model, provider="openai", model=model, content={}))
        session.flush()
        for number, cell in enumerate(cells):
            values = {"variant": 0, "case_position": number, "repeat": 0, "status": "ok", "cost_nano": USD} | cell
            session.add(CellRow(run_id=run_id, fingerprint="f", finished_ms=1, **values))


def test_a_solved_case_costs_what_all_of_them_cost(store: Store) -> None:
    a_run(
        store,
        "r1",
        [
            {"score": 1.0},
            {"score": 0.5},
            {"score": 0.4},
            {"score": None, "status": "error"},
            {"score": 1.0, "case_position": 9},
            {"score": 0.0, "case_position": 9, "repeat": 1},
            {"score": 1.0, "case_position": 10, "cost_nano": 0, "reused_from": "r0"},
            {"score": 1.0, "variant": 1, "cost_nano": 3 * USD},
        ],
        models=("big", "small"),
    )
    a_run(store, "r2", [{}], scored=False)
    a_run(store, "r3", [{"score": 1.0, "cost_nano": None}], models=("unpriced",))
    whole, big, small, unpriced = projection.solved(store, JUNE, JUNE + DAY_MS)
    assert (big.model, big.cases, big.solved, big.cost_usd) == ("openai/big", 5, 3, 6)
    assert big.usd_per_solved == 2
    assert (small.solved, small.usd_per_solved) == (1, 3)
    assert (unpriced.solved, unpriced.unpriced, unpriced.usd_per_solved) == (1, 1, None)
    assert (whole.model, whole.cases, whole.solved, whole.cost_usd, whole.usd_per_solved) == ("", 7, 5, 9, None)
    assert projection.solved(store, JUNE + DAY_MS, JUNE + 2 * DAY_MS) == ()
