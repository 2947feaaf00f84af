import json
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.cost.outcomes import outcome
from workbench.cost import amounts, comparing, exporting, printed
from workbench.cost.comparing import AFTER, BEFORE, Record
from workbench.cost.outcome import Figure


def of(records: tuple[Record, ...], section: str, item: str, side: str) -> Record:
    (found,) = (each for each in records if (each.section, each.item, each.side) == (section, item, side))
    return found


def test_every_figure_of_an_outcome_is_a_record() -> None:
    found = comparing.records(outcome())
    assert of(found, "month", "total", AFTER) == Record(
        "month", "total", AFTER, "usd", Decimal("20.000000001"), Decimal(15), Decimal(25)
    )  # fmt: skip
    assert of(found, "month", "share saved", "saved").value == Decimal("0.8")
    assert of(found, "month", "unpriced calls", BEFORE).value == 3
    assert of(found, "month", "bill over computed", BEFORE).text == "figures are not scaled to the bill"
    assert of(found, "models", "openai/gpt-4", BEFORE).value == 100
    assert of(found, "models", "own/model", BEFORE).text == "unpriced"
    assert sum(each.section == "months" for each in found) == 24
    assert of(found, "assumptions", "Exact cache", "levers.exact_cache.hit_rate").source == "measured"


def test_quality_and_latency_are_there_even_where_they_are_unknown() -> None:
    found = comparing.records(outcome())
    assert of(found, "quality", "quality", BEFORE).low == Decimal("0.95")
    unknown = of(found, "quality", "quality", AFTER)
    assert (unknown.value, unknown.text) == (None, "unknown for own/model")
    assert of(found, "latency", "latency p95", BEFORE).value == Decimal("2500.5")
    assert of(found, "latency", "latency p95", AFTER).text == "unknown for own/model"


def test_the_parts_of_the_waterfall_come_to_the_total() -> None:
    found = comparing.records(outcome())
    parts = sum((each.value or 0 for each in found if each.section == "parts"), Decimal(0))
    assert of(found, "month", "total", BEFORE).value + parts == of(found, "month", "total", AFTER).value  # type: ignore[operator]


def test_outcomes_stand_side_by_side_and_what_one_lacks_is_none() -> None:
    one, other = outcome("one"), replace(outcome("two"), parts=outcome().parts[:1], as_billed_usd=None)
    rows = comparing.side_by_side([one, other])
    cells = {(row.section, row.item, row.side): row.cells for row in rows}
    assert [cell.value for cell in cells["month", "total", AFTER] if cell] == [Decimal("20.000000001")] * 2
    assert cells["parts", "Levers together", "interaction"][1] is None
    assert cells["month", "as billed", BEFORE][1] is None
    assert [row.section for row in rows] == sorted(
        (row.section for row in rows), key=list(dict.fromkeys(row.section for row in rows)).index
    )
    assert not any(row.unit == "text" for row in rows)
    assert comparing.side_by_side([]) == ()


def test_scenarios_of_one_name_are_told_apart() -> None:
    assert comparing.titles([outcome("a"), outcome("b"), outcome("a")]) == ("a (1)", "b", "a (2)")
    one, three = replace(outcome("a"), version=1), replace(outcome("a"), version=3)
    assert comparing.titles([one, three]) == ("a@1", "a@3")
    assert comparing.titles([one, one, outcome("a")]) == ("a@1 (1)", "a@1 (2)", "a")
    assert comparing.titles([three, outcome("b")]) == ("a", "b")


def test_a_baseline_that_costs_nothing_saves_no_share() -> None:
    found = outcome()
    free = replace(found, before=replace(found.before, usd=Figure(Decimal(0))))
    assert comparing.saved_share(free) is None


