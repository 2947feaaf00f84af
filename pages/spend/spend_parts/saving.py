"""What stands in the form of a budget, how it is put there and kept in the store. What cannot be kept stays typed, with what is wrong."""

import re

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.spend.spend_parts import taken, wording
from workbench.errors import InputError, WorkbenchError
from workbench.ledger import budgets
from workbench.ledger.budgets import Budget
from workbench.store import Store

EDIT = "edit"
SCOPE, PERIOD, LIMIT, WARN, STOPS, ERROR = (f"bf-{name}" for name in ("scope", "period", "limit", "warn", "stops", "error"))
KEYS = {"model": "bf-model", "prompt": "bf-prompt"}
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def fill(budget: Budget | None, *, limit: str = "") -> None:
    """Put a budget into the form; None is a new one of everything for a month."""
    if budget is None:
        st.session_state.update({SCOPE: "total", PERIOD: "month", LIMIT: limit, WARN: 80, STOPS: False})
        return
    values = {SCOPE: budget.scope, PERIOD: budget.period, WARN: budget.warn_percent, STOPS: budget.stops}
    st.session_state.update(values | {LIMIT: wording.plain(budget.limit_usd)} | ({KEYS[budget.scope]: budget.key} if budget.key else {}))


def close() -> None:
    """Put the form away with what was typed. For a callback."""
    st.query_params.pop(EDIT, None)
    for key in (SCOPE, PERIOD, LIMIT, WARN, STOPS, ERROR, *KEYS.values()):
        st.session_state.pop(key, None)


def named(scope: str) -> str:
    """The model or the prompt that is chosen; empty for everything."""
    return str(st.session_state.get(KEYS[scope]) or "").strip() if scope in KEYS else ""


def save(store: Store, changed: Budget | None) -> None:
    """Keep what stands in the form, in place of the budget that is `changed`, and say what can be taken back. For a callback."""
    state, before = st.session_state, budgets.all(store)
    scope, period = str(state[SCOPE]), str(state[PERIOD])
    key = named(scope)
    try:
        limit, warn, stops = typed(state[LIMIT]), state[WARN], bool(state[STOPS])
        made = budgets.put(store, scope=scope, key=key, period=period, limit_usd=limit, warn_percent=warn, stops=stops)
        if changed is not None and made.id != changed.id and (scope, key, period) != (changed.scope, changed.key, changed.period):
            budgets.remove(store, changed.id)
    except WorkbenchError as error:
        state[ERROR] = error
        return
    close()
    said = f"{fmt.usd(made.limit_nano)} for {made.title}"
    gone = {one.id: one for one in before if one not in budgets.all(store)}
    if made in before and not gone:
        session.flash(f"Nothing changed: {said} is in force already.", "info")
        return
    instead = ", in place of " + " and ".join(f"{fmt.usd(one.limit_nano)} for {one.title}" for one in gone.values()) if gone else ""
    new = () if made in before else (("remove", made.id),)
    taken.keep(f"Set: {said}{instead}.", *new, *(("restore", each) for each in gone))


def typed(text: object) -> str:
    """The limit as a number is written: $1,000.50 is 1000.50. Raises InputError where nothing was typed."""
    value = str(text or "").strip().removeprefix("$").strip()
    if not value:
        raise InputError("is empty", place="field limit_usd", hint="Write it like 10.50.")
    return value.replace(",", "") if _THOUSANDS.fullmatch(value) else value


def mend(field: str) -> None:
    """The field was changed: what was said of it no longer holds. For a callback."""
    if getattr(st.session_state.get(ERROR), "place", "") == f"field {field}":
        del st.session_state[ERROR]
