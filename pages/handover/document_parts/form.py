"""How the document is set up: sections, order, reader, period, and the fields that a person writes. Kept as it is changed."""

import streamlit as st

from pages.handover.document_parts.choosing import Chosen
from pages.parts import session
from workbench.export import documents, kinds, setup
from workbench.export.kinds import AUDIENCES, Kind, Prose, Request
from workbench.store import Store

_PERIODS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "A year", "all": "All there is"}
_TIMELESS = {"comparison", "evaluation", "cost", "operations"}  # their subject says when


def request(store: Store, chosen: Chosen) -> Request:
    """What the document is made from, as it is set up now."""
    return documents.request(store, chosen.kind, chosen.subject, options=chosen.options)


def draw(store: Store, chosen: Chosen, asked: Request) -> None:
    """The form. A change is kept at once, for this page, the command line and every later export."""
    kind = kinds.get(chosen.kind)
    _sections(chosen, asked)
    with st.container(horizontal=True, vertical_alignment="bottom", key="document-for"):
        _pick(chosen, "audience", "For", {name: name.capitalize() for name in AUDIENCES}, asked.audience)
        if chosen.kind not in _TIMELESS:
            _pick(chosen, "period", "Period", _PERIODS, asked.period)
    if chosen.kind != "slides":
        _switch(chosen, asked)
    _prose(store, kind, chosen)


def _sections(chosen: Chosen, asked: Request) -> None:
    titles = {one.key: one.title for one in documents.choices(chosen.kind)}
    key = f"sections-{chosen.kind}-{chosen.about}"
    st.session_state.setdefault(key, [name for name in asked.sections if name in titles])
    st.multiselect(
        "Sections", list(titles), key=key, format_func=titles.__getitem__, on_change=_keep, args=(chosen, "sections", key),
        placeholder="All that this reader gets, in their order", help="They come in the order in which they are chosen here",
    )  # fmt: skip


def _pick(chosen: Chosen, name: str, label: str, said: dict[str, str], value: str) -> None:
    key = f"{name}-{chosen.kind}-{chosen.about}"
    options = list(said) if value in said else [value, *said]
    st.session_state.setdefault(key, value)
    st.selectbox(label, options, key=key, format_func=lambda one: said.get(one, one), on_change=_keep, args=(chosen, name, key))


def _switch(chosen: Chosen, asked: Request) -> None:
    key = f"contents-{chosen.kind}-{chosen.about}"
    st.session_state.setdefault(key, asked.contents)
    st.toggle("Table of contents", key=key, on_change=_keep, args=(chosen, "contents", key))


def _keep(chosen: Chosen, name: str, key: str) -> None:
    setup.put(session.store(), chosen.kind, chosen.about, settings={name: st.session_state[key]})


def _prose(store: Store, kind: Kind, chosen: Chosen) -> None:
    fields = [(part.title, field) for part in kind.sections for field in part.prose]
    if not fields:
        return
    kept = setup.get(store, chosen.kind, chosen.about).prose
    written = sum(1 for _, field in fields if kept.get(field.key))
    with st.expander(f"Your own words: {written} of {len(fields)} fields written", icon=":material/edit_note:", expanded=not written):
        st.caption("Markdown. They stay as they are whenever the document is made again.")
        for title, field in fields:
            _field(chosen, title, field, kept.get(field.key, ""))


def _field(chosen: Chosen, title: str, field: Prose, kept: str) -> None:
    key = f"prose-{chosen.kind}-{chosen.about}-{field.key}"
    st.session_state.setdefault(key, kept)
    label = field.title if field.title == title else f"{title}: {field.title}"
    st.text_area(label, key=key, height=100, placeholder=field.help, on_change=_keep_prose, args=(chosen, field.key, key))


def _keep_prose(chosen: Chosen, field: str, key: str) -> None:
    setup.put(session.store(), chosen.kind, chosen.about, prose={field: st.session_state[key]})
