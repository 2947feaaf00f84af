"""The cost report of a kept scenario: what the What-if page says, with quality and latency beside every saving."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.cost.scenarios import SMALL
from tests.export import shown
from workbench.cost import comparing, keeping, working
from workbench.cost.model import Believed, ExactCache, NewModel, OwnPrice, Recorded, Scenario, Typed
from workbench.errors import InputError, NotFound
from workbench.export import setup
from workbench.store import Store

SAVED_MS = START_MS + 1_000
AT_MS = START_MS + DAY_MS // 2  # noon of the day it was saved


def kept(store: Store, scenario: Scenario) -> Scenario:
    """The scenario, kept on START's day."""
    return keeping.save(store, scenario, now_ms=SAVED_MS).scenario


def two_levers() -> Scenario:
    prices = {"a": OwnPrice(Decimal(30), Decimal(60)), "b": OwnPrice(Decimal(1), Decimal(2))}
    believed = {
        "a": Believed(Decimal("0.98"), latency_p50_ms=900, latency_p95_ms=2_000),
        "b": Believed(Decimal("0.90"), latency_p50_ms=300, latency_p95_ms=600),
    }
    levers = (ExactCache(Decimal("0.3")), NewModel("b", share=Decimal("0.5")))
    return Scenario("plan", Typed(Decimal(1_000), Decimal(150), Decimal(200), {"a": Decimal(1)}), levers, prices, believed=believed)


def test_totals_ranges_and_steps_are_those_of_the_scenario(store: Store) -> None:
    scenario = kept(store, two_levers())
    outcome = working.work_out(store, replace(scenario, prices_at_ms=AT_MS))
    made = shown.compose(store, "cost", "plan")
    month = shown.tables(made, "total")[0]
    total, saved = shown.cell(month, "total", "After"), shown.cell(month, "total", "Saved")
    assert (total.value, saved.value) == (float(outcome.after.usd.value), float(outcome.saved.value))
    assert shown.cell(month, "latency p95", "After").value == pytest.approx(outcome.after.latency.p95_ms)
    steps = shown.rows(shown.tables(made, "parts")[0])
    assert [row[0] for row in steps] == ["Before", *(part.label for part in comparing.steps(outcome)), "After"]
    chart = shown.charts(made, "parts")[0]
    assert chart.lines[0].values == tuple(float(part.usd) for part in comparing.steps(outcome))
    tornado = shown.charts(made, "tornado")[0]
    assert tornado.labels == tuple(bar.name for bar in outcome.tornado)
    assert shown.charts(made, "months")[0].lines[1].values == tuple(float(each.value) for each in outcome.months)
    assert len(shown.rows(shown.tables(made, "assumptions")[0])) == len(outcome.assumptions)
    for said in outcome.findings:
        assert said in shown.text(made, "findings")


def test_no_saving_stands_without_its_quality_and_latency(sqlite_store: Store) -> None:
    kept(sqlite_store, two_levers())
    made = shown.compose(sqlite_store, "cost", "plan")
    steps = {row[0]: row[2:] for row in shown.rows(shown.tables(made, "parts")[0])}
    cache = next(cells for name, cells in steps.items() if name.startswith("Exact cache"))
    other = next(cells for name, cells in steps.items() if "b" in name and not name.startswith(("Exact", "Before", "Levers")))
    assert cache[0] == "98.0 %"
    assert other[0] == "94.0 %"
    assert all(cells[1] not in {"", "unknown"} for name, cells in steps.items() if not name.startswith("Levers"))
    first = shown.text(made, "total").splitlines()[0]
    assert "Quality: " in first
    assert "Latency (p95): " in first
    for audience in ("manager", "reviewer"):
        keys = [one.key for one in shown.compose(sqlite_store, "cost", "plan", audience=audience).sections]
        assert {"total", "quality", "parts"} <= set(keys)


def test_a_scenario_without_levers_says_that_it_changes_nothing(sqlite_store: Store) -> None:
    kept(sqlite_store, replace(SMALL, prices={"openai/gpt-4": OwnPrice(Decimal(30), Decimal(60))}))
    made = shown.compose(sqlite_store, "cost", "small")
    assert "it has no lever" in shown.missing(made, "parts")[0]
    assert "is not known: run it on a dataset" in shown.text(made, "quality")


