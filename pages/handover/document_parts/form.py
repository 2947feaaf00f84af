"""How the document is set up: reader, period, sections, options, and the fields that a person writes. Kept as it is changed."""

import streamlit as st

from pages.handover.document_parts import keeping, options, sections, words
from pages.handover.document_parts.choosing import Chosen
from workbench.export import documents, kinds
from workbench.export.kinds import AUDIENCES, Request
from workbench.store import Store

_PERIODS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "A year", "all": "All there is"}
_TIMED = {"prompt", "model_card"}  # of the others, the subject says when
_PERIOD_HELP = "It ends with the newest call's day. Or type a month, `2026-11`, or days, `2026-11-01..2026-11-15`."


def request(store: Store, chosen: Chosen) -> Request:
    """What the document is made from, as it is set up now."""
    return documents.request(store, chosen.kind, chosen.subject, options=chosen.options)


def draw(store: Store, chosen: Chosen) -> None:
    """The form. A change is kept at once, for this page, the command line and every later export."""
    kind, asked = kinds.get(chosen.kind), request(store, chosen)
    with st.container(horizontal=True, vertical_alignment="bottom", key="document-for"):
        if kind.audiences:
            _pick(chosen, "audience", "For", {name: name.capitalize() for name in AUDIENCES}, asked.audience)
        if chosen.kind in _TIMED:
            _pick(chosen, "period", "Period", _PERIODS, asked.period, free=True, text=_PERIOD_HELP)
    if not kind.deck:
        _contents(chosen, asked)
    words.draw(store, kind, chosen)
    sections.draw(kind, chosen, asked)
    options.draw(store, chosen)


def _pick(chosen: Chosen, name: str, label: str, said: dict[str, str], value: str, *, free: bool = False, text: str | None = None) -> None:
    widget = keeping.key(chosen, name)
    offered = list(said) if value in said else [value, *said]
    st.session_state.setdefault(widget, value)
    st.selectbox(
        label, offered, key=widget, format_func=lambda one: said.get(one, one), on_change=keeping.setting, args=(chosen, name, widget),
        accept_new_options=free, help=text,
    )  # fmt: skip


def _contents(chosen: Chosen, asked: Request) -> None:
    widget = keeping.key(chosen, "contents")
    st.session_state.setdefault(widget, asked.contents)
    st.toggle("Table of contents", key=widget, on_change=keeping.setting, args=(chosen, "contents", widget))
