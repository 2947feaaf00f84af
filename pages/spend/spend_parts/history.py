"""What became of budgets: levels that were crossed with the call that crossed them, and budgets that were replaced or removed."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts import address, tables
from pages.parts import format as fmt
from pages.spend.spend_parts import rows, taken
from workbench.errors import NotFound
from workbench.ledger import budgets, reading
from workbench.ledger.budgets import Budget, Event
from workbench.store import Store

_CROSSED, _EARLIER = "crossed", "earlier"
_SAID = {_CROSSED: "Crossings", _EARLIER: "Earlier budgets"}
_LEVELS = {"warn": "▲ Warning", "limit": "■ Limit reached"}
_MOST = 50
_TEXT = st.column_config.TextColumn


def draw(store: Store, crossed: Sequence[Event]) -> None:
    """Draw the part of the history that the URL asks for."""
    st.header("History", anchor=False)
    part = address.part("History", _SAID, "history")
    if part == _CROSSED:
        _crossings(store, crossed[:_MOST])
    else:
        _earlier(store)


def _crossings(store: Store, crossed: Sequence[Event]) -> None:
    if not crossed:
        st.caption("No budget has reached a level yet.")
        return
    found = [_crossing(store, one) for one in crossed]
    columns = {
        "time": _TEXT("Time", width=150),
        "level": _TEXT("Level", width=120),
        "budget": _TEXT("Budget", width=220),
        "spent": _TEXT("Spent with it", width=95),
        "limit": _TEXT("Limit", width=85),
        "call": _TEXT("Call", width=125),
        "cost": _TEXT("Its cost", width=85),
        "model": _TEXT("Its model", width=170),
    }
    alt = "Levels of budgets that were crossed, newest first, each with the call that crossed it"
    tables.table(found, columns, "budget-events", alt=alt, export="budget-crossings.csv")


def _crossing(store: Store, event: Event) -> dict[str, Any]:
    # The number of a call that was erased may be another one's by now.
    cost, model = ("", "") if event.call_id is None or event.erased else _call(store, store.url, event.call_id)
    return {
        "id": event.id,
        "time": rows.when(event.at_ms),
        "level": _LEVELS[event.level],
        "budget": rows.title(event.budget),
        "spent": fmt.usd(event.spent_nano),
        "limit": fmt.usd(event.limit_nano),
        "call": "before it was set" if event.call_id is None else f"{event.call_id} (erased)" if event.erased else str(event.call_id),
        "cost": cost,
        "model": model,
    }


@st.cache_data(ttl=300, max_entries=500, show_spinner=False)
def _call(_store: Store, _url: str, call_id: int) -> tuple[str, str]:
    """What the call cost, and its model; a call that was erased leaves neither."""
    try:
        call = reading.get(_store, call_id)
    except NotFound:
        return "call erased", ""
    return fmt.usd(call.cost_nano), f"{call.provider}/{call.model}"


def _earlier(store: Store) -> None:
    gone = [one for one in budgets.all(store, removed=True) if one.removed_ms is not None][:_MOST]
    if not gone:
        st.caption("No budget was replaced or removed yet.")
        return
    columns = {
        "budget": _TEXT("Budget", width=260),
        "limit": _TEXT("Limit", width=100),
        "does": _TEXT("Did", width=220),
        "set": _TEXT("Set", width=160),
        "until": _TEXT("Until", width=160),
    }
    tables.table(
        [_row(one) for one in gone],
        columns,
        "budget-earlier",
        open_label="Restore",
        on_select=lambda each: taken.restore(store, int(each)),
        alt="Budgets that were replaced or removed, newest first",
        export="budgets-earlier.csv",
    )


def _row(budget: Budget) -> dict[str, Any]:
    return {
        "id": budget.id,
        "budget": rows.title(budget),
        "limit": fmt.usd(budget.limit_nano),
        "does": rows.does(budget),
        "set": rows.when(budget.created_ms),
        "until": rows.when(budget.removed_ms or 0),
    }
