"""Two versions beside each other: arrows are of numbers, words and colours of what they mean, and what was not tested has no verdict."""

from dataclasses import replace

import pytest

from pages.watch.overview_parts import versus as shown
from tests.monitoring.traffic import DAY, HOUR, NOW, drawn, put
from workbench.monitoring import ranges, versus
from workbench.monitoring.dashboard_model import Difference, View
from workbench.store import Store


def told(key: str, **more: object) -> Difference:
    usual = Difference(key, "Figure", "ms", 1.0, 2.0, 1.0, 0.5, 1.5, 0.001, 100, 100, "order statistics", "a", "Figure: from 1 to 2.")
    return replace(usual, **more)  # type: ignore[arg-type]


def test_an_arrow_is_of_the_number_and_the_verdict_is_a_word() -> None:
    slower = told("latency_p95")
    assert (shown.row(slower)["difference"][0], shown.verdict(slower)) == ("↑", "worse")
    cheaper = told("cost_per_call", unit="usd", difference=-1.0, low=-1.5, high=-0.5, better="b")
    assert (shown.row(cheaper)["difference"][0], shown.verdict(cheaper)) == ("↓", "better")
    assert shown._mark_of(cheaper) == ":green[:material/arrow_downward: Better]"
    assert shown._mark_of(slower) == ":red[:material/arrow_upward: Worse]"
    longer = told("output_tokens", better="")
    assert (shown.verdict(longer), shown._mark_of(longer)) == ("differs", ":gray[:material/arrow_upward: Differs]")
    assert shown.verdict(told("latency_p95", better="", low=-1.0, p=0.4)) == "no clear difference"


@pytest.mark.parametrize("key", ["cost_per_call", "input_tokens", "output_tokens"])
def test_what_was_not_tested_has_its_reason_and_no_verdict(sqlite_store: Store, key: str) -> None:
    """Two versions of a week, 240 and 120 calls: enough of them, but of three days and of two."""
    put(
        sqlite_store,
        drawn(1, NOW - 5 * DAY, NOW - 5 * DAY + 48 * HOUR, 5),
        drawn(2, NOW - 2 * DAY, NOW - 2 * DAY + 24 * HOUR, 5, version=8, dear=3.0),
    )
    view = View(ranges.last("7d", NOW))
    found = {each.key: each for each in versus.compare(sqlite_store, *versus.versions(view, "support/triage", 7, 8)).differences}
    each = found[key]
    assert (each.p, each.low, each.high, each.better) == (None, None, None, "")
    assert (each.n_a, each.n_b) == (240, 120)
    row = shown.row(each)
    assert (row["interval"], row["verdict"], row["p"]) == ("calls in only 2 days, 4 needed", "not tested", "")
    assert each.sentence.startswith("Not tested, calls in only 2 days, 4 needed: ")
    assert shown.verdict(found["latency_p50"]) == "no clear difference"


def test_what_never_varies_is_not_tested_for_that_reason(sqlite_store: Store) -> None:
    steady = [replace(one, cost_nano=1_000_000) for version in (7, 8) for one in drawn(version, NOW - DAY, NOW, 5, version=version)]
    put(sqlite_store, iter(steady))
    view = View(ranges.last("24h", NOW))
    found = {each.key: each for each in versus.compare(sqlite_store, *versus.versions(view, "support/triage", 7, 8)).differences}
    assert shown.row(found["cost_per_call"])["interval"] == "nothing varies"
    assert shown.row(found["cost_per_call"])["difference"].startswith("→")
