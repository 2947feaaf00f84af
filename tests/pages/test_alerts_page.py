"""The Alerts page: what fires and what can be done about it, rules as a sentence with their past, the history, the webhook."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.watch.alert_parts import history, onward, past_chart, units, wording
from pages.watch.overview_parts import asked
from tests.conftest import ManualClock
from tests.cost.ledger import call
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from workbench import clock as time
from workbench.errors import InputError
from workbench.ledger import bulk
from workbench.monitoring import alerts, delivery, preview, rulebook
from workbench.monitoring.rules import Rule
from workbench.monitoring.shipped import SHIPPED
from workbench.store import Store

FILE = "watch/alerts.py"
MINUTE = 60_000
NOW = time.now_ms() // MINUTE * MINUTE  # minutes are kept by the machine's clock
SLOW = Rule(name="Slow", metric="latency_ms", aggregation="p95", threshold=300, window_s=300, filters={"prompt": ("triage",)})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """It is this minute, and stays it."""
    found = ManualClock(NOW)
    monkeypatch.setattr(time, "SYSTEM", found)
    return found


def slow_hour(store: Store) -> None:
    """A call a minute for two hours, slow in the last half hour."""
    records = [call(None, started_ms=NOW - n * MINUTE, prompt="triage", latency_ms=900 if n < 30 else 90) for n in range(120)]
    bulk.add(store, records, price=False)


def firing(store: Store, rule: Rule = SLOW) -> alerts.Alert:
    slow_hour(store)
    rulebook.add(store, rule)
    alerts.tick(store, NOW - 10 * MINUTE)
    alerts.tick(store, NOW)
    return alerts.history(store, open_only=True)[0]


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "").replace("**", "")


def links(page: AppTest) -> dict[str, dict[str, str]]:
    """Where the links of the page lead: label to parameters."""
    found: dict[str, dict[str, str]] = {}
    for one in page.get("page_link"):
        pairs = (pair.partition("=") for pair in one.proto.query_string.split("&") if pair)
        found[one.proto.label] = {name: value for name, _, value in pairs}
    return found


def names(store: Store) -> list[str]:
    return [one.rule.name for one in rulebook.all(store)]


def test_what_fires_says_its_figures_and_leads_to_its_calls(app: Open, bench: Store, clock: ManualClock) -> None:
    alert = firing(bench)
    page = app(FILE)
    assert not page.exception
    text = plain(page)
    assert alert.summary in text
    assert "the rule fires over 300 ms" in text
    assert f"since {wording.moment(alert.started_ms)}" in text
    assert "1 firing" in text
    to = links(page)
    assert to["The calls"]["prompt"] == to["Overview"]["prompt"] == "triage"
    assert to["The calls"]["latency"] == "300"
    assert set(to["Overview"]) == {"prompt", "since", "until"}


def test_an_alert_is_acknowledged_with_a_note_that_stays_text(app: Open, bench: Store, clock: ManualClock) -> None:
    alert = firing(bench)
    page = app(FILE)
    page.text_area(key=f"alert-note-{alert.id}").set_value(HOSTILE[0]).run()
    page.button(key=f"alert-act-{alert.id}").click().run()
    assert not page.exception
    seen = alerts.get(bench, alert.id)
    assert seen.acknowledged_ms == NOW
    assert seen.note == HOSTILE[0]
    assert "Acknowledged by" in plain(page)
    assert HOSTILE[0] not in said(page)  # as it stands there it is escaped


def test_a_rule_is_switched_off_removed_and_brought_back(app: Open, bench: Store, clock: ManualClock) -> None:
    firing(bench)
    rule_id = rulebook.named(bench, "Slow").id
    page = app(FILE)
    page.toggle(key=f"rule-on-{rule_id}").set_value(False).run()
    assert not rulebook.get(bench, rule_id).enabled
    assert "Switched off: Slow. Its alert ended." in plain(page)
    page.button(key="alerts-undo").click().run()
    assert rulebook.get(bench, rule_id).enabled
    page.toggle(key=f"rule-on-{rule_id}").set_value(False).run()
    page.button(key=f"rule-edit-{rule_id}").click().run()
    assert not page.exception
    assert page.text_input(key="af-threshold").value == "300"


def test_a_new_rule_is_typed_shown_on_the_past_and_saved_and_taken_back(app: Open, bench: Store, clock: ManualClock) -> None:
    slow_hour(bench)
    page = app(FILE, edit="new")
    assert not page.exception
    page.text_input(key="af-threshold").set_value("0.5 s")
    page.text_input(key="af-minimum_n").set_value("3")
    page.text_input(key="af-hold").set_value("").run()
    assert not page.exception
    text = plain(page)
    assert "P95 latency over 500 ms in 5 minutes, from 3 calls on" in text
    assert "It would have fired once" in text
    assert "and would be firing now" in text
    assert list(page.dataframe[0].value["until"]) == ["still"]
    page.button(key="alert-save").click().run()
    assert not page.exception
    assert "P95 latency over 500 ms" in names(bench)
    assert "edit" not in page.query_params
    page.button(key="alerts-undo").click().run()
    assert "P95 latency over 500 ms" not in names(bench)


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("threshold", "a lot", "is no number"),
        ("threshold", "", "Is empty"),
        ("threshold", "NaN", "is no number"),
        ("window", "soon", "is no time"),
        ("window", "40 d", "from 1 min to 31 d"),
        ("window", "90 s", "Whole minutes"),
        ("hold", "8 d", "At most 7 d"),
        ("minimum_n", "-1", "is no whole number"),
        ("renotify", "5 s", "From 1 min to 31 d"),
        ("summary", "{nothing}", "There is no {nothing}"),
        ("summary", "{", "A brace stands alone"),
        ("name", "x\u0007y", "Must be one line"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_not_saved(app: Open, bench: Store, field: str, typed: str, why: str) -> None:
    page = app(FILE, edit="new")
    page.text_input(key=f"af-{field}").set_value(typed).run()
    assert not page.exception
    assert why in plain(page)
    assert page.button(key="alert-save").disabled


def test_every_shipped_rule_goes_into_the_form_and_comes_back_as_it_was(app: Open, bench: Store) -> None:
    page = app(FILE)
    kept = rulebook.all(bench)
    assert [one.rule for one in kept] == list(SHIPPED)
    for one in kept:
        page.query_params["edit"] = str(one.id)
        page.run()
        assert not page.exception
        page.button(key="alert-save").click().run()
        assert not page.exception
        assert f"Changed: {one.rule.name}." in plain(page)
        assert rulebook.get(bench, one.id).rule == one.rule


def test_another_metric_brings_its_own_aggregation_and_unit(app: Open, bench: Store) -> None:
    page = app(FILE, edit="new")
    page.selectbox(key="af-metric").set_value("errors").run()
    assert not page.exception
    assert page.selectbox(key="af-aggregation").value == "rate"
    assert page.text_input(key="af-threshold").value == "5"
    page.selectbox(key="af-metric").set_value("tokens").run()
    page.selectbox(key="af-aggregation").set_value("quota").run()
    assert "Until there is a quota, the rule stays silent" in plain(page)
    page.text_input(key="af-quota").set_value("5,000,000").run()
    page.button(key="alert-save").click().run()
    made = rulebook.all(bench)[-1].rule
    assert (made.aggregation, made.quota, made.threshold, made.window_s) == ("quota", 5_000_000, 0.8, 86_400)


def test_the_last_calls_are_looked_for_in_a_day_and_a_past_without_data_says_why(app: Open, bench: Store, clock: ManualClock) -> None:
    slow_hour(bench)
    page = app(FILE, edit="new")
    assert "It takes 20 calls in 5 minutes; there were" in plain(page)
    page.segmented_control(key="af-kind").set_value("last").run()
    assert not page.exception
    assert page.text_input(key="af-window").value == "1 d"
    assert "P95 latency over 2,000 ms in the last 1,000 calls" in plain(page)


def test_a_rule_of_a_taken_name_stays_typed_and_a_link_begins_one_of_a_metric(app: Open, bench: Store) -> None:
    page = app(FILE, edit="new", metric="relevance", tag="v7")
    page.text_input(key="af-threshold").set_value("0.5").run()
    page.text_input(key="af-name").set_value(SHIPPED[0].name).run()
    page.button(key="alert-save").click().run()
    assert "Choose another name" in plain(page)
    page.text_input(key="af-name").set_value("Low").run()
    page.button(key="alert-save").click().run()
    made = rulebook.named(bench, "Low").rule
    assert (made.metric, made.filters, made.compare, made.threshold) == ("metric:relevance", {"tag": ("v7",)}, "below", 0.5)


def test_the_history_is_filtered_paged_opened_and_hostile_names_stay_text(app: Open, bench: Store, clock: ManualClock) -> None:
    firing(bench, replace(SLOW, name=HOSTILE[3], summary=HOSTILE[0], description=HOSTILE[1].replace("{", "{{")))
    page = app(FILE, part="history")
    assert not page.exception
    shown = page.dataframe[0].value
    assert list(shown["rule"]) == [HOSTILE[3]]
    assert list(shown["severity"]) == ["▲ Warning"]
    assert list(shown["until"]) == ["still"]
    alert = alerts.history(bench)[0]
    page = app(FILE, part="history", alert=str(alert.id), severity="warning", range="7", rule=str(alert.rule_id))
    assert not page.exception
    assert HOSTILE[0] in plain(page)
    assert HOSTILE[0] not in said(page)
    page = app(FILE, part="history", severity="critical", alert="nonsense", older="1.2.3")
    assert "Nothing has fired here." in plain(page)
    assert "There is no such alert." in plain(page)
    assert alerts.history(bench, severity="critical") == []
    assert [one.id for one in alerts.history(bench, severity="warning")] == [alert.id]


def test_the_webhook_is_said_to_be_set_and_never_shown(app: Open, bench: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(delivery.URL, raising=False)
    page = app(FILE, part="webhook")
    assert not page.exception
    assert "Address: not set" in plain(page)
    monkeypatch.setenv(delivery.URL, "http://127.0.0.1:9/secret-path")
    monkeypatch.setenv(delivery.SECRET, "whsec_c2VjcmV0")
    page = app(FILE, part="webhook")
    assert "Secret: set" in plain(page)
    page.button(key="webhook-test").click().run()
    assert "The test message did not arrive." in plain(page)
    assert "secret-path" not in plain(page)
    assert "whsec_c2" not in plain(page)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 300), ("5 min", 300), ("1 h 30 min", 5_400), ("2d", 172_800), ("90 s", 90), ("0.5 h", 1_800), ("", None), ("1,000 s", 1_000)],
)
def test_times_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    assert wording.seconds(text, "window_s") == seconds
    if seconds:
        assert wording.seconds(wording.span(seconds), "window_s") == seconds


@pytest.mark.parametrize("text", ["soon", "5 weeks", "-5 min", "5 min or so", "9999999999 h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        wording.seconds(text, "window_s")


def test_thresholds_are_typed_in_the_unit_that_people_use() -> None:
    assert units.unit("errors", "rate", "above").read("5 %") == 0.05
    assert units.unit("latency_ms", "p95", "above").read("2 s") == 2_000
    assert units.unit("cost_usd", "mean", "above").read("$0.10") == 0.1
    assert units.unit("latency_ms", "p95", "rises_by").read("50") == 0.5
    assert units.unit("tokens", "sum", "above").read("1,500,000") == 1_500_000
    with pytest.raises(InputError):
        units.unit("errors", "rate", "above").read("500")


def test_the_chart_of_the_past_holds_threshold_and_episodes(bench: Store, clock: ManualClock) -> None:
    slow_hour(bench)
    found = preview.would_have_fired(bench, SLOW, NOW - 3_600_000, NOW, clock=clock)
    drawn = {line.name: [point.value for point in line.points] for line in past_chart.chart(found).lines}
    assert set(drawn["threshold"]) == {300}
    assert any(value is not None for value in drawn["would fire"])
    fall: dict[str, Any] = {"compare": "falls_by", "threshold": 0.5, "filters": {}}
    assert past_chart.chart(replace(found, rule=replace(SLOW, **fall))).lines[0].points[0].value == -0.5


def test_a_page_is_narrowed_only_by_filters_that_it_can_hold() -> None:
    rule = replace(SLOW, filters={"prompt": ("a", "b"), "model": ("m",), "error_type": ("timeout",)})
    assert asked.parameters(onward.narrowed(rule)) == {"model": "m", "error": "timeout"}


def test_an_alert_of_a_rule_that_has_changed_shows_plain_figures(bench: Store, clock: ManualClock) -> None:
    alert = firing(bench)
    assert history.row(alert, rulebook.named(bench, "Slow"), NOW)["value"].endswith(" ms")
    changed = replace(rulebook.named(bench, "Slow"), rule=replace(SLOW, metric="errors", aggregation="rate", threshold=0.1))
    assert history.row(alert, changed, NOW)["value"].replace(".", "").isdigit()
