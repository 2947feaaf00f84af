"""The monthly report: the figures of the month and of the one before, what was spent, what fired, what changed, what got worse."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests.comparison import runs
from tests.conftest import ManualClock
from tests.export import shown
from tests.monitoring.traffic import DAY, HOUR, drawn, put
from workbench.errors import InputError
from workbench.ledger import budgets, metrics, spend
from workbench.ledger.metrics import Value
from workbench.monitoring import alerts, rulebook, stats
from workbench.monitoring.rules import Rule
from workbench.prompts import changes, content, labels, registry
from workbench.runner.tables import RunRow
from workbench.store import Store


def ms(text: str) -> int:
    """The moment of an ISO day."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


FEBRUARY, MARCH, APRIL = ms("2026-02-01"), ms("2026-03-01"), ms("2026-04-01")


def two_months(store: Store) -> None:
    """February as always; March slower, by another model, with more errors; nothing after."""
    put(
        store,
        drawn(1, FEBRUARY, MARCH, 1),
        drawn(2, MARCH, ms("2026-03-20"), 2, slow=2.0, fails=0.15, model="gpt-5-mini"),
        drawn(3, MARCH, ms("2026-03-20"), 1, prompt="<b>reply</b>", version=2),
    )


def test_figures_are_those_of_the_overview_beside_the_month_before(store: Store) -> None:
    two_months(store)
    made = shown.compose(store, "operations", "2026-03")
    now, before = stats.look(store, MARCH, ms("2026-03-20")), stats.look(store, FEBRUARY, MARCH)
    assert isinstance(now, dict)
    assert isinstance(before, dict)
    totals = shown.tables(made, "summary")[0]
    for row, key in (
        ("Requests", "total_requests"),
        ("Answered", "success_rate"),
        ("Latency (p95)", "latency_p95_ms"),
        ("Cost", "estimated_cost"),
    ):
        assert shown.cell(totals, row, "2026-03").value == pytest.approx(now[key])
        assert shown.cell(totals, row, "2026-02").value == pytest.approx(before[key])
    spent = shown.tables(made, "spend")[0]
    for one in spend.by_model(store, MARCH, APRIL):
        assert shown.cell(spent, one.full_model, "Cost").value == pytest.approx(float(one.cost_usd))
    assert [row[0] for row in shown.rows(shown.tables(made, "errors")[0])] == list(now["error_breakdown"])
    requests = shown.charts(made, "traffic")[0]
    assert requests.labels[0] == "2026-03-01"
    assert sum(value or 0 for line in requests.lines for value in line.values) == now["total_requests"]


def test_a_month_that_is_not_over_says_so_by_the_newest_call_and_compares_by_the_day(sqlite_store: Store) -> None:
    two_months(sqlite_store)
    said = shown.text(shown.compose(sqlite_store, "operations", "2026-03"), "summary")
    assert said.startswith("As far as the data tell, 2026-03 is not over: the newest call is of 2026-03-19")
    assert "19 of 31 days are in it" in said
    change = shown.cell(shown.tables(shown.compose(sqlite_store, "operations", "2026-03"), "summary")[0], "Requests", "Change")
    assert change.value == pytest.approx(2.0, abs=0.05)  # three calls an hour, and one before
    over = shown.text(shown.compose(sqlite_store, "operations", "2026-02"), "summary")
    assert "is not over" not in over


def test_what_got_worse_and_what_is_new_is_named(sqlite_store: Store) -> None:
    two_months(sqlite_store)
    made = shown.compose(sqlite_store, "operations", "2026-03")
    assert "support/triage" in shown.text(made, "worse")
    assert "Success rate: from" in shown.text(made, "summary")
    changed = shown.text(made, "changes")
    assert "First asked: openai/gpt-5-mini" in changed
    assert "First call of <b>reply</b> v2" in changed


