"""Figures as documents tell them: an interval has its unit once."""

import pytest

from tests.conftest import ManualClock
from tests.export import shown
from tests.export.test_operations import APRIL, HOUR, MARCH, two_months
from workbench.export import figures
from workbench.export.model import plain
from workbench.export.plans import measures
from workbench.export.plans.measures import Reading
from workbench.export.plans.model import Measure, Metric, Plan
from workbench.export.reports import blocks
from workbench.ledger import metrics
from workbench.ledger.metrics import Value
from workbench.store import Store


@pytest.mark.parametrize(
    ("unit", "low", "high", "said"),
    [
        ("score", 0.5, 0.5, "0.50 to 0.50 score"),
        ("s", 1.5, 12.25, "1.50 to 12.25 s"),
        ("rating", 3.5, 4, "3.50 to 4 rating"),
        ("uses", 1, 2, "1 to 2 uses"),
        ("share", 0.5, 0.625, "50.0 to 62.5 %"),
        ("usd", 0.5, 2, "$0.5000 to $2.00"),
        ("ms", 10, 20, "10 to 20 ms"),
        ("ms", 800, 1_200, "800 ms to 1.2 s"),
        ("ms", 90_000, 180_000, "1.5 to 3.0 min"),
        ("tokens", 10, 1_200, "10 to 1,200"),
        ("", 0.25, 0.5, "0.25 to 0.50"),
    ],
)
def test_an_interval_has_its_unit_once_and_at_its_end(unit: str, low: float, high: float, said: str) -> None:
    assert figures.interval(low, high, unit) == said


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("score", "0.50 (0.25 to 0.75)"),
        ("usd/call", "$0.5000 ($0.2500 to $0.7500)"),
        ("calls/min", "0.50 a minute (0 to 1)"),
        ("share", "50.0 % (25.0 to 75.0 %)"),
        ("s", "0.50 s (0.25 to 0.75 s)"),
        ("rating", "0.50 rating (0.25 to 0.75 rating)"),
    ],
)
def test_a_figure_and_its_interval_are_told_in_the_same_unit(unit: str, said: str) -> None:
    assert plain(blocks.bounded(0.5, 0.25, 0.75, unit).runs) == said


@pytest.mark.parametrize("name", metrics.SHIPPED)
def test_the_interval_of_an_own_metric_has_its_unit_once_in_plans_and_in_the_report_of_a_month(
    sqlite_store: Store, clock: ManualClock, name: str
) -> None:
    two_months(sqlite_store)
    clock.ms = APRIL
    metrics.add(sqlite_store, [Value(name, 0.25 + at % 2 / 2, MARCH + at * HOUR) for at in range(40)], clock=clock)
    (one,) = measures.measure(sqlite_store, Plan("x", metrics=(Metric("m", measure=Measure("own_metric", name)),)))
    unit = metrics.kind(name).unit
    assert one.reading.within
    row = shown.rows(shown.tables(shown.compose(sqlite_store, "operations", "2026-03"), "quality")[0])[0]
    for text in (one.reading.within, row[2].partition("(")[2]):
        assert text.count(f" {'%' if unit == 'share' else unit}") == (0 if unit == "score" else 1), text


def test_the_interval_of_a_score_reads_as_the_score_does() -> None:
    assert Reading(0.5, "score", low=0.5, high=1.0).within == "0.50 to 1.00"


def test_one_thing_is_told_in_the_singular() -> None:
    told = [figures.counted(n, "reply", "replies") for n in (0, 1, 2, 1_200)]
    assert told == ["0 replies", "1 reply", "2 replies", "1,200 replies"]
    assert figures.counted(1, "source") == "1 source"
