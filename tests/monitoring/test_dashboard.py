"""The Overview's figures against the calls themselves; what is not known has no value."""

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from pages.parts import points
from tests.cost.ledger import call
from tests.monitoring.traffic import DAY, HOUR, NOW, drawn, put
from workbench.errors import InputError
from workbench.ledger import metrics
from workbench.ledger.fields import CallRecord
from workbench.monitoring import dashboard, earlier, ranges
from workbench.monitoring.dashboard_model import Chart, Dashboard, View
from workbench.prompts import labels, registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import message

SPAN = ranges.last("24h", NOW)


@pytest.fixture
def calls(store: Store) -> list[CallRecord]:
    """Two days of two prompts; one of them gets a version 8 in the last 24 hours."""
    since = NOW - 2 * DAY
    return put(
        store,
        drawn(1, since, NOW, 10),
        drawn(2, since, NOW, 4, prompt="search/rank", version=1, model="gpt-5-mini"),
        drawn(3, NOW - 5 * HOUR, NOW, 5, version=8),
    )


def within(calls: Sequence[CallRecord], since_ms: int, until_ms: int) -> list[CallRecord]:
    return [call for call in calls if since_ms <= call.started_ms < until_ms]


def chart(found: Dashboard, key: str) -> Chart:
    return next(each for each in found.charts if each.key == key)


def total(found: Dashboard, key: str) -> float:
    return sum(point.value or 0 for line in chart(found, key).lines for point in line.points)


def test_cards_are_the_calls_added_up_and_set_against_the_period_before(store: Store, calls: list[CallRecord]) -> None:
    found = dashboard.look(store, View(SPAN), NOW)
    now, before = within(calls, SPAN.since_ms, SPAN.until_ms), within(calls, *SPAN.previous)
    cards = {card.key: card for card in found.cards}
    latencies = [call.latency_ms or 0 for call in now]
    rated = [call.feedback for call in now if call.feedback is not None]
    assert found.calls == cards["requests"].value == len(now)
    assert cards["requests"].previous == len(before)
    assert cards["success_rate"].value == pytest.approx(sum(call.status == "ok" for call in now) / len(now))
    assert cards["latency_p95"].value == pytest.approx(np.percentile(latencies, 95), rel=0.02)
    assert cards["ttft_p50"].value == pytest.approx(np.percentile([call.ttft_ms or 0 for call in now], 50), rel=0.02)
    assert cards["cost"].value == pytest.approx(sum(call.cost_nano or 0 for call in now) / 1e9)
    assert cards["cost_per_call"].value == pytest.approx(sum(call.cost_nano or 0 for call in now) / 1e9 / len(now))
    assert cards["tokens"].value == sum((call.input_tokens or 0) + (call.output_tokens or 0) for call in now)
    assert cards["satisfaction"].value == pytest.approx(rated.count(1) / len(rated))
    assert cards["satisfaction"].n == len(rated)
    assert cards["cache"].value == pytest.approx(20 * len(now) / sum(call.input_tokens or 0 for call in now))
    for key in ("success_rate", "satisfaction", "latency_p95"):
        low, value, high = cards[key].low, cards[key].value, cards[key].high
        assert low is not None
        assert value is not None
        assert high is not None
        assert low <= value <= high
    assert cards["latency_p50"].clear is False, "nothing changed but by chance"


def test_every_chart_adds_up_to_the_calls_of_the_range(store: Store, calls: list[CallRecord]) -> None:
    found = dashboard.look(store, View(SPAN), NOW)
    now = within(calls, SPAN.since_ms, SPAN.until_ms)
    assert total(found, "requests") == len(now)
    assert total(found, "errors") == sum(call.status == "error" for call in now)
    assert total(found, "cost_by_model") == pytest.approx(total(found, "cost_by_prompt"))
    assert total(found, "cost_by_model") == pytest.approx(sum(call.cost_nano or 0 for call in now) / 1e9)
    assert {line.name for line in chart(found, "cost_by_model").lines} == {"openai/gpt-5", "openai/gpt-5-mini"}
    assert [line.name for line in chart(found, "latency").lines] == ["p50", "p75", "p90", "p95", "p99", "p99.9"]
    assert all(each.n and len(each.lines[0].points) <= 120 for each in found.charts)
    assert found.heat is not None
    assert found.heat.n == sum(map(sum, found.heat.counts)) == len(now)
    assert sum(row["calls"] for row in found.by_hour.rows) == len(now) if found.by_hour else False
    assert json.loads(json.dumps(found.to_json()))["calls"] == len(now)


