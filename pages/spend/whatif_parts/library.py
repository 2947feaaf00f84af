"""Which scenarios there are to open: those saved, those that ship, the last 30 days of the ledger, and an empty one."""

from decimal import Decimal

import streamlit as st

from pages.parts import session
from pages.spend.whatif_parts import bar, drafting, link, period, trace_file
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Scenario, Typed
from workbench.ledger import spend
from workbench.store import Store

SAVED, EXAMPLE, LEDGER, NEW = "saved/", "example/", "ledger", "new"
LAST_DAYS, UNTITLED = "Your last 30 days", "New scenario"
_MOST = 500  # saved scenarios that are offered


def options(store: Store) -> list[str]:
    """What the picker offers: the newest saved first, then the ledger where it has calls, then what ships."""
    from workbench.cost import keeping

    kept = sorted(keeping.page(store, limit=_MOST), key=lambda each: -each.updated_ms)
    saved = [f"{SAVED}{each.name}" for each in kept]
    ledger = [LEDGER] if has_calls(store) else []
    return [*saved, *ledger, *(f"{EXAMPLE}{each.name}" for each in shipped()), NEW]


@st.cache_resource(show_spinner=False)
def shipped() -> tuple[Scenario, ...]:
    """The examples that ship, read once."""
    from workbench.cost import keeping

    return keeping.shipped()


def first(store: Store, offered: list[str]) -> str:
    """What is open before anybody chose: what was worked on last, else the first that is offered."""
    last = drafting.last(store)
    return last if last in offered else offered[0]


def said(option: str) -> str:
    """An option as the picker words it."""
    if option.startswith(SAVED):
        return option.removeprefix(SAVED)
    if option.startswith(EXAMPLE):
        return f"{option.removeprefix(EXAMPLE)} · example"
    return {LEDGER: f"{LAST_DAYS} · recorded calls", NEW: "Empty scenario"}.get(option, option)


def at(store: Store, option: str) -> Desk:
    """The desk for the option: the one at hand, or one opened from the address, from a draft, or from what is kept."""
    held, shared = desks.current(), st.query_params.get(bar.LINK, "")
    if held is not None and held.origin == option and (shared in ("", held.link) or bar.is_behind(held)):
        if not shared and held.link and bar.was_here() and not bar.is_behind(held):
            desks.discard(held)  # Back in the browser, to before the first change
        bar.write(held)
        return held
    opened = _opened(store, option)
    if shared and not (held is not None and shared == held.link):  # else it is of the scenario that was left
        opened.good = trace_file.check_link(link.decode(shared))
        opened.link = shared
    else:
        _take_up(store, opened)
        if option == NEW and held is not None and held.origin != NEW and opened.dirty:
            desks.discard(opened)  # who asks for an empty one gets it; the one begun before is a step back
            session.flash("There was an unsaved scenario: Undo brings it back.", "info")
    if held is not None and held.origin == option:
        opened.past = [*held.past, desks.Moment(held.good, dict(held.wrong), dict(held.errors))]
    st.session_state[desks.KEY] = opened
    bar.write(opened)
    return opened


def forget_link() -> None:
    """Let go of an address that holds no scenario."""
    st.query_params.pop(bar.LINK, None)


def _take_up(store: Store, desk: Desk) -> None:
    """Put the draft of this scenario on the desk, where there is one that can be read."""
    found = drafting.find(store, desk.origin)
    if found is None:
        return
    desk.kept, desk.good = True, found[0]
    for path, value in found[1].items():
        desks.edit(desk, path, value)
    desk.past = []
    desk.link = link.encode(desk.good) if desk.good != desk.base else ""


def _opened(store: Store, option: str) -> Desk:
    from workbench.cost import keeping

    if option.startswith(SAVED):
        kept = keeping.load(store, option.removeprefix(SAVED))
        return Desk(option, kept.scenario, kept.scenario, kept.number)
    if option.startswith(EXAMPLE):
        found = next(each for each in shipped() if each.name == option.removeprefix(EXAMPLE))
        return Desk(option, found, found)
    made = of_ledger() if option == LEDGER else empty()
    return Desk(option, made, made)


def scenario(store: Store, option: str) -> Scenario:
    """What an option stands for, without what is unsaved."""
    return _opened(store, option).base


def of_ledger() -> Scenario:
    """A scenario of the last 30 days of recorded calls, ending with this hour: all of them for the days of a month."""
    return Scenario(LAST_DAYS, period.last_days(period.DAYS), days_per_month=Decimal(period.DAYS))


def empty() -> Scenario:
    """A scenario with nothing decided: round numbers that are plainly somebody's guess."""
    return Scenario(UNTITLED, Typed(Decimal(1000), Decimal(500), Decimal(200), {"openai/gpt-4o": Decimal(1)}))


def has_calls(store: Store) -> bool:
    """Whether the ledger holds a call of the last 30 days that was not made up by the simulated provider."""
    window = period.last_days(period.DAYS)
    return any(one.provider != "simulated" for one in spend.by_model(store, window.since_ms, window.until_ms))
