"""The Budgets page: where limits stand and go, a form that loses nothing, a way back from everything, and what was crossed."""

import re
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.spend.spend_parts import first, rows, saving
from tests.conftest import ManualClock
from tests.cost.ledger import put
from tests.pages.conftest import Open, said
from tests.pages.spending import NOW, spent
from tests.pages.stores import HOSTILE
from workbench import clock as time
from workbench.cost.outcome import Figure
from workbench.cost.projection import Projection
from workbench.errors import InputError
from workbench.ledger import budgets
from workbench.ledger.budgets import Budget
from workbench.store import Store

FILE = "spend/budgets.py"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """It is noon on 15 November 2023, for the pages too."""
    found = ManualClock(NOW)
    monkeypatch.setattr(time, "SYSTEM", found)
    return found


def ten_a_day(store: Store, days: int = 40) -> None:
    put(store, *(spent(n, 10, prompt="intent") for n in range(days)))


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def inforce(store: Store) -> list[tuple[str, str, str, str]]:
    return [(one.scope, one.key, one.period, str(one.limit_usd.normalize())) for one in budgets.all(store)]


def type_in(page: AppTest, limit: str) -> AppTest:
    page.text_input(key=saving.LIMIT).set_value(limit)
    return page.button(key="budget-save").click().run()


def test_the_first_budget_is_offered_from_the_pace_so_far(app: Open, bench: Store, clock: ManualClock) -> None:
    ten_a_day(bench)
    page = app(FILE)
    assert not page.exception
    assert "At the pace so far November comes to $" in plain(page)
    assert [one.label.replace("\\", "") for one in page.button] == ["Set $500 a month"]
    page.button(key="budget-first").click().run()
    assert page.text_input(key=saving.LIMIT).value == "500"
    page.button(key="budget-save").click().run()
    assert inforce(bench) == [("total", "", "month", "5E+2")]
    assert "Set: $500.00 for all calls a month." in plain(page)
    page.button(key="budget-undo").click().run()
    assert inforce(bench) == []


@pytest.mark.parametrize(
    ("spent_usd", "high", "limit"),
    [("0", None, "10"), ("4", None, "15"), ("0", "0.0001", "0.01"), ("150", "310", "500"), ("9", "62", "75")],
)
def test_a_first_limit_is_round_and_leaves_space(spent_usd: str, high: str | None, limit: str) -> None:
    figure = None if high is None else Figure(Decimal(high), Decimal(0), Decimal(high))
    assert first.limit(Projection(Decimal(spent_usd), figure, 5, "")) == Decimal(limit)


def test_each_budget_says_what_is_used_where_it_goes_and_whether_that_is_fine(app: Open, bench: Store, clock: ManualClock) -> None:
    ten_a_day(bench)
    put(bench, spent(1, None, "house/llm"))
    budgets.put(bench, scope="total", period="month", limit_usd=200, clock=clock)
    budgets.put(bench, scope="model", key="openai/big", period="month", limit_usd=170, clock=clock)
    budgets.put(bench, scope="prompt", key="intent", period="month", limit_usd=140, stops=True, clock=clock)
    budgets.put(bench, scope="model", key="openai/other", period="day", limit_usd=5, warn_percent=None, clock=clock)
    page = app(FILE)
    assert not page.exception
    text = plain(page)
    assert "1 over, 1 warning, 2 fine" in text
    order = [
        text.index(f"**{name}") for name in ("Prompt intent, a month", "openai/big, a month", "All calls, a month", "openai/other, a day")
    ]
    assert order == sorted(order)
    assert [bar.text.replace("\\", "").replace("\u00a0", " ") for bar in page.get("progress")] == [
        "$150.00 of $140.00 · 107 %", "$150.00 of $170.00 · 88 %", "$150.00 of $200.00 · 75 %", "$0 of $5.00 · 0 %",
    ]  # fmt: skip
    assert "At this pace it will be crossed about 17 Nov." in text
    assert "At this pace it will be crossed about 20 Nov." in text
    assert "it was used up when it was set" in text
    assert "It starts anew on 1 Dec." in text
    assert "It starts anew at midnight." in text
    assert text.count("UTC") == 1
    assert "Warns from 80 %, stops calls" in text
    labels = [one.proto.label for one in page.get("page_link")]
    assert labels == ["1 call of unknown price not counted. Set a price"]