def test_what_has_no_price_is_unpriced_and_never_costs_nothing() -> None:
    found = outcome()
    unpriced = tuple(replace(each, usd=None) for each in found.after.models)
    nothing = replace(found.after, models=unpriced, usd=Figure(Decimal(0)), unpriced_calls=Decimal(1_000), components_usd=Decimal(0))
    dark = replace(found, after=nothing, saved=Figure(Decimal(100)))
    records = comparing.records(dark)
    for side in (AFTER, "saved"):
        assert (of(records, "month", "total", side).value, of(records, "month", "total", side).text) == (None, "unpriced")
    assert of(records, "month", "share saved", "saved").value is None
    assert of(records, "year", "12 months", AFTER).value is None
    assert printed.to_json(dark)["after"]["usd"]["value"] is None
    assert printed.to_json(dark)["saved_usd"]["value"] is None
    assert "A month costs **unpriced** instead of \\$100.00" in exporting.markdown([dark])
    sheet = load_workbook(BytesIO(exporting.xlsx([dark])))
    assert (sheet["Waterfall"]["A2"].value, sheet["Waterfall"]._charts, sheet["Months"]["C2"].value) == ("unpriced", [], None)
    assert not any(each.section == "parts" for each in records)
    assert of(comparing.records(found), "month", "total", BEFORE).text == "without 3 unpriced calls"


def test_what_is_without_some_calls_says_so_wherever_dollars_of_them_would_be() -> None:
    found = outcome()
    some = replace(found, after=replace(found.after, unpriced_calls=Decimal(3), unpriced_asked=Decimal(3)))
    some = replace(some, before=replace(some.before, unpriced_asked=Decimal(3)))
    records = comparing.records(some)
    assert of(records, "year", "12 months", AFTER).text == "without 3 unpriced calls a month"
    assert of(records, "months", "month 2", AFTER).text == "without 3 unpriced calls"
    assert all(each.text.endswith("without 3 unpriced calls") for each in records if each.section in ("parts", "what matters"))
    assert printed.to_json(some)["unpriced_calls"] == {"before": 3, "after": 3}
    assert exporting.markdown([some]).count("Dollars are before without 3 unpriced calls a month, after without 3") == 3


def test_there_is_no_waterfall_where_calls_go_to_a_model_without_a_price() -> None:
    moved = replace(outcome(), after=replace(outcome().after, unpriced_calls=Decimal(500), unpriced_asked=Decimal(500)))
    assert comparing.saved(moved) is None
    assert printed.to_json(moved)["parts"] == []
    assert not any(each.section == "parts" for each in comparing.records(moved))


def test_json_holds_plain_numbers_rounded_to_the_nano_dollar() -> None:
    found = printed.to_json(outcome())
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again == found
    assert found["after"]["usd"] == {"value": 20.000000001, "p5": 15, "p95": 25}
    assert found["after"]["quality"] == {
        "value": None, "low": None, "high": None, "unknown": ["own/model"], "sources": {"openai/gpt-4": "run abc, n = 120"},
    }  # fmt: skip
    assert found["before"]["latency"]["p95_ms"] == 2500.5
    assert found["before"]["models"][2]["usd"] is None
    assert found["saved_share"] == 0.8
    assert [part["usd"] for part in found["parts"]] == [-60, -80, 60.000000001]
    assert found["scenario"]["name"] == "cache"
    assert found["assumptions"][0] == {
        "name": "Exact cache", "value": "60 % hits", "source": "measured", "field": "levers.exact_cache.hit_rate",
    }  # fmt: skip
    assert printed.number(Decimal("1E+15")) == 10**15
    assert printed.number(Decimal("0.12345678951")) == 0.12345679


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("49500", "usd", "$49,500.00"),
        ("-0.5", "usd", "−$0.500"),
        ("0.0165", "usd", "$0.0165"),
        ("0.00694", "usd", "$0.00694"),
        ("0.0000000001", "usd", "$0.00"),
        ("0", "usd", "$0.00"),
        ("1E+15", "usd", "$1,000,000,000,000,000.00"),
        ("0.952", "share", "95.2 %"),
        ("840", "ms", "840 ms"),
        ("6500", "ms", "6.50 s"),
        ("3000000", "calls", "3,000,000"),
        ("0.808", "ratio", "0.808"),
    ],
)
def test_figures_are_told_with_their_unit(value: str, unit: str, said: str) -> None:
    assert amounts.told(Decimal(value), unit) == said


def test_what_is_not_known_is_said_to_be() -> None:
    assert amounts.told(None, "usd") == "unknown"
    assert amounts.ranged(Figure(Decimal(2))) == "$2.00"
    assert amounts.ranged(Figure(Decimal(2), Decimal(1), Decimal(3))) == "$2.00 ($1.00 to $3.00)"
