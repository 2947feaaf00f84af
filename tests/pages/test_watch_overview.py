"""The Overview: what the URL asks for, what got worse, figures with their changes, tables that narrow, errors that lead to calls."""

import json
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts import points as points_of
from pages.watch.overview_parts import asked, breakdown, cards, versus, wording
from tests.conftest import ManualClock
from tests.cost.ledger import call
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from tests.pages.watching import HOUR_MS, a_day
from workbench import clock as time
from workbench.ledger import bulk
from workbench.monitoring.dashboard_model import Card, Chart, Column, Difference, Heat, Line, Marker, Point, Range
from workbench.store import Store

FILE = "watch/overview.py"
NOW = 1_700_049_600_000  # 2023-11-15 12:00 UTC
SECTIONS = ("traffic", "latency", "cost", "quality", "breakdown", "errors", "compare")


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """It is noon on 15 November 2023."""
    clock = ManualClock(NOW)
    monkeypatch.setattr(time, "SYSTEM", clock)
    return clock


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "").replace("**", "")


def counted(page: AppTest) -> int:
    """The calls of the table by hour."""
    assert not page.exception
    return int(page.dataframe[0].value.iloc[:, 1].sum())


def parameters(page: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else str(value) for name, value in page.query_params.items()}


def test_an_empty_ledger_offers_the_demo_and_says_where_calls_come_from(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert "Nothing has been called yet" in [one.value for one in page.header]
    assert page.button(key="watch-demo")
    for way in ("workbench calls import", "from workbench.ledger import record", "POST /api/calls"):
        assert way in plain(page)


def test_what_got_worse_is_said_first_and_leads_to_its_calls_alone(app: Open, bench: Store, noon: ManualClock) -> None:
    a_day(bench, NOW)
    page = app(FILE)
    assert not page.exception
    assert "support/triage rose from" in plain(page)
    assert "14 Nov 12:01 – 15 Nov 12:01 · compared with 13 Nov 12:01 – 14 Nov 12:01" in plain(page)
    page.button(key="watch-look-0").click().run()
    assert not page.exception
    narrowed = parameters(page)
    assert narrowed
    assert set(narrowed) <= {"prompt", "version", "provider", "model"}
    assert f"Only {', '.join(f'{name} {text}' for name, text in narrowed.items())}" in plain(page)
    page.button(key="watch-all").click().run()
    assert parameters(page) == {}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.usefixtures("noon")
def test_every_section_is_drawn_and_hostile_names_stay_text(app: Open, bench: Store, section: str) -> None:
    names = ["".join(c for c in text if c >= " ")[:190] for text in HOSTILE]
    a_day(bench, NOW, 600, names)
    page = app(FILE, section=section, prompt=names[0] if section in ("errors", "compare") else "", range="7d")
    assert not page.exception
    assert not page.error
    assert "http://leak.example/pixel.png)" not in said(page)  # escaped, it reads otherwise


@pytest.mark.usefixtures("noon")
def test_runs_are_left_out_beside_production_until_they_are_asked_for(app: Open, bench: Store) -> None:
    bulk.add(bench, [call(None, started_ms=NOW - n * 60_000, source="run") for n in range(1, 8)], price=False)
    alone = app(FILE)
    assert counted(alone) == 7
    assert "watch-runs" not in [one.key for one in alone.toggle]
    bulk.add(bench, [call(None, started_ms=NOW - n * 60_000, source="client") for n in range(1, 4)], price=False)
    st.cache_data.clear()  # the names that the row offers are some seconds old
    page = app(FILE)
    assert counted(page) == 3
    assert "without runs and the playground" in plain(page)
    page.toggle(key="watch-runs").set_value(True).run()
    assert (counted(page), parameters(page)) == (10, {"runs": "1"})
    assert "without runs" not in plain(page)
    assert counted(app(FILE, source="run")) == 7
    assert "Runs and the playground are left out" in plain(app(FILE, since="2023-11-15T11:53Z", until="2023-11-15T11:56Z"))


@pytest.mark.usefixtures("noon")
def test_a_free_range_and_filters_come_from_the_url_and_go_back_to_the_whole(app: Open, bench: Store) -> None:
    a_day(bench, NOW)
    wanted = {"range": "7d", "since": "2023-11-15T08:00Z", "until": "2023-11-15T10:00Z", "model": "gpt-5", "status": "error"}
    page = app(FILE, **wanted)
    assert not page.exception
    assert "Only model gpt-5, status error · 15 Nov 08:00 – 10:00 · compared with 15 Nov 06:00 – 08:00" in plain(page)
    assert page.selectbox(key="watch-model").value == "gpt-5"
    page.button(key="watch-whole").click().run()
    assert parameters(page) == {"range": "7d", "model": "gpt-5", "status": "error"}
    page.selectbox(key="watch-range").set_value("1h").run()
    assert parameters(page)["range"] == "1h"
    page.selectbox(key="watch-range").set_value("free").run()
    assert parameters(page)["since"] == "2023-11-15T11:01Z"
    assert not page.exception


@pytest.mark.usefixtures("noon")
def test_what_the_url_gets_wrong_is_said_and_something_is_shown(app: Open, bench: Store) -> None:
    a_day(bench, NOW, 100)
    for query, words in (
        ({"range": "fortnight"}, "The address names no known range"),
        ({"since": "x", "until": "y"}, "The address names no two moments."),
        ({"since": "2023-11-15T10:00Z", "until": "2023-11-15T08:00Z"}, "A range ends after it begins"),
        ({"version": "seven"}, "The address names no version"),
        ({"status": "perhaps"}, "The address names no status"),
        ({"section": "nowhere", "prompt": "unheard of"}, "No data: no call of prompt unheard of in this range."),
    ):
        page = app(FILE, **query)
        assert not page.exception
        assert words in plain(page)


@pytest.mark.usefixtures("noon")
def test_errors_lead_to_their_calls_with_range_and_filters(app: Open, bench: Store) -> None:
    a_day(bench, NOW)
    page = app(FILE, section="errors", prompt="support/triage")
    links = [str(one.proto.query_string) for one in page.get("page_link") if one.proto.label.startswith("Call ")]
    assert links
    assert all("error=timeout" in one and "prompt=support%2Ftriage" in one and "since=" in one and "call=" in one for one in links)
    assert "in the period before" in plain(page)


@pytest.mark.usefixtures("noon")
def test_two_versions_are_compared_with_intervals_and_a_verdict(app: Open, bench: Store) -> None:
    a_day(bench, NOW)
    page = app(FILE, section="compare", versus="versions", of="support/triage")
    assert not page.exception
    rows = page.dataframe[0].value.set_index("title")
    assert rows.loc["Latency (p95)", "verdict"] == "worse"
    assert rows.loc["Latency (p95)", "interval"].startswith("+")
    page = app(FILE, section="compare", range="1h", against="day")
    assert list(page.dataframe[0].value["n"])
    assert "a day earlier" in plain(page)


@pytest.mark.usefixtures("noon")
def test_refresh_is_paused_and_resumed_and_a_range_that_is_over_needs_neither(app: Open, bench: Store) -> None:
    a_day(bench, NOW, 100)
    page = app(FILE)
    assert page.button(key="watch-pause").label == "Pause"
    page.button(key="watch-pause").click().run()
    assert page.button(key="watch-pause").label == "Resume"
    page = app(FILE, since="2023-11-14T12:00Z", until="2023-11-15T06:00Z")
    assert "watch-pause" not in [one.key for one in page.button]


def test_a_row_narrows_to_what_it_stands_for() -> None:
    columns = [Column("prompt", "Prompt"), Column("version", "Version", "version"), Column("p95", "p95", "ms")]
    row = breakdown.line({"prompt": "", "version": -1, "p95": None, "calls": 3}, columns, ("prompt", "version"))
    assert (row["prompt"], row["version"], row["p95"]) == ("No prompt", "", None)
    assert json.loads(row["_row"]) == {"prompt": "", "version": -1}
    assert asked.parameters({"prompt": "", "version": 7, "error_type": "=cmd"}) == {"prompt": "=", "version": "7", "error": "==cmd"}


def card(**more: Any) -> Card:
    return Card(**({"key": "k", "title": "Latency (p95)", "unit": "ms", "value": 1200.0, "previous": 1000.0, "change": 0.2} | more))


def test_a_change_has_an_arrow_and_a_word_and_colour_only_where_a_direction_is_good() -> None:
    assert wording.change(card(good="down", clear=True)) == ("↑ up 20 %", "red")
    assert wording.change(card(good="up")) == ("↑ up 20 %", "green")
    assert wording.change(card()) == ("↑ up 20 %", "gray")
    assert wording.change(card(good="down", clear=False)) == ("↑ up 20 %, may be chance", "gray")
    assert wording.change(card(unit="share", value=0.9, previous=0.95, change=-0.05, good="up")) == ("↓ down 5.0 points", "red")
    assert wording.change(card(change=None, previous=None)) == ("no data before", "gray")
    assert wording.change(card(change=11.0)) == ("↑ up 12 times", "gray")


def test_what_is_not_known_is_no_data_and_never_nought() -> None:
    told = cards.said(card(value=None, previous=None, change=None, spark=(None, 1.0, None)))
    assert told["value"] == "no data"
    assert told["none"] is True
    assert told["spark"] == [None, 1.0, None]
    assert wording.value(0, "calls") == "0"
    assert wording.value(0.9975, "share") == "99.75 %"
    assert wording.value(0.0000123, "usd/call") != "$0"
    empty = Difference("x", "X", "ms", None, None, None, None, None, None, 0, 0, "", "", "")
    assert versus.row(empty)["difference"] == versus.verdict(empty) == "no data"


def test_a_chart_carries_n_units_intervals_and_versions_and_gaps_stay_gaps() -> None:
    span = Range(NOW, NOW + 3 * HOUR_MS, HOUR_MS)
    points = (Point(NOW, 0.5, 0.4, 0.6, 10), Point(NOW + HOUR_MS, None), Point(NOW + 2 * HOUR_MS, 0.7, 0.6, 0.8, 9))
    marks = [Marker(NOW + HOUR_MS, "version", "First call of a v2", "a", 2), Marker(NOW - 1, "label", "before", "a", 1)]
    chart = Chart("rate", "Success rate", "share/call", 19, (Line("\u202eok\x07", points),))
    drawn = points_of.lines(chart, span, marks)
    assert drawn["sub"].replace("\u00a0", " ") == "share of calls · by hour · n = 19 · 95 % interval shaded"
    assert drawn["series"][0]["values"] == [0.5, None, 0.7]
    assert drawn["series"][0]["lows"] == [0.4, None, 0.6]
    assert drawn["series"][0]["name"] == "ok"
    assert [(mark["short"], mark["at"]) for mark in drawn["marks"]] == [("a v2", NOW + HOUR_MS)]
    assert not drawn["empty"]


def test_the_bucket_under_way_has_room_for_its_whole_width_and_is_marked_as_a_part() -> None:
    points = (Point(NOW, 3, n=3), Point(NOW + HOUR_MS, 7540, n=7540))
    chart = Chart("requests", "Requests", "calls", 7543, (Line("answered", points),), "stacked")
    minute = 60_000
    now_ms, until_ms = NOW + HOUR_MS + 5 * minute, NOW + HOUR_MS + 6 * minute
    drawn = points_of.lines(chart, Range(NOW, until_ms, HOUR_MS), (), now_ms)
    assert drawn["until"] == NOW + 2 * HOUR_MS
    assert drawn["parts"] == [1]
    over = points_of.lines(chart, Range(NOW, until_ms, HOUR_MS), (), now_ms + 24 * HOUR_MS)
    assert over["until"] == until_ms, "a range that is over ends where it was asked to"


def test_a_heat_map_names_its_bands_and_hours() -> None:
    heat = Heat((0, 500, 2000), (NOW,), ((3,), (0,), (1,)), hour_of_day=False, n=4)
    drawn = points_of.cells(heat, Range(NOW, NOW + HOUR_MS, HOUR_MS), "How long")
    assert drawn["rows"] == ["0 ms – 500 ms", "500 ms – 2 s", "over 2 s"]
    assert drawn["most"] == 3
    assert points_of.cells(Heat((0, 500), (0, 1), ((1, 2),), True, 3), Range(0, 1, 1), "x")["at"] == [0, HOUR_MS]


def test_moments_of_the_url_are_short_and_those_of_calls_too() -> None:
    assert asked.moment(NOW) == "2023-11-15T12:00Z"
    assert asked.moment(NOW + 1_000) == "2023-11-15T12:00:01Z"