def test_the_call_that_crosses_is_named_in_the_row_and_in_the_history(app: Open, bench: Store, clock: ManualClock) -> None:
    budgets.put(bench, scope="total", period="day", limit_usd=2, clock=clock)
    ids = put(bench, spent(0, 1.7), spent(0, 0.5, "openai/small"))
    page = app(FILE)
    assert f"15 Nov 2023, 12:00:00: call {ids[1]} crossed it." in plain(page)
    shown = page.dataframe[0].value
    assert list(shown["level"]) == ["■ Limit reached", "▲ Warning"]
    assert list(shown["call"]) == [str(ids[1]), str(ids[0])]
    assert list(shown["cost"]) == ["$0.5000", "$1.70"]
    assert list(shown["spent"]) == ["$2.20", "$1.70"]
    assert list(shown["model"]) == ["openai/small", "openai/big"]


@pytest.mark.parametrize(
    ("typed", "why"),
    [("0", "0 is not above 0"), ("-5", "-5 is not above 0"), ("NaN", "not an amount of dollars"), ("a lot", "not an amount of dollars"),
     ("1000000000000000", "1000000000000000 is not above 0 and at most 1,000,000,000"), ("", "is empty"), ("inf", "not an amount"),
     ("10,50", "'10,50' is not an amount of dollars. Write it like 10.50."), ("![x](http://leak.example)", "not an amount of dollars")],
)  # fmt: skip
@pytest.mark.usefixtures("clock")
def test_a_limit_that_does_not_hold_is_told_at_its_field_and_nothing_typed_is_lost(app: Open, bench: Store, typed: str, why: str) -> None:
    ten_a_day(bench, 3)
    page = app(FILE, edit="new")
    page.segmented_control(key=saving.SCOPE).set_value("model").run()
    page.selectbox(key=saving.KEYS["model"]).set_value("openai/big")
    page.number_input(key=saving.WARN).set_value(66)
    page.toggle(key=saving.STOPS).set_value(True)
    type_in(page, typed)
    assert not page.exception
    assert why in plain(page)
    assert inforce(bench) == []
    assert page.text_input(key=saving.LIMIT).value == typed
    assert page.selectbox(key=saving.KEYS["model"]).value == "openai/big"
    assert page.number_input(key=saving.WARN).value == 66
    assert page.toggle(key=saving.STOPS).value is True
    page.text_input(key=saving.LIMIT).set_value("$1,000.50").run()
    assert why not in plain(page)
    page.button(key="budget-save").click().run()
    (made,) = budgets.all(bench)
    assert (made.key, made.limit_usd, made.warn_percent, made.stops) == ("openai/big", Decimal("1000.5"), 66, True)


@pytest.mark.parametrize("warn", [0, -1, 101, 10**15])
def test_a_warning_that_does_not_hold_is_told_at_its_field(app: Open, bench: Store, warn: int) -> None:
    page = app(FILE, edit="new")
    page.number_input(key=saving.WARN).set_value(warn)
    type_in(page, "10")
    assert re.search(rf"error: {warn} is [a-z ]+ from 1 to 100\.", plain(page))
    page.number_input(key=saving.WARN).set_value(50)
    page.button(key="budget-save").click().run()
    (made,) = budgets.all(bench)
    assert (made.warn_percent, made.limit_usd) == (50, 10)


def test_a_model_must_be_named_with_its_provider(app: Open, bench: Store) -> None:
    page = app(FILE, edit="new")
    page.segmented_control(key=saving.SCOPE).set_value("model").run()
    type_in(page, "10")
    assert "must be a model as provider/model" in plain(page)
    assert inforce(bench) == []


def test_the_form_says_what_was_spent_of_it_so_far_and_whose_place_it_takes(app: Open, bench: Store, clock: ManualClock) -> None:
    ten_a_day(bench)
    budgets.put(bench, scope="model", key="openai/big", period="month", limit_usd=400)
    page = app(FILE, edit="new")
    page.segmented_control(key=saving.SCOPE).set_value("model").run()
    page.selectbox(key=saving.KEYS["model"]).set_value("openai/big").run()
    assert "Spent this month so far: $150.00. It comes to $" in plain(page)
    assert "Takes the place of the budget of $400.00 that is in force." in plain(page)
    type_in(page, "450")
    assert "Set: $450.00 for openai/big a month, in place of $400.00" in plain(page)
    page.button(key="budget-undo").click().run()
    assert inforce(bench) == [("model", "openai/big", "month", "4E+2")]


def test_the_stop_switch_says_what_it_does(app: Open, bench: Store) -> None:
    page = app(FILE, edit="new")
    assert "It only tells: nothing is refused" in plain(page)
    page.toggle(key=saving.STOPS).set_value(True).run()
    assert "calls are refused and runs end as capped" in plain(page)


