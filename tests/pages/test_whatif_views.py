"""The views of the What-if page: each opens, the cheapest plan becomes the scenario, rules are tried out, scenarios are compared."""

import re
from datetime import date
from decimal import Decimal

from pages.spend.whatif_parts import link, taking
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from tests.pages.test_whatif import FILE, calls, field, typed, words
from workbench.cost import keeping
from workbench.cost.model import ExactCache, OwnPrice, Scenario, Typed
from workbench.store import Store

VIEWS = ("models", "months", "matters", "plan", "rules", "compare", "backtest", "assumptions", "export")


def test_every_view_opens_on_typed_numbers_and_on_recorded_calls(app: Open, bench: Store) -> None:
    for option in ("example/Support assistant", "ledger"):
        page = app(FILE, scenario=option)
        assert page.selectbox(key="scenario").value == option
        for view in VIEWS:
            page.segmented_control(key="part").set_value(view).run()
            assert not page.exception, view
            assert [each.value for each in page.error] == [], view
        calls(bench)


def test_the_cheapest_plan_becomes_the_scenario(app: Open, bench: Store) -> None:
    page = app(FILE, part="plan")
    assert "Cheapest plan: $1," in words(page)
    page.button(key="use-plan").click().run()
    assert not page.exception
    text = words(page)
    assert "$49,500 → $1," in text
    assert "The plan is your scenario now." in text
    page.button(key="undo").click().run()
    assert "$49,500 → $1," not in words(page)


def test_limits_that_exclude_each_other_are_told(app: Open, bench: Store) -> None:
    page = app(FILE, part="plan")
    field(page, "limits.quality").set_value(99.9).run()  # type: ignore[attr-defined]
    assert not page.exception
    assert "No plan keeps all of these limits." in words(page)
    assert "A quality of 99.9 % cannot be had" in words(page)


def test_rules_are_edited_ordered_and_tried_out_on_recorded_calls(app: Open, bench: Store) -> None:
    calls(bench)
    page = app(FILE, part="rules")
    assert "Under 20 words and a question mark: simple" in words(page)
    page.button(key="rules-edit").click().run()
    condition = next(each for each in page.text_input if each.label == "1. When")
    assert condition.value == "words < 20 and question"
    condition.set_value("words <").run()
    assert not page.exception
    assert "column" in words(page)
    next(each for each in page.text_input if each.label == "1. When").set_value("words < 3").run()
    trial = page.dataframe[-1].value
    assert trial["calls"].tolist()[:2] == ["0", "60"]
    page.button(key="rule-Down-0").click().run()
    assert next(each for each in page.text_input if each.label == "2. When").value == "words < 3"
    page.button(key="rules-shipped").click().run()
    assert "Under 20 words and a question mark: simple" in words(page)


def test_saved_scenarios_stand_side_by_side(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    keeping.save(bench, typed("Cached", levers=(ExactCache(Decimal("0.5")),)))
    page = app(FILE, scenario="saved/Mine", part="compare")
    page.multiselect(key="whatif-others").set_value(["saved/Cached"]).run()
    assert not page.exception
    table = page.dataframe[-1].value
    row = table[table["what"] == "A month with it"].iloc[0]
    assert row["s0"].startswith("$330.00")
    assert row["s1"].startswith("$165.00")
    assert any(each.key == "compared-xlsx" for each in page.get("download_button"))


def test_every_assumption_is_listed_with_its_source(app: Open, bench: Store) -> None:
    page = app(FILE, part="assumptions")
    table = page.table[0].value
    assert len(table) > 10
    assert all(table["Source"].str.len() > 0)
    assert not table["Change it"].str.contains("_").any()
    assert "Price of gpt-4" in [name.replace("\\", "") for name in table["What is assumed"]]


def test_a_model_is_priced_here_from_what_the_list_says_and_the_day_of_the_list_can_be_chosen(app: Open, bench: Store) -> None:
    page = app(FILE, scenario="new", part="assumptions")
    page.session_state["open-prices"] = True
    page.run()
    next(each for each in page.selectbox if each.label == "Price another model").set_value("openai/gpt-4o").run()
    assert field(page, "prices.openai/gpt-4o.output").value == 10.0  # type: ignore[attr-defined]
    day = next(each for each in page.date_input if each.label == "Else the list's prices of")
    day.set_value(date(2025, 1, 2)).run()
    assert not page.exception
    shared = page.query_params["s"]
    assert link.decode(shared if isinstance(shared, str) else shared[0]).prices_at_ms == 1_735_776_000_000


def test_what_is_exported_is_made_only_when_it_is_asked_for_and_holds_the_figures(bench: Store) -> None:
    from workbench.cost import working

    outcome = working.work_out(bench, typed(levers=(ExactCache(Decimal("0.5")),)))
    assert b"165" in taking.written("csv", [outcome])
    assert taking.written("xlsx", [outcome])[:2] == b"PK"
    assert "$165" in taking.written("markdown", [outcome]).decode()
    assert taking.file_name([outcome]) == "Mine"


def test_hostile_names_are_text_everywhere(app: Open, bench: Store) -> None:
    names = [each[:200].strip() for each in HOSTILE if each[:200].isprintable()]
    share = Decimal(1) / len(names)
    models = dict.fromkeys(names, share)
    prices = {name: OwnPrice(Decimal(1), Decimal(1)) for name in names}
    keeping.save(bench, Scenario(names[0], Typed(Decimal(10), Decimal(10), Decimal(10), models), prices=prices, note=names[1]))
    page = app(FILE, scenario=f"saved/{names[0]}")
    for view in VIEWS:
        page.segmented_control(key="part").set_value(view).run()
        assert not page.exception, view
        shown = said(page)
        assert "![look](http" not in shown, view
        assert not re.search(r"(?<!\\)<img", shown), view
        assert ":red[danger]" not in shown, view
