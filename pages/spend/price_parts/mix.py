"""The mix of calls that models are compared on: the ledger's last 30 days, or tokens that are typed in. Both live in the URL."""

from dataclasses import dataclass

import streamlit as st

from pages.parts import address, page
from pages.parts import format as fmt
from workbench import clock
from workbench.cost import mixes
from workbench.cost.mixes import Mix
from workbench.cost.model import Recorded
from workbench.errors import InputError
from workbench.ledger import spend
from workbench.ledger.periods import DAY_MS, day
from workbench.ledger.spend import ModelSpend
from workbench.store import Store
from workbench.text.counting import counted

DAYS = 30
_LEDGER, _TYPED = "ledger", "typed"
_FIELDS = {"in": ("Input tokens", "1000"), "cached": ("Of it, cached", "0"), "out": ("Output tokens", "250")}


@dataclass(frozen=True)
class Chosen:
    """A mix, what it is called in a heading, and what it is in a sentence."""

    mix: Mix
    name: str
    label: str


def period(days: int = DAYS) -> Recorded:
    """The last days up to the end of today (UTC): whole days, so that what was counted for one view serves the next."""
    end = day(clock.now_ms()) + DAY_MS
    return Recorded(end - days * DAY_MS, end)


def used(store: Store) -> list[ModelSpend]:
    """The models of the last 30 days, the dearest first."""
    last = period()
    return spend.by_model(store, last.since_ms, last.until_ms)


def draw(store: Store, calls: int) -> Chosen | None:
    """Draw the choice and return the mix; None where what was typed makes none. `calls` are those of the last 30 days."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="price-mix"):
        known = {_LEDGER: f"Your last {DAYS} days", _TYPED: "Typed in"}
        kind = address.part("Mix of calls", known, "mix") if calls else _TYPED
        if kind == _TYPED:
            for key, (label, default) in _FIELDS.items():
                address.follow(key, default)
                st.text_input(label, st.session_state[key], key=key, width=130, on_change=address.say, args=(key, default))
    if kind == _TYPED:
        try:
            return _typed()
        except InputError as error:
            page.problem(error)
            return None
    with st.spinner("Counting tokens…", show_time=True):
        found = mixes.recorded(store, period())
    if not found.calls:
        page.notice("No call of the last 30 days says how many tokens it took. Type a mix in instead.")
        return None
    cached = found.tokens("cached_tokens") / max(1, found.tokens("input_tokens"))
    each = (
        f"{found.per_call('input_tokens'):,.0f} in ({fmt.percent(cached)} of it cached), {found.per_call('output_tokens'):,.0f} out a call"
    )
    return Chosen(found, f"Your {DAYS} days", f"{counted(found.calls, 'call')}: {each}. Long prompts count in their own tiers.")


def _typed() -> Chosen:
    values: dict[str, int] = {}
    for key, (label, _default) in _FIELDS.items():
        bare = str(st.session_state.get(key) or "0").replace(",", "").replace(" ", "").replace("_", "")
        if not (bare.isascii() and bare.isdigit() and len(bare) < 16):
            raise InputError("is not a whole number", place=f"field {label}", hint="Write tokens of one call, for example 1200.")
        values[key] = int(bare)
    found = mixes.typed(values["in"], values["out"], values["cached"])
    if not found.tokens("input_tokens") + found.tokens("output_tokens"):
        raise InputError("is 0: a mix without tokens costs nothing anywhere", place="field Input tokens", hint="Type what a call has.")
    each = ", ".join(f"{fmt.tokens(values[key])} {word}" for key, word in (("in", "in"), ("cached", "cached"), ("out", "out")))
    return Chosen(found, "1,000 calls", f"1,000 calls of {each} each.")