def test_tables_break_down_by_prompt_version_and_model(store: Store, calls: list[CallRecord]) -> None:
    found = dashboard.look(store, View(SPAN), NOW)
    now = within(calls, SPAN.since_ms, SPAN.until_ms)
    assert found.by_version is not None
    assert found.by_prompt is not None
    assert found.by_model is not None
    assert found.top_users is not None
    rows = {(row["prompt"], row["version"]): row for row in found.by_version.rows}
    assert {key: row["calls"] for key, row in rows.items()} == Counter((call.prompt, call.version) for call in now)
    of_eight = [call.latency_ms or 0 for call in now if call.version == 8]
    assert rows["support/triage", 8]["p95"] == pytest.approx(np.percentile(of_eight, 95), rel=0.02)
    assert (
        rows["support/triage", 8]["error_rate_low"]
        <= rows["support/triage", 8]["error_rate"]
        <= rows["support/triage", 8]["error_rate_high"]
    )
    assert [row["prompt"] for row in found.by_prompt.rows] == ["support/triage", "search/rank"]
    assert found.by_model.filters == ("provider", "model")
    assert len(found.top_users.rows) == 5
    (first,) = [marker for marker in found.markers if marker.kind == "version"]
    assert (first.prompt, first.version) == ("support/triage", 8)
    assert first.at_ms == min(call.started_ms for call in now if call.version == 8)


def test_errors_come_by_type_with_their_newest_calls(store: Store, calls: list[CallRecord]) -> None:
    found = dashboard.look(store, View(SPAN), NOW)
    failed = [call for call in within(calls, SPAN.since_ms, SPAN.until_ms) if call.status == "error"]
    assert {group.error_type: group.n for group in found.errors} == Counter(call.error_type for call in failed)
    for group in found.errors:
        assert group.last_ms == max(call.started_ms for call in failed if call.error_type == group.error_type)
        assert group.examples
        assert group.low <= group.share <= group.high


@pytest.mark.parametrize(
    "filters",
    [
        {"prompt": "search/rank"}, {"model": "gpt-5"}, {"status": "error"}, {"prompt": "support/triage", "version": (7, 8)},
        {"user": "user1"}, {"tag": "team0", "model": "gpt-5"}, {"error_type": "timeout"},
    ],
)  # fmt: skip
def test_filters_leave_the_calls_that_meet_them(
    store: Store, calls: list[CallRecord], filters: dict[str, str | int | tuple[int, ...]]
) -> None:
    def meets(call: CallRecord) -> bool:
        values = {**{name: getattr(call, name, None) for name in filters}, "tag": (call.tags or ("",))[0]}
        return all(values[name] == value or (isinstance(value, tuple) and values[name] in value) for name, value in filters.items())

    found = dashboard.look(store, View(SPAN, filters), NOW)  # type: ignore[arg-type]
    wanted = [call for call in within(calls, SPAN.since_ms, SPAN.until_ms) if meets(call)]
    assert found.calls == len(wanted) > 0
    assert total(found, "requests") == len(wanted)
    assert sum(group.n for group in found.errors) == sum(call.status == "error" for call in wanted)
    assert found.top_users is None
    assert found.complete


def test_what_there_is_no_data_of_has_no_value(store: Store) -> None:
    empty = dashboard.look(store, View(SPAN), NOW)
    assert empty.charts == ()
    assert empty.by_hour is None
    assert [card.key for card in empty.cards if card.value is not None] == ["requests"]
    bare = CallRecord(started_ms=NOW - HOUR, source="client", provider="local", model="m")
    put(store, iter([bare]))
    found = dashboard.look(store, View(SPAN), NOW)
    assert {card.key for card in found.cards if card.value is not None} == {"requests", "success_rate", "throughput", "retries"}
    assert {each.key for each in found.charts} == {"requests", "success_rate", "throughput"}
    rates = chart(found, "success_rate").lines[0].points
    assert [point.value for point in rates if point.n] == [1.0]
    assert {point.value for point in rates if not point.n} == {None}
    assert found.heat is None
    with pytest.raises(InputError, match="colour"):
        dashboard.look(store, View(SPAN, {"colour": "red"}), NOW)


def test_own_metrics_and_moved_labels_show_where_they_are(store: Store, calls: list[CallRecord]) -> None:
    content = Content(messages=(message("user", "x"),))
    registry.save_version(store, "support/triage", content)
    labels.move(store, "support/triage", "production", 1, now_ms=NOW - HOUR)
    names = [("hallucination", (0, 0, 1, 0)), ("relevance", (0.5, 0.7)), ("guard_trigger_pii", (1, 1)), ("guard_trigger_injection", (1,))]
    metrics.add(store, [metrics.Value(name, value, NOW - HOUR) for name, values in names for value in values])
    found = dashboard.look(store, View(SPAN), NOW)
    (hallucinated,) = [point for point in chart(found, "hallucination").lines[0].points if point.n]
    assert (hallucinated.value, hallucinated.n) == (0.25, 4)
    assert hallucinated.low is not None
    assert hallucinated.low < 0.25
    assert total(found, "relevance") == pytest.approx(0.6)
    assert {line.name for line in chart(found, "guards").lines} == {"injection", "pii"}
    assert [marker.text for marker in found.markers if marker.kind == "label"] == ["production put on support/triage v1"]