def test_a_budget_is_changed_and_can_be_moved_to_another_period(app: Open, bench: Store, clock: ManualClock) -> None:
    made = budgets.put(bench, scope="prompt", key="intent", period="day", limit_usd="2.50", warn_percent=None, stops=True)
    page = app(FILE)
    page.button(key=f"change-{made.id}").click().run()
    assert not page.exception
    assert page.text_input(key=saving.LIMIT).value == "2.50"
    assert page.selectbox(key=saving.KEYS["prompt"]).value == "intent"
    assert page.toggle(key=saving.STOPS).value is True
    assert page.number_input(key=saving.WARN).value is None
    page.segmented_control(key=saving.PERIOD).set_value("month")
    type_in(page, "40")
    assert inforce(bench) == [("prompt", "intent", "month", "4E+1")]
    page.button(key="budget-undo").click().run()
    assert inforce(bench) == [("prompt", "intent", "day", "2.5")]
    page.button(key=f"change-{made.id}").click().run()
    page.button(key="budget-cancel").click().run()
    assert "Change a budget" not in [one.value for one in page.header]


def test_the_same_again_changes_nothing_and_says_so(app: Open, bench: Store) -> None:
    made = budgets.put(bench, scope="total", period="day", limit_usd=3)
    page = app(FILE, edit=str(made.id))
    page.button(key="budget-save").click().run()
    assert "Nothing changed" in plain(page)
    assert budgets.all(bench) == [made]


def test_what_is_removed_comes_back_by_undo_or_out_of_the_history(app: Open, bench: Store) -> None:
    made = budgets.put(bench, scope="total", period="day", limit_usd=3)
    page = app(FILE)
    page.button(key=f"remove-{made.id}").click().run()
    assert inforce(bench) == []
    assert "Removed: $3.00 for all calls a day." in plain(page)
    assert "No budget yet" in plain(page)
    page.button(key="budget-undo").click().run()
    assert budgets.all(bench) == [made]
    budgets.put(bench, scope="total", period="day", limit_usd=4)
    page = app(FILE, history="earlier")
    shown = page.dataframe[0].value
    assert list(shown["limit"]) == ["$3.00"]
    assert list(shown["does"]) == ["Warns from 80 %, stops nothing"]


def test_a_stale_address_shows_the_list_and_can_still_add(app: Open, bench: Store) -> None:
    budgets.put(bench, scope="total", period="day", limit_usd=3)
    page = app(FILE, edit="999")
    assert not page.exception
    page.button(key="budget-add").click().run()
    assert "A new budget" in [one.value for one in page.header]


def test_hostile_names_are_text_in_rows_form_and_history(app: Open, bench: Store, clock: ManualClock) -> None:
    names = [text.replace("\x07", "").replace("\x1b", "")[:150] for text in HOSTILE]
    for text in names:
        budgets.put(bench, scope="prompt", key=text, period="day", limit_usd=1, clock=clock)
    put(bench, *(spent(0, 2, f"openai/{text}", prompt=text) for text in names))
    for query in ({}, {"edit": "new"}, {"edit": "1"}, {"history": "earlier"}):
        page = app(FILE, **query)
        assert not page.exception
        assert "![look](" not in said(page)
        assert "<script>" not in said(page)


def test_home_says_which_budgets_are_over_and_is_silent_where_all_is_well(app: Open, bench: Store, clock: ManualClock) -> None:
    budgets.put(bench, scope="total", period="day", limit_usd=10, clock=clock)
    put(bench, spent(0, 1))
    assert "budget" not in plain(app("home.py")).lower()
    put(bench, spent(0, 7.5))
    assert "Close to the limit: All calls, a day" in plain(app("home.py"))
    put(bench, spent(0, 7.5))
    page = app("home.py")
    assert "Over budget: All calls, a day" in plain(page)
    assert "See budgets" in [one.proto.label for one in page.get("page_link")]


def test_many_budgets_come_in_pages(app: Open, bench: Store) -> None:
    for n in range(12):
        budgets.put(bench, scope="model", key=f"openai/m{n:02}", period="day", limit_usd=1)
    page = app(FILE)
    assert not page.exception
    assert len(page.get("progress")) == 10


@pytest.mark.parametrize(("typed", "read"), [("$1,000.50", "1000.50"), (" 12 ", "12"), ("1,00", "1,00"), ("1,234,567", "1234567")])
def test_a_limit_is_read_as_it_is_written(typed: str, read: str) -> None:
    assert saving.typed(typed) == read
    with pytest.raises(InputError):
        saving.typed(" $ ")


def test_a_title_says_what_is_limited() -> None:
    def of(scope: Any, key: str) -> str:
        return rows.title(Budget(1, scope, key, "day", 1, None, stops=False, created_ms=0))

    assert (of("total", ""), of("model", "a/b"), of("prompt", "p")) == ("All calls, a day", "a/b, a day", "Prompt p, a day")
