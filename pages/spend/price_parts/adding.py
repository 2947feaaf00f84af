"""The form of an own price, in a dialog: what was typed stays when something in it is wrong, and the field is named."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from pages.parts import page, session
from workbench import clock
from workbench.errors import InputError, WorkbenchError
from workbench.ledger import overrides
from workbench.pricing import entries
from workbench.pricing import overrides as own
from workbench.pricing.overrides import Override
from workbench.store import Store

_MAIN = {"input": "Input", "output": "Output", "cached": "Cached input"}
_MORE = {
    "cache_write": "Cache write (5 minutes)",
    "cache_write_1h": "Cache write (1 hour)",
    "reasoning": "Reasoning",
    "training": "Fine-tuning",
    "batch": "Batch, share of the price (0.5: half)",
    "per_request": "Dollars a request",
}
_LABELS = _MAIN | _MORE


def ask(store: Store, ref: str = "", *, since_ms: int | None = None) -> None:
    """Open the dialog for the model `ref`, from a day on. Call it from a button's branch."""
    since = datetime.fromtimestamp((clock.now_ms() if since_ms is None else since_ms) / 1000, UTC).date()

    @st.dialog("Own price", width="medium")
    def form() -> None:
        with st.form("own-price", border=False):
            typed: dict[str, Any] = {"model": st.text_input("Model", value=ref, placeholder="provider/model, as the ledger names it")}
            st.caption("Dollars per million tokens. Leave a kind empty where it costs what the kind around it costs.")
            _numbers(typed, _MAIN)
            with st.expander("More kinds: cache writes, reasoning, batch, fine-tuning, a price a request"):
                _numbers(typed, _MORE)
            with st.container(horizontal=True):
                typed["from"] = st.date_input("Holds from (UTC)", value=since, format="YYYY-MM-DD")
                typed["until"] = st.date_input("Until before (empty: open)", value=None, format="YYYY-MM-DD")
            typed["note"] = st.text_input("Note", placeholder="Where the price is from: a contract, an invoice", max_chars=300)
            typed["free"] = st.checkbox("It is free: every 0 is meant")
            pressed = st.form_submit_button("Save", type="primary", icon=":material/save:")
        if pressed:
            try:
                made = save(store, typed)
            except WorkbenchError as error:
                page.problem(error)
                return
            session.flash(f"{made.provider}/{made.model} has a price of its own. Calls from now on are billed by it.")
            st.query_params["model"] = f"{made.provider}/{made.model}"
            st.rerun()

    form()


def save(store: Store, typed: Mapping[str, Any]) -> Override:
    """Keep what was typed as an own price. Raises InputError with the label of the field."""
    provider, _, model = str(typed["model"] or "").strip().partition("/")
    if not provider or not model:
        raise InputError("does not name a provider", place="field Model", hint="Write provider/model, for example house/llm-1.")
    since: date | None = typed["from"]
    until: date | None = typed["until"]
    if since is None:
        raise InputError("is empty", place="field Holds from", hint="Choose the first day on which the price holds.")
    stated = {name: str(typed.get(name) or "").strip().lstrip("$") for name in _LABELS}
    try:
        rates = own.from_json({name: text for name, text in stated.items() if text} | {"free": bool(typed["free"])})
        return overrides.add(
            store,
            provider,
            model,
            rates,
            from_ms=entries.day_ms(since),
            until_ms=None if until is None else entries.day_ms(until),
            note=str(typed["note"] or "").strip(),
        )
    except InputError as error:
        raise _named(error) from error


def _numbers(typed: dict[str, Any], fields: Mapping[str, str]) -> None:
    columns = st.columns(3)
    for number, (name, label) in enumerate(fields.items()):
        with columns[number % 3]:
            typed[name] = st.text_input(label, key=f"own-{name}")


def _named(error: InputError) -> InputError:
    """The error with the label a person sees in place of the field's name."""
    field = error.place.removeprefix("field ")
    label = _LABELS.get(field)
    if label is None:
        return error
    return InputError(error.message.removeprefix(f"{error.place}: "), place=f"field {label}", hint=error.hint)
