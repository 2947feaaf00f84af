"""The form of a budget, new or changed: its fields, what is wrong with them, what was spent so far of what it limits."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, session
from pages.parts.choosing import choose
from pages.spend.spend_parts import ahead, naming, saving, wording
from pages.spend.spend_parts.saving import EDIT, ERROR, KEYS, LIMIT, PERIOD, SCOPE, STOPS, WARN
from workbench.ledger.budgets import Budget
from workbench.store import Store

_NEW = "new"
_SCOPES = {"total": "All calls", "model": "One model", "prompt": "One prompt"}
_PERIODS = {"day": "A day", "month": "A month"}
_NAMED = {"limit_usd": "Write it like 10.50.", "warn_percent": "Empty: it never warns.", "key": "Choose one, or type it."}


def open_new(limit_usd: Decimal | None = None) -> None:
    """Open the form for another budget. For a callback."""
    saving.close()
    saving.fill(None, limit="" if limit_usd is None else wording.plain(limit_usd))
    st.query_params[EDIT] = _NEW


def open_for(budget: Budget) -> None:
    """Open the form for a budget in force. For a callback."""
    saving.close()
    saving.fill(budget)
    st.query_params[EDIT] = str(budget.id)


def draw(store: Store, inforce: Sequence[Budget], now_ms: int) -> bool:
    """Draw the form where the URL asks for it; whether it did."""
    wanted = session.query(EDIT)
    budget = next((one for one in inforce if str(one.id) == wanted), None)
    if budget is None and wanted != _NEW:
        return False
    if SCOPE not in st.session_state:  # a link, or a reload
        saving.fill(budget)
    with st.container(border=True, key="budget-form", gap="small"):
        st.header("Change a budget" if budget else "A new budget", anchor=False)
        with st.container(horizontal=True, vertical_alignment="top"):
            scope, period = _fields(store, now_ms)
        _stops()
        _context(store, inforce, (scope, period), None if budget is None else budget.id, now_ms)
        _wrong("")
        with st.container(horizontal=True):
            st.button("Save", type="primary", icon=":material/save:", key="budget-save", on_click=saving.save, args=(store, budget))
            st.button("Cancel", key="budget-cancel", on_click=saving.close)
    return True


def _fields(store: Store, now_ms: int) -> tuple[str, str]:
    """Draw the fields; the scope and the period that are chosen."""
    scope = str(st.segmented_control("What it limits", list(_SCOPES), required=True, key=SCOPE, format_func=_SCOPES.__getitem__))
    if scope in KEYS:
        with st.container(width=300, gap="xsmall"):
            label, shape = {"model": ("Model", "provider/model"), "prompt": ("Prompt", "name of a prompt")}[scope]
            names = naming.models(store, now_ms) if scope == "model" else naming.prompts(store, now_ms)
            choose(label, names, KEYS[scope], placeholder=shape, free=True, url=False)
            _wrong("key")
    period = str(st.segmented_control("For each", list(_PERIODS), required=True, key=PERIOD, format_func=_PERIODS.__getitem__))
    with st.container(width=190, gap="xsmall"):
        st.text_input("Limit in dollars", key=LIMIT, max_chars=40, placeholder="10.50", on_change=saving.mend, args=("limit_usd",))
        _wrong("limit_usd")
    with st.container(width=150, gap="xsmall"):
        st.number_input(
            "Warn from, %", value=None, step=1, key=WARN, placeholder="never", on_change=saving.mend, args=("warn_percent",),
            help="From this share of the limit on it is marked as a warning. Empty: never.",
        )  # fmt: skip
        _wrong("warn_percent")
    return scope, period


def _stops() -> None:
    st.toggle("Stop calls when it is reached", key=STOPS)
    if st.session_state[STOPS]:
        st.caption(
            "From then on calls are refused and runs end as capped, until the day or month is over. Calls under way are finished, so it "
            "can be overrun by what they cost. Free models go on."
        )
    else:
        st.caption("It only tells: nothing is refused, whatever is spent.")


def _context(store: Store, inforce: Sequence[Budget], limits: tuple[str, str], own_id: int | None, now_ms: int) -> None:
    """What was spent so far of what is limited, and the budget whose place this one takes."""
    scope, period = limits
    key = saving.named(scope)
    if scope in KEYS and not key:
        return
    found = ahead.scope(store, scope, key, "day" if period == "day" else "month", now_ms)
    said = [f"Spent this {period} so far: {fmt.usd(found.spent_usd)}."]
    if found.projected is not None:
        said.append(f"It comes to {fmt.usd(found.projected.value)} ({wording.span(found.projected)}, p5 to p95).")
    taking = next((one for one in inforce if (one.scope, one.key, one.period) == (scope, key, period)), None)
    if taking is not None and taking.id != own_id:
        said.append(f"Takes the place of the budget of {fmt.usd(taking.limit_nano)} that is in force.")
    st.caption(wording.md(" ".join(said)))


def _wrong(field: str) -> None:
    """What is wrong with the field, under it; "" is what is wrong with none of them."""
    error = st.session_state.get(ERROR)
    place = getattr(error, "place", "")
    named = place.removeprefix("field ")
    if error is None or (named if named in _NAMED else "") != field:
        return
    said = error.message.removeprefix(f"{place}: ")
    hint = (field == "key" and error.hint) or _NAMED.get(field) or error.hint or ""
    st.markdown(f":red[:material/error: {safe.escape(said)}. {safe.escape(hint)}]")