def test_versions_and_label_moves_stand_with_their_reasons(store: Store) -> None:
    two_months(store)
    registry.create(store, "intent")
    for at, when in enumerate((FEBRUARY + 5, MARCH + 5, MARCH + 6)):
        registry.save_version(store, "intent", content.text(f"v{at} {{{{x}}}}"), note=f"note <{at}>", now_ms=when)
    labels.move(store, "intent", "production", 2, reason="cheaper, as good", now_ms=MARCH + 10)
    labels.move(store, "intent", "production", 3, reason="April's", now_ms=APRIL + 10)
    assert [one.number for one in changes.saved(store, MARCH, APRIL)] == [2, 3]
    assert [(one.from_number, one.to_number, one.reason) for one in changes.moved(store, MARCH, APRIL)] == [(None, 2, "cheaper, as good")]
    made = shown.compose(store, "operations", "2026-03")
    saved, moved = shown.tables(made, "changes")
    assert [row[1] for row in shown.rows(saved)] == ["intent@2", "intent@3"]
    assert [shown.cell(moved, "intent", name).runs[0].text for name in ("Label", "From", "To", "Reason")] == [
        *("production", "none", "v2", "cheaper, as good"),
    ]
    assert {"version", "labels"} <= {one.kind for one in made.sources}


def test_alerts_and_crossed_budgets_of_the_month_are_listed(sqlite_store: Store, clock: ManualClock) -> None:
    clock.ms = MARCH
    for kept in rulebook.all(sqlite_store, clock=clock):
        rulebook.remove(sqlite_store, kept.id)
    rulebook.add(sqlite_store, Rule(name="Calls <b>", metric="calls", aggregation="count", threshold=0, window_s=3_600), clock=clock)
    budgets.put(sqlite_store, scope="total", period="month", limit_usd="0.01", clock=clock)
    two_months(sqlite_store)
    for at in range(MARCH + DAY, MARCH + DAY + HOUR, 300_000):
        alerts.tick(sqlite_store, at)
    made = shown.compose(sqlite_store, "operations", "2026-03")
    assert [row[2] for row in shown.rows(shown.tables(made, "alerts")[0])] == ["Calls <b>"]
    told = {one.kind: dict(one.facts) for one in made.sources}
    assert (told["alerts"]["alerts"], told["alerts"]["still open"]) == ("1", "1")
    assert "its limit" in told["spend"]["newest"]
    crossed = shown.tables(made, "spend")[-1]
    assert {row[2] for row in shown.rows(crossed)} == {"its warning", "its limit"}
    assert "No alert fired" in shown.text(shown.compose(sqlite_store, "operations", "2026-02"), "alerts")


def test_feedback_own_metrics_and_runs_are_the_quality_of_the_month(sqlite_store: Store, clock: ManualClock) -> None:
    two_months(sqlite_store)
    clock.ms = APRIL
    metrics.add(sqlite_store, [Value("relevance", 0.5 + at % 2 / 4, MARCH + at * HOUR) for at in range(40)], clock=clock)
    runs.make(sqlite_store, [[1.0] * 30 + [0.0] * 10])
    with sqlite_store.write() as session:
        session.execute(update(RunRow).values(created_ms=MARCH + DAY))
    made = shown.compose(sqlite_store, "operations", "2026-03")
    quality = shown.text(made, "quality")
    now = stats.look(sqlite_store, MARCH, ms("2026-03-20"))
    assert isinstance(now, dict)
    assert f"{now['satisfaction_rate']:.1%}".replace("%", " %") in quality
    own, scored = shown.tables(made, "quality")
    assert shown.cell(own, "relevance", "Mean (95 % interval)").value == pytest.approx(0.625)
    assert shown.cell(scored, "n", "Score").value == 0.75


@pytest.mark.parametrize("month", ["2026-03", "2031-01"])
def test_a_month_without_calls_says_what_is_missing_and_how_to_get_it(store: Store, month: str) -> None:
    made = shown.compose(store, "operations", month)
    assert "No call is recorded in" in " ".join(shown.missing(made, "summary"))
    for key in ("worse", "traffic", "errors", "latency", "spend", "quality"):
        assert shown.missing(made, key), key
    assert "nan" not in shown.text(made).lower().replace("manager", "")
    assert made.as_of_ms is None


def test_only_a_month_is_a_subject(sqlite_store: Store) -> None:
    for subject in ("March", "2026-13", "30d", "2026-03-01..2026-03-02"):
        with pytest.raises(InputError, match="no month"):
            shown.compose(sqlite_store, "operations", subject)