def test_named_ranges_end_on_the_grain_that_is_kept_and_have_at_most_120_steps() -> None:
    for name, (length, _title) in ranges.NAMED.items():
        span = ranges.last(name, NOW + 12_345)
        assert span.length_ms == length
        assert span.until_ms > NOW + 12_345 >= span.since_ms
        assert len(ranges.starts(span)) <= 121
        assert span.previous == (span.since_ms - length, span.since_ms)
    old = ranges.between(NOW - 10 * DAY, NOW - 10 * DAY + 15 * 60_000, NOW)
    assert old.length_ms == HOUR
    assert "three days" in old.note
    with pytest.raises(InputError):
        ranges.between(NOW, NOW, NOW)
    with pytest.raises(InputError):
        ranges.last("2h", NOW)


def test_the_period_before_lies_beside_now_bucket_by_bucket(store: Store, calls: list[CallRecord]) -> None:
    found = earlier.beside(store, dashboard.look(store, View(SPAN), NOW))
    line = chart(found, "requests").lines[-1]
    assert line.dashed
    before = Counter((call.started_ms + SPAN.length_ms) // SPAN.bucket_ms * SPAN.bucket_ms for call in calls)
    for point in line.points[1:-1]:
        assert point.value == before[point.at_ms]
    assert [each.key for each in found.charts if each.lines[-1].dashed] == [
        "requests", "success_rate", "latency", "cost_by_model", "cost_by_prompt",
    ]  # fmt: skip


def test_a_bucket_that_is_not_over_is_no_fall(store: Store) -> None:
    span = ranges.last("24h", NOW + 7 * ranges.MINUTE)
    put(store, drawn(1, NOW - DAY, NOW + 7 * ranges.MINUTE, 20))
    found = dashboard.look(store, View(span), NOW + 7 * ranges.MINUTE)
    spark = next(card.spark for card in found.cards if card.key == "requests")
    known = [value for value in spark if value is not None]
    assert len(known) == len(spark) - 2, "the ragged ends are left out"
    assert points.lines(chart(found, "requests"), span, now_ms=found.made_ms)["parts"] == [0, len(spark) - 1]
    assert points.lines(chart(found, "success_rate"), span, now_ms=found.made_ms)["parts"] == []


def test_an_error_says_what_the_newest_of_its_kind_said(store: Store) -> None:
    failed = {"status": "error", "error_type": "timeout"}
    put(store, [call(None, started_ms=NOW - n * HOUR, error_message=f"gave up\nafter {n} s", **failed) for n in (3, 1, 2)])
    (group,) = dashboard.look(store, View(SPAN), NOW).errors
    assert group.message == "gave up after 1 s"


def test_a_short_range_has_its_own_hours_and_no_others(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, NOW - 3 * HOUR, NOW, 9))
    table = dashboard.look(sqlite_store, View(ranges.last("6h", NOW)), NOW).by_hour
    assert table is not None
    assert [row["hour"] for row in table.rows] == [10, 11, 12, 13, 14, 15, 16]
    assert [row["calls"] for row in table.rows][:3] == [0, 0, 0]
    assert sum(row["calls"] for row in table.rows) == 27


def test_where_the_ledger_began_in_the_period_before_sums_have_nothing_to_be_held_against(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, NOW - 30 * HOUR, NOW, 9))
    found = {card.key: card for card in earlier.beside(sqlite_store, dashboard.look(sqlite_store, View(SPAN), NOW)).cards}
    assert found["requests"].change is None
    assert found["success_rate"].change is not None
    put(sqlite_store, drawn(2, NOW - 3 * DAY, NOW - 3 * DAY + HOUR, 9))
    found = {card.key: card for card in earlier.beside(sqlite_store, dashboard.look(sqlite_store, View(SPAN), NOW)).cards}
    assert found["requests"].change is not None, "a quiet night is one"


def test_own_metrics_of_quality_are_figures_too(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, NOW - DAY, NOW, 9))
    assert not any(card.key in ("hallucination", "relevance", "guards") for card in dashboard.look(sqlite_store, View(SPAN), NOW).cards)
    for n in range(40):
        metrics.add(
            sqlite_store,
            [metrics.Value("hallucination", float(n % 4 == 0), NOW - n * HOUR), metrics.Value("guard_trigger.pii", 1, NOW - n * HOUR)],
        )
    found = {card.key: card for card in dashboard.look(sqlite_store, View(SPAN), NOW).cards}
    assert found["hallucination"].value == pytest.approx(0.25)
    assert found["hallucination"].low is not None
    assert found["guards"].value == 24
    assert "relevance" not in found