def test_models_without_a_price_are_unknown_and_never_nothing(sqlite_store: Store) -> None:
    kept(sqlite_store, replace(SMALL, baseline=replace(SMALL.baseline, models={"nobody/knows": Decimal(1)})))  # type: ignore[type-var]
    made = shown.compose(sqlite_store, "cost", "small")
    assert "an unknown amount" in shown.text(made, "total").splitlines()[0]
    assert "unknown" in shown.text(made, "models")
    assert "have no price" in shown.missing(made, "months")[0]


def test_what_cannot_be_worked_out_says_why_in_a_report_that_still_stands(sqlite_store: Store) -> None:
    kept(sqlite_store, Scenario("calls", Recorded(START_MS, START_MS + DAY_MS)))
    made = shown.compose(sqlite_store, "cost", "calls")
    assert "cannot be worked out: field baseline: no answered call is in the period" in shown.missing(made, "total")[0]
    assert [one.key for one in made.sections] == ["total", "sources"]


def test_prices_are_of_the_newest_day_of_the_data_or_of_the_day_asked_for(sqlite_store: Store) -> None:
    kept(sqlite_store, two_levers())
    assert "Prices are those of 2025-06-15" in shown.text(shown.compose(sqlite_store, "cost", "plan"), "prices")
    put(sqlite_store, call("later", started_ms=START_MS + 3 * DAY_MS))
    assert "Prices are those of 2025-06-18" in shown.text(shown.compose(sqlite_store, "cost", "plan"), "prices")
    asked = shown.compose(sqlite_store, "cost", "plan", options={"prices_at": "2024-01-31"})
    assert "Prices are those of 2024-01-31 (the day asked for)" in shown.text(asked, "prices")
    with pytest.raises(InputError, match="no option"):
        shown.compose(sqlite_store, "cost", "plan", options={"colour": "red"})


def test_the_bill_is_told_where_one_is_stated(sqlite_store: Store) -> None:
    kept(sqlite_store, replace(two_levers(), bill_usd=Decimal(900), calibrate=True))
    said = shown.text(shown.compose(sqlite_store, "cost", "plan"), "calibration")
    assert said.startswith("The bill is stated as $900.00 a month")
    assert "Every figure above is scaled to the bill." in said


def test_an_older_version_is_reported_by_its_number_and_a_new_one_makes_the_report_stale(sqlite_store: Store) -> None:
    kept(sqlite_store, two_levers())
    first = shown.compose(sqlite_store, "cost", "plan")
    kept(sqlite_store, replace(two_levers(), levers=(ExactCache(Decimal("0.4")),)))
    now, old = shown.compose(sqlite_store, "cost", "plan"), shown.compose(sqlite_store, "cost", "plan@1")
    assert now.subtitle.startswith("Version 2")
    assert old.subtitle.startswith("Version 1")
    assert [one.digest for one in first.sources if one.kind == "scenario"] == [one.digest for one in old.sources if one.kind == "scenario"]
    assert [one.digest for one in now.sources] != [one.digest for one in first.sources]
    with pytest.raises(NotFound):
        shown.compose(sqlite_store, "cost", "nobody")


def test_hostile_names_and_notes_are_shown_as_they_are(sqlite_store: Store) -> None:
    name, note = "<b>=cmd|'x'!A0</b>", "{{ 7 * 7 }} ![x](http://x.invalid)\n- **no** list"
    kept(sqlite_store, replace(two_levers(), name=name, note=note))
    setup.put(sqlite_store, "cost", name, prose={"remarks": "Decided by **us**."})
    made = shown.compose(sqlite_store, "cost", name)
    assert made.title == f"Cost: {name}"
    assert note in shown.text(made, "baseline")
    assert "Decided by us." in shown.text(made, "total")


def test_a_later_call_with_the_same_prices_does_not_make_the_report_stale(sqlite_store: Store) -> None:
    kept(sqlite_store, two_levers())
    first = shown.compose(sqlite_store, "cost", "plan")
    put(sqlite_store, call("later", started_ms=START_MS + 3 * DAY_MS))
    later = shown.compose(sqlite_store, "cost", "plan")
    assert [(one.kind, one.id, one.digest) for one in first.sources] == [(one.kind, one.id, one.digest) for one in later.sources]