def test_new_calls_make_the_report_stale_and_old_months_stay_fresh(sqlite_store: Store) -> None:
    two_months(sqlite_store)
    first = [shown.compose(sqlite_store, "operations", name).sources for name in ("2026-02", "2026-03")]
    put(sqlite_store, drawn(9, ms("2026-03-20"), ms("2026-03-21"), 1))
    later = [shown.compose(sqlite_store, "operations", name).sources for name in ("2026-02", "2026-03")]
    assert [one.digest for one in first[0]] == [one.digest for one in later[0]]
    assert [one.digest for one in first[1]] != [one.digest for one in later[1]]


def test_a_month_before_that_has_calls_only_from_its_last_days_on_is_counted_by_those_days(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, ms("2026-02-22"), MARCH, 1), drawn(2, MARCH, APRIL, 1))
    made = shown.compose(sqlite_store, "operations", "2026-03")
    change = shown.cell(shown.tables(made, "summary")[0], "Requests", "Change")
    assert change.value == pytest.approx(0.0, abs=0.02)  # an hour has one call all along
    assert "Calls are recorded since 2026-02-22" in shown.text(made, "summary")


def test_whatever_is_shown_has_a_source_that_moves_with_it(sqlite_store: Store, clock: ManualClock) -> None:
    two_months(sqlite_store)
    clock.ms = APRIL
    budgets.put(sqlite_store, scope="total", period="month", limit_usd="0.01", clock=clock)
    before = {(one.kind, one.id): one.digest for one in shown.compose(sqlite_store, "operations", "2026-03").sources}
    metrics.add(sqlite_store, [Value("relevance", 0.5, MARCH + at * HOUR) for at in range(40)], clock=clock)
    put(sqlite_store, drawn(9, APRIL, APRIL + DAY, 1))  # the month is over: its remark goes
    now = {(one.kind, one.id): one.digest for one in shown.compose(sqlite_store, "operations", "2026-03").sources}
    assert ("calls", "own_metrics 2026-03") not in before
    assert {("calls", "own_metrics 2026-03"), ("calls", "models 2026-03")} <= set(now)
    assert before["calls", "2026-03"] != now["calls", "2026-03"]


def test_runs_on_the_simulated_provider_say_so_and_calls_without_a_price_are_counted(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, MARCH, MARCH + DAY, 1), (replace(one, cost_nano=None) for one in drawn(2, MARCH, MARCH + HOUR, 1, fails=0)))
    runs.make(sqlite_store, [[1.0] * 30 + [0.0] * 10], provider="simulated")
    with sqlite_store.write() as session:
        session.execute(update(RunRow).values(created_ms=MARCH + DAY))
    made = shown.compose(sqlite_store, "operations", "2026-03")
    assert "(simulated)" in shown.rows(shown.tables(made, "quality")[-1])[0][2]
    assert "1 answered request of 2026-03 without a known price" in shown.text(made, "summary")


def test_without_calls_before_there_is_nothing_to_compare_with_and_no_zero_stands_for_it(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(2, MARCH, ms("2026-03-20"), 2, fails=0.15))
    made = shown.compose(sqlite_store, "operations", "2026-03")
    worse = shown.text(made, "worse")
    assert "There is nothing to compare with: no call is recorded in the 19 days before the month." in worse
    assert "No prompt, version or model got worse" not in worse
    errors = shown.tables(made, "errors")[0]
    assert {shown.cell(errors, row[0], "Period before").value for row in shown.rows(errors)} == {None}
    two_months(sqlite_store)
    errors = shown.tables(shown.compose(sqlite_store, "operations", "2026-03"), "errors")[0]
    assert None not in {shown.cell(errors, row[0], "Period before").value for row in shown.rows(errors)}


def test_no_chart_of_a_document_speaks_of_what_is_shaded_on_the_page(sqlite_store: Store) -> None:
    two_months(sqlite_store)
    made = shown.compose(sqlite_store, "operations", "2026-03")
    notes = [chart.note for key in ("latency", "errors", "traffic") for chart in shown.charts(made, key)]
    assert not [note for note in notes if "haded" in note]
    assert [note for note in notes if "ith 95 % intervals" in note]
