"""Budgets: limits of what is spent a day or a month, where they stand and where they go, and what was crossed. The form is in the URL."""

import streamlit as st

from pages.parts import address, page, session
from pages.parts import format as fmt
from pages.spend.spend_parts import ahead, first, form, history, rows, taken, wording
from workbench import clock
from workbench.ledger import budgets
from workbench.store import Store

_EVENTS = 200


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    slot = page.start("Budgets", subtitle="A limit in dollars for a day or a month, counted in UTC, that warns and can stop calls.")
    found = budgets.standings(store, now_ms)
    crossed = budgets.events(store, _EVENTS)
    taken.draw(store)
    editing = form.draw(store, [one.budget for one in found], now_ms)
    if found and not editing:
        with slot:
            st.button("Add a budget", type="primary", icon=":material/add:", key="budget-add", on_click=form.open_new)
    address.settle()
    if found:
        rows.draw(store, found, crossed, now_ms)
    elif not editing:
        _nothing(store, now_ms)
    if crossed or budgets.all(store, removed=True):
        history.draw(store, crossed)


def _nothing(store: Store, now_ms: int) -> None:
    month = ahead.scope(store, "total", "", "month", now_ms)
    limit = first.limit(month)
    so_far = "Nothing has been spent this month."
    if month.projected is not None:
        comes_to = f"{fmt.usd(month.projected.value)} ({wording.span(month.projected)})"
        so_far = f"At the pace so far {wording.month(now_ms)} comes to {comes_to}."
    elif month.spent_usd:
        so_far = f"{fmt.usd(month.spent_usd)} were spent this month so far."
    text = f"{so_far} A budget says when it becomes more than you want, before the bill does."
    if page.empty("No budget yet", text, f"Set {wording.md(f'${wording.plain(limit)}')} a month", key="budget-first"):
        form.open_new(limit)
        st.rerun()


with page.guard():
    _draw()
