"""The recorded calls a baseline is made of: their days and what they are narrowed by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, session
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known, period
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.loading import told
from workbench.cost.model import Recorded
from workbench.prompts import registry

_SPANS = {7: "7 days", 30: "30 days", 90: "90 days"}
_OWN = 0
_ASKED = "whatif-days"  # which of the choices was made, where a young ledger makes their periods alike
_DAY_MS = 86_400_000
_ALL = "all"
_PATH = ("baseline",)


def draw(desk: Desk) -> None:
    """Draw the period and the filters."""
    held = desk.value(_PATH)
    assert isinstance(held, Recorded)
    key = fields.key_of(desk, _PATH)
    began_ms = period.began_ms()
    span = _span(held, began_ms)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="recorded-row"):
        st.segmented_control(
            "Period", [*_SPANS, _OWN], default=span, required=True, key=f"{key}-span", on_change=_spanned, args=(desk, f"{key}-span"),
            format_func=lambda each: _SPANS.get(each, "Dates"),
        )  # fmt: skip
        if span == _OWN:
            first, last = (datetime.fromtimestamp(ms / 1000, UTC).date() for ms in (held.since_ms, held.until_ms - 1))
            st.date_input("From and to (UTC)", (first, last), key=f"{key}-dates", width=230, on_change=_dated, args=(desk, f"{key}-dates"))
    said = f"{fmt.moment(held.since_ms)} to {fmt.moment(held.until_ms)} UTC, as a month of {desk.good.days_per_month:f} days"
    if held.since_ms == began_ms:
        said = f"{told(held.until_ms - held.since_ms)}: the ledger begins on {fmt.moment(began_ms)[:10]}. {said}"
    st.caption(safe.escape(said))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter-row"):
        _pick(desk, held, "Prompt", "prompt", [each.name for each in registry.page(session.store(), limit=200)])
        seen = known.seen()
        _pick(desk, held, "Model", "model", [*seen, *(f"{name}/" for name in dict.fromkeys(each.partition("/")[0] for each in seen))])
    fields.wrong(desk, _PATH)


def _span(held: Recorded, began_ms: int | None) -> int:
    """The choice that gives the period: as many days, or those that are there of the days that were chosen."""
    days, asked = round((held.until_ms - held.since_ms) / _DAY_MS), int(st.session_state.get(_ASKED, period.DAYS))
    if asked and replace(held, filters={}) == period.last_days(asked):
        return asked
    if not held.until_ms % _DAY_MS:
        return _OWN
    if days in _SPANS:
        return days
    return asked if held.since_ms == began_ms and days < asked else _OWN


def _pick(desk: Desk, held: Recorded, label: str, name: str, offered: list[str]) -> None:
    now = held.filters.get(name)
    if name == "model" and (now is not None or "provider" in held.filters):
        now = f"{held.filters.get('provider', '')}/{now or ''}"
    options = [_ALL, *dict.fromkeys([*([str(now)] if now else []), *offered])]
    key = f"{fields.key_of(desk, _PATH)}-{name}"
    with st.container(width=178):
        st.selectbox(
            label, options, options.index(str(now)) if now else 0, key=key, on_change=_filtered, args=(desk, name, key),
            format_func=lambda each: f"All {label.lower()}s" if each == _ALL else _worded(each, name),
        )  # fmt: skip


def _worded(option: str, name: str) -> str:
    """An option as it reads; a model without a name stands for all of its provider."""
    provider, of, model = option.partition("/")
    return f"All of {safe.plain(provider)}" if name == "model" and of and not model else safe.plain(option)


def _spanned(desk: Desk, key: str) -> None:
    days, held = st.session_state[key], desk.good.baseline
    assert isinstance(held, Recorded)
    st.session_state[_ASKED] = days
    window = period.last_days(days or period.DAYS)
    if days == _OWN:
        until_ms = window.until_ms // _DAY_MS * _DAY_MS
        window = period.within_ledger(Recorded(until_ms - period.DAYS * _DAY_MS, until_ms))
    _put(desk, window.since_ms, window.until_ms, dict(held.filters))


def _dated(desk: Desk, key: str) -> None:
    chosen, held = st.session_state[key], desk.good.baseline
    assert isinstance(held, Recorded)
    if not isinstance(chosen, tuple) or len(chosen) != 2:
        return  # the second day is still to be chosen
    since, until = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in chosen)
    window = period.within_ledger(Recorded(_ms(since), _ms(until + timedelta(days=1))))
    _put(desk, window.since_ms, window.until_ms, dict(held.filters))


def _filtered(desk: Desk, name: str, key: str) -> None:
    held = desk.good.baseline
    assert isinstance(held, Recorded)
    chosen = st.session_state[key]
    gone = {"prompt": ("prompt", "version", "label"), "model": ("provider", "model")}[name]
    filters: dict[str, Any] = {each: value for each, value in held.filters.items() if each not in gone}
    if chosen != _ALL and name == "model":
        filters |= {each: value for each, value in zip(("provider", "model"), chosen.split("/", 1), strict=True) if value}
    elif chosen != _ALL:
        filters["prompt"] = chosen
    _put(desk, held.since_ms, held.until_ms, filters)


def _put(desk: Desk, since_ms: int, until_ms: int, filters: dict[str, Any]) -> None:
    desks.edit(desk, _PATH, Recorded(since_ms, until_ms, filters), redraw=True)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
