"""Which sections stand in the document, and in which order."""

import streamlit as st

from pages.handover.document_parts import keeping
from pages.handover.document_parts.choosing import Chosen
from pages.parts import safe, session
from workbench.export import documents, setup
from workbench.export.kinds import Kind, Request


def draw(kind: Kind, chosen: Chosen, asked: Request) -> None:
    """The fold: a line a section, to be switched on and off and moved."""
    titles = {one.key: one.title for one in documents.choices(kind.name)}
    usual = _usual(kind, asked, list(titles))
    order = [one for one in asked.sections if one in titles] or usual
    said = f"{len(order)} of {len(titles)}" if asked.sections or len(order) < len(titles) else "all"
    with st.expander(f"Sections: {said}", icon=":material/toc:", key="document-sections"):
        with st.container(gap=None, key="document-lines"):
            for name in (*order, *(one for one in titles if one not in order)):
                _line(chosen, name, titles, order, usual)
        if asked.sections:
            st.button(
                "As usual for this reader", key=keeping.key(chosen, "sections-usual"), type="tertiary", icon=":material/undo:",
                on_click=_keep, args=(chosen, usual, usual),
            )  # fmt: skip


def _usual(kind: Kind, asked: Request, everything: list[str]) -> list[str]:
    """What this reader gets where nothing is chosen."""
    wanted = kind.audiences.get(asked.audience)
    return everything if wanted is None else [one for one in (*wanted, documents.SOURCES.key) if one in everything]


def _line(chosen: Chosen, name: str, titles: dict[str, str], order: list[str], usual: list[str]) -> None:
    inside, everything = name in order, list(titles)
    at = order.index(name) if inside else -1
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=keeping.key(chosen, f"line-{name}")):
        widget = keeping.key(chosen, f"with-{name}")
        st.session_state[widget] = inside
        st.checkbox(
            safe.escape(titles[name]), key=widget, width="stretch", disabled=order == [name],
            on_change=_switch, args=(chosen, name, everything, usual),
        )  # fmt: skip
        for by, icon, word in ((-1, ":material/arrow_upward:", "up"), (1, ":material/arrow_downward:", "down")):
            if inside:
                st.button(
                    "", icon=icon, key=keeping.key(chosen, f"{word}-{name}"), type="tertiary", help=f"Move {word}",
                    disabled=not 0 <= at + by < len(order), on_click=_move, args=(chosen, name, by, usual),
                )  # fmt: skip


def _now(chosen: Chosen, usual: list[str]) -> list[str]:
    """The order as it is kept at this moment: a second press may come before the first one's is drawn."""
    kept = setup.get(session.store(), chosen.kind, chosen.about).settings.get("sections")
    return [str(one) for one in kept] if kept else list(usual)


def _switch(chosen: Chosen, name: str, everything: list[str], usual: list[str]) -> None:
    """Without the section, or with it before the first that usually comes after it."""
    order = _now(chosen, usual)
    if name in order:
        order.remove(name)
    else:
        later = everything[everything.index(name) + 1 :]
        order.insert(next((n for n, one in enumerate(order) if one in later), len(order)), name)
    if order:
        _keep(chosen, order, usual)


def _move(chosen: Chosen, name: str, by: int, usual: list[str]) -> None:
    order = _now(chosen, usual)
    at = order.index(name) if name in order else -1
    if at >= 0 and 0 <= at + by < len(order):
        order[at], order[at + by] = order[at + by], order[at]
        _keep(chosen, order, usual)


def _keep(chosen: Chosen, order: list[str], usual: list[str]) -> None:
    setup.put(session.store(), chosen.kind, chosen.about, settings={"sections": [] if order == usual else order})
