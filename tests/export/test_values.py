"""The figures of a chart as a table: differences in points and with their fraction, a task until its last day."""

from datetime import date

from tests.export import shown
from workbench.export import values
from workbench.export.model import Chart, Line
from workbench.export.plans import drawing
from workbench.export.plans.model import Plan, Task


def difference(unit: str, value: float, low: float, high: float) -> str:
    chart = Chart("forest", "Difference", unit, ("b − a",), (Line("difference", (value,), (low,), (high,)),))
    return shown.rows(values.table(chart))[0][1]


def test_a_difference_of_shares_is_in_points_and_one_of_means_keeps_its_fraction() -> None:
    assert difference("share", 0.083, -0.004, 0.188) == "+8.3 points (−0.4 to 18.8)"
    assert difference("tokens", 3.2, 2.9, 3.5) == "+3.2 (2.9 to 3.5)"
    assert difference("tokens", -0.02, -0.3, 0.3) == "0 (−0.3 to 0.3)"
    assert difference("ms", -6.0, -10.0, -2.0) == "−6 ms (−10 ms to −2 ms)"
    assert difference("ms", -0.1, -1.0, 0.4) == "0 ms (−1 ms to 0 ms)"


def test_a_task_ends_on_its_last_day() -> None:
    chart = drawing.gantt(Plan("x", tasks=(Task("a", start=date(2026, 11, 23), end=date(2026, 11, 24)),)))
    assert chart is not None
    assert shown.rows(values.table(chart))[0][1:3] == ["2026-11-23", "2026-11-24"]
