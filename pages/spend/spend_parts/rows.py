"""Budgets in force, one row each: what is used of the limit, whether that is fine, where it goes, and what can be done."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.spend.spend_parts import ahead, form, saving, taken, wording
from workbench.cost.projection import Projection
from workbench.errors import WorkbenchError
from workbench.ledger import budgets
from workbench.ledger.budgets import Budget, Event, Standing
from workbench.store import Store

_STATES = {
    "ok": ("Fine", ":material/check_circle:", "green"),
    "warn": ("Warning", ":material/warning:", "orange"),
    "over": ("Over", ":material/block:", "red"),
}
_PAGE = 10
_LIKELY, _POSSIBLE = 0.5, 0.05  # shares of draws from which on a crossing is said


def draw(store: Store, standings: Sequence[Standing], crossed: Sequence[Event], now_ms: int) -> None:
    """Draw the rows, those that need a look first."""
    order = list(reversed(_STATES))
    found = sorted(standings, key=lambda one: order.index(one.state))  # stable: else as the library orders them
    counts = [(sum(one.state == state for one in found), _STATES[state][0].lower()) for state in order]
    st.caption(wording.md(", ".join(f"{count:,} {word}" for count, word in counts if count)))
    pages = -(-len(found) // _PAGE)
    number = min(int(st.session_state.get("budget-page", 1)), pages)
    for standing in found[(number - 1) * _PAGE : number * _PAGE]:
        _row(store, standing, crossed, now_ms)
    if pages > 1:
        st.pagination(pages, key="budget-page")


def _row(store: Store, standing: Standing, crossed: Sequence[Event], now_ms: int) -> None:
    budget = standing.budget
    with st.container(border=True, gap="xsmall", key=f"budget-{budget.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                word, icon, colour = _STATES[standing.state]
                st.badge(word, icon=icon, color=colour)
                st.markdown(f"**{wording.md(title(budget))}**", width="content")
                st.badge(wording.md(does(budget)), color="gray")
            with st.container(horizontal=True, width="content", gap="small"):
                st.button(
                    "Change", key=f"change-{budget.id}", type="tertiary", icon=":material/edit:", on_click=form.open_for, args=(budget,)
                )
                st.button(
                    "Remove", key=f"remove-{budget.id}", type="tertiary", icon=":material/delete:", on_click=_remove, args=(store, budget)
                )
        used = f"{fmt.usd(standing.spent_nano)} of {fmt.usd(budget.limit_nano)} · {fmt.percent(standing.share)}"
        with st.container(key=f"used-{standing.state}-{budget.id}"):
            st.progress(min(1.0, standing.share), text=wording.md(used))
        found = ahead.of(store, standing, now_ms)
        st.caption(wording.md(" ".join(told(standing, found, crossed, now_ms))))
        if standing.unpriced:
            session.link(
                session.PRICES, f"{wording.calls(standing.unpriced)} of unknown price not counted. Set a price",
                icon=":material/sell:", view="own",
            )  # fmt: skip


def title(budget: Budget) -> str:
    """What is limited, as a heading: All calls, a day."""
    what = {"total": "All calls", "model": budget.key, "prompt": f"Prompt {budget.key}"}[budget.scope]
    return f"{what}, a {budget.period}"


def told(standing: Standing, found: Projection, crossed: Sequence[Event], now_ms: int) -> list[str]:
    """Where the budget goes: its projection, when it is crossed or was, and when it starts anew."""
    if standing.state == "over":
        refused = ["Its calls are refused until it starts anew or is raised."] if standing.budget.stops else []
        ahead_of_it = _projected(standing, found) if found.projected is not None else []
        return [*refused, *_crossing(standing, found, crossed, now_ms), *ahead_of_it, _anew(standing)]
    return [*_projected(standing, found), *_crossing(standing, found, crossed, now_ms), _anew(standing)]


def _projected(standing: Standing, found: Projection) -> list[str]:
    if found.projected is None:
        return [found.note]
    return [f"The {standing.budget.period} comes to {fmt.usd(found.projected.value)} ({wording.span(found.projected)}, p5 to p95)."]


def _crossing(standing: Standing, found: Projection, crossed: Sequence[Event], now_ms: int) -> list[str]:
    if standing.state == "over":
        event = next((one for one in crossed if (one.budget.id, one.period_ms, one.level) == _limit_of(standing)), None)
        if event is None:
            return []
        by = (
            "it was used up when it was set"
            if event.call_id is None
            else f"call {event.call_id} crossed it{' (erased since)' if event.erased else ''}"
        )
        return [f"{when(event.at_ms)}: {by}."]
    at = ahead.crossing_ms(standing, found, now_ms)
    share = found.crosses or 0.0
    if at is not None and share >= _LIKELY:
        return [f"At this pace it will be crossed about {_about(standing.budget, at)}."]
    return [f"It may be crossed: a chance of {fmt.percent(share)}."] if share >= _POSSIBLE else []


def _limit_of(standing: Standing) -> tuple[int, int, str]:
    return standing.budget.id, standing.since_ms, "limit"


def when(ms: int) -> str:
    """A moment: 21 Nov 2026, 14:05:09."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{at.day} {at:%b %Y, %H:%M:%S}"


def _about(budget: Budget, at_ms: int) -> str:
    if budget.period == "month":
        return wording.day(at_ms, year=False)
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at:%H}:{at.minute // 15 * 15:02d}"


def _anew(standing: Standing) -> str:
    at = "at midnight" if standing.budget.period == "day" else f"on {wording.day(standing.until_ms, year=False)}"
    return f"It starts anew {at}."


def does(budget: Budget) -> str:
    """What a budget does: Warns from 80 %, stops calls."""
    stops = "stops calls" if budget.stops else "stops nothing"
    return stops.capitalize() if budget.warn_percent is None else f"Warns from {budget.warn_percent} %, {stops}"


def _remove(store: Store, budget: Budget) -> None:
    try:
        budgets.remove(store, budget.id)
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    saving.close()
    taken.keep(f"Removed: {fmt.usd(budget.limit_nano)} for {budget.title}.", ("restore", budget.id))
