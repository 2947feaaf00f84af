"""The Metrics page: own metrics in a list and one by one, with intervals, tags, values, and the way to an alert."""

import random

import pytest
from streamlit.testing.v1 import AppTest

from pages.watch.metric_parts import figures
from tests.pages.conftest import Open, said
from workbench import clock as time
from workbench.ledger import metrics
from workbench.ledger.metric_cells import Cell
from workbench.ledger.metrics import Value
from workbench.monitoring import ranges
from workbench.store import Store

FILE = "watch/own_metrics.py"
HOSTILE_TAG = "![look](http://leak.example/p.png) :red[x] <b>"


def fill(store: Store) -> int:
    """An hour and a half of two metrics; the time of the newest value."""
    now_ms, chance = time.now_ms(), random.Random(4)
    values = [Value("relevance", chance.random(), now_ms - n * 60_000, ("v7" if n % 2 else HOSTILE_TAG,)) for n in range(90)]
    values += [Value("conversion_rate", float(n % 3 == 0), now_ms - n * 60_000) for n in range(90)]
    metrics.add(store, [*values, Value("user_satisfaction", 0, now_ms)])
    return now_ms


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "").replace("**", "")


def test_without_a_value_the_lines_that_record_one_are_shown(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    text = plain(page)
    assert "No metric was recorded yet" in text
    assert 'record_metric("relevance", 0.82, tags=["triage", "v7"])' in text
    assert all(name in text for name in metrics.SHIPPED)


def test_every_metric_is_a_row_with_its_last_value_and_a_rating_of_0_counts(app: Open, bench: Store) -> None:
    fill(bench)
    page = app(FILE, range="6h")
    assert not page.exception
    shown = page.dataframe[0].value.set_index("id")
    assert list(shown.index) == ["conversion_rate", "relevance", "user_satisfaction"]
    assert list(shown["n"]) == ["90", "90", "1"]
    assert shown.loc["user_satisfaction", "last"] == "0"
    assert shown.loc["conversion_rate", "mean"] == "0.3333"
    assert len(shown.loc["relevance", "course"]) > 5


def test_one_metric_has_its_figures_its_tags_and_its_values(app: Open, bench: Store) -> None:
    fill(bench)
    page = app(FILE, metric="relevance")
    assert not page.exception
    assert page.title[0].value == "relevance"
    assert "How well an answer fits its question" in plain(page)
    page = app(FILE, metric="relevance", part="tags")
    assert not page.exception
    assert set(page.dataframe[0].value["id"]) == {"v7", HOSTILE_TAG}
    page = app(FILE, metric="relevance", part="latest", tag=HOSTILE_TAG)
    assert not page.exception
    assert set(page.dataframe[0].value["tags"]) == {HOSTILE_TAG}
    assert len(page.dataframe[0].value) == 45


def test_what_the_url_names_wrongly_is_said(app: Open, bench: Store) -> None:
    fill(bench)
    page = app(FILE, metric="![x](y)")
    assert not page.exception
    assert "No value of this metric was recorded." in plain(page)
    page.button(key="metric-back").click().run()
    assert len(page.dataframe[0].value) == 3
    page = app(FILE, metric="relevance", tag="nobody", range="nonsense")
    assert not page.exception
    assert "No data: no value with the tag nobody in this range." in plain(page)


def test_a_metric_leads_to_a_rule_about_it(app: Open, bench: Store) -> None:
    fill(bench)
    page = app(FILE, metric="relevance", tag="v7")
    page.button(key="metric-alert").click().run()
    assert not page.exception
    assert page.selectbox(key="af-metric").value == "metric:relevance"
    assert page.text_input(key="af-tag").value == "v7"


def test_charts_cover_the_range_and_gaps_are_no_data(bench: Store) -> None:
    now_ms = fill(bench)
    span = ranges.last("6h", now_ms)
    found = figures.course(bench, "conversion_rate", span)
    mean, percentiles, count = figures.charts(found, "conversion_rate")
    assert mean.unit == "share"
    assert [line.name for line in percentiles.lines] == ["p50", "p95", "p99"]
    starts = ranges.starts(found.span)
    assert all([point.at_ms for point in line.points] == starts for chart in (mean, percentiles, count) for line in chart.lines)
    assert mean.lines[0].points[0].value is None
    assert sum(point.value or 0 for point in count.lines[0].points) == 90
    bounded = [point for point in mean.lines[0].points if point.value is not None and point.n > 1]
    assert all(0 <= (point.low or 0) <= point.value <= (point.high or 0) <= 1 for point in bounded if point.value is not None)


def test_few_values_are_summed_up_in_buckets_that_hold_some_each(bench: Store) -> None:
    now_ms = time.now_ms()
    metrics.add(bench, [Value("relevance", 0.98 if n % 5 else 0.75, now_ms - n * 1_800_000) for n in range(46)])
    span = ranges.last("24h", now_ms)
    found = figures.course(bench, "relevance", span)
    assert found.whole is not None
    assert found.span.bucket_ms > span.bucket_ms
    assert found.whole.n == sum(cell.n for cell in found.by_bucket) >= 5 * len(found.by_bucket)
    mean, _, count = figures.charts(found, "relevance")
    assert sum(point.value or 0 for point in count.lines[0].points) == found.whole.n == mean.n
    many = [Value("busy", n / 7_000, now_ms - n * 12_000) for n in range(7_000)]
    metrics.add(bench, many)
    assert figures.course(bench, "busy", span).span == span


def test_the_interval_of_values_from_0_to_1_stays_within(bench: Store) -> None:
    now_ms = time.now_ms()
    for name, most in (("relevance", 1.0), ("points", 1.1)):
        metrics.add(bench, [Value(name, value, now_ms - 60_000 * n) for n, value in enumerate((0.7, most, 1.0, 1.0))])
    highs = {}
    for name in ("relevance", "points"):
        found = figures.course(bench, name, ranges.last("1h", now_ms))
        assert found.whole is not None
        highs[name] = [point.high for point in figures.charts(found, name)[0].lines[0].points if point.high is not None]
        highs[name].append((found.interval(found.whole, name) or (0, 0))[1])
    assert set(highs["relevance"]) == {1.0}
    assert max(highs["points"]) > 1.1


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ((1.0, 2.0, 3.0, 4.0), 0.446, 4.554),  # Student: 2.5 +- 3.182 * 1.291 / 2
        ((0.0, 0.0, 1.0, 1.0), 0.150, 0.850),  # Wilson
        ((-1.0, 1.0), -12.706, 12.706),
    ],
)
def test_the_interval_of_a_mean_is_that_of_the_values(values: tuple[float, ...], low: float, high: float) -> None:
    found = Cell.of(0, *values).interval()
    assert found == pytest.approx((low, high), rel=0.02, abs=0.02)
    assert Cell.of(0, values[0]).interval() is None
