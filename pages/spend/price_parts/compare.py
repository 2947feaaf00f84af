"""Models by what they cost on a mix of calls, the cheapest first, beside the model used now. Never more rows than a page of them."""

import streamlit as st

from pages.parts import address, page, safe, tables
from pages.parts import format as fmt
from pages.parts.choosing import choose
from pages.spend.price_parts import mix, wording
from workbench import clock
from workbench.cost import mixes
from workbench.cost.mixes import OnModel
from workbench.ledger import tariff
from workbench.ledger.spend import ModelSpend
from workbench.pricing import FREE_PROVIDERS, catalogue
from workbench.store import Store
from workbench.text.counting import counted

_ROWS = 15
_ROW_PX = 33
_MINE, _ALL = "mine", "all"
_FIRST = ("openai", "anthropic", "google")  # whom a first visit is shown


def draw(store: Store, used: list[ModelSpend]) -> None:
    """Draw the mix, the search, and a page of what was found."""
    chosen = mix.draw(store, sum(one.calls for one in used))
    with st.container(horizontal=True, vertical_alignment="bottom", key="price-search"):
        words = address.words("q", "Model or vendor", width=280)
        scope = address.part("Vendors", {_MINE: _scope(used), _ALL: "All vendors"}, "scope")
        base = _base(used)
    if chosen is None:
        return
    now_ms = clock.now_ms()
    found = _found(store, chosen, used, words, scope)
    against = mixes.on_model(store, chosen.mix, *base, at_ms=now_ms) if base else None
    st.caption(safe.escape(_said(chosen, len(found), against), limit=600))
    if not found:
        page.notice(f"No model with a price per token is called “{words}” here. Search all vendors, or add an own price.")
        return
    pages = -(-len(found) // _ROWS)
    number = min(int(st.session_state.get("price-page", 1)), pages)
    shown = found[(number - 1) * _ROWS : number * _ROWS]
    names = {f"{one.provider}/{one.model}" for one in used}
    _table(shown, chosen.name, against, names)
    if pages > 1:
        st.pagination(pages, key="price-page")


def _said(chosen: mix.Chosen, count: int, against: OnModel | None) -> str:
    on_base = f" All of them on {against.ref} cost {fmt.usd(against.nano)}: the ratio is to that." if against else ""
    return f"{chosen.label}{on_base} {counted(count, 'model')} at today's prices, in dollars per million tokens."


def _table(shown: list[OnModel], name: str, against: OnModel | None, names: set[str]) -> None:
    retired = {listed.ref for listed in catalogue.models() if listed.deprecated}
    rows = [
        {
            "id": one.ref,
            "model": one.ref,
            "cost": fmt.usd(one.nano),
            "ratio": wording.times(one.nano / against.nano if against and against.nano else None),
            "input": wording.rate(one.rates.input),
            "cached": wording.rate(one.rates.cached),
            "output": wording.rate(one.rates.output),
            "note": _note(one, names, retired),
        }
        for one in shown
    ]
    columns = {
        "model": st.column_config.TextColumn("Model", width="medium"),
        "cost": name,
        **({"ratio": "Ratio"} if against else {}),
        "input": "Input",
        "cached": "Cached input",
        "output": "Output",
        "note": "Note",
    }
    height = _ROW_PX * (len(rows) + 1) + 3
    alt = "Models by what the mix costs on them"
    tables.table(rows, columns, "price-models", on_select=open_model, open_label="Open", height=height, alt=alt)


def open_model(ref: str) -> None:
    """Open a model's own view."""
    st.query_params["model"] = ref


def _found(store: Store, chosen: mix.Chosen, used: list[ModelSpend], words: str, scope: str) -> list[OnModel]:
    now_ms = clock.now_ms()
    mine = (mixes.on_model(store, chosen.mix, one.provider, one.model, at_ms=now_ms) for one in used if one.provider not in FREE_PROVIDERS)
    every = {one.ref: one for one in (*(one for one in mine if one), *mixes.on_every_model(store, chosen.mix, at_ms=now_ms))}
    kept = list(every.values())
    if words.strip():
        wanted = {listed.ref for listed in catalogue.models(words)}
        parts = words.lower().split()
        kept = [one for one in kept if one.ref in wanted or all(part in one.ref.lower() for part in parts)]
    if scope == _MINE:
        vendors = _vendors(store, used)
        kept = [one for one in kept if one.provider in vendors or one.rates.source == "own price"]
    return sorted(kept, key=lambda one: (one.nano, one.ref))


def _vendors(store: Store, used: list[ModelSpend]) -> set[str]:
    found = {one.provider for one in used if one.provider not in FREE_PROVIDERS}
    return found | {tariff.vendor(store, one).provider for one in found} if found else set(_FIRST)


def _scope(used: list[ModelSpend]) -> str:
    return "Your vendors" if any(one.provider not in FREE_PROVIDERS for one in used) else "OpenAI, Anthropic, Google"


def _base(used: list[ModelSpend]) -> tuple[str, str] | None:
    """The model the others are held against: the one with most calls, unless another is chosen."""
    offered = billed(used)
    if not offered:
        return None
    refs = [one.full_model for one in offered][:50]
    ref = choose("Compared with", refs, "than", default=refs[0])
    return next(((one.provider, one.model) for one in offered if one.full_model == ref), None)


def billed(used: list[ModelSpend]) -> list[ModelSpend]:
    """The models in use that somebody sends a bill for, those with most calls first."""
    return [one for one in sorted(used, key=lambda one: -one.calls) if one.provider not in FREE_PROVIDERS and one.unpriced < one.ok]


def _note(one: OnModel, names: set[str], retired: set[str]) -> str:
    bands = one.rates.bands
    stepped = f"steps at {bands[0] // 1000:,}k" if bands else ""
    said = {"in use": one.ref in names, "own price": one.rates.source == "own price", "retired": one.ref in retired, stepped: bool(bands)}
    return ", ".join(word for word, holds in said.items() if holds)
