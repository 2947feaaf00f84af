"""How widgets and what is kept of a document stay the same: what a person sets is kept at once, for every later export."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.handover.document_parts.choosing import Chosen
from pages.parts import session
from pages.parts.choosing import choose
from workbench.errors import InputError
from workbench.export import setup


def key(chosen: Chosen, name: str) -> str:
    """The key of a widget of this document."""
    return f"{name}-{chosen.kind}-{chosen.about}"


def setting(chosen: Chosen, name: str, widget: str) -> None:
    """Keep what the widget holds as the setting `name`. For a callback."""
    setup.put(session.store(), chosen.kind, chosen.about, settings={name: st.session_state[widget]})


def option(chosen: Chosen, name: str, value: object) -> None:
    """Keep an option of the kind; an empty one goes."""
    store = session.store()
    kept = dict(setup.get(store, chosen.kind, chosen.about).settings.get("options") or {})
    kept.pop(name, None)
    said = "" if value is None else str(value).strip()
    setup.put(store, chosen.kind, chosen.about, settings={"options": kept | ({name: said} if said else {})})


def options(chosen: Chosen) -> dict[str, str]:
    """The options that are kept."""
    return dict(setup.get(session.store(), chosen.kind, chosen.about).settings.get("options") or {})


def words(chosen: Chosen, field: str, text: str) -> None:
    """Keep a person's words. For a callback: what cannot be kept is said."""
    try:
        setup.put(session.store(), chosen.kind, chosen.about, prose={field: text})
    except InputError as error:
        session.flash(f"{error} {error.hint}", "error")


def pick(
    chosen: Chosen, name: str, label: str, offered: Sequence[str], *, now: str, none: str, titles: dict[str, str] | None = None,
    free: bool = False, text: str | None = None,
) -> str:  # fmt: skip
    """A select box for an option or a field: what is chosen, "" for `none`, where it says what then holds.

    What is kept is offered even where it is none of `offered` any more: looking at a document takes nothing from it.
    """
    widget = key(chosen, name)
    if widget not in st.session_state and now:
        st.session_state[widget] = now
    said = titles or {}
    kept = [now] if now and now not in offered else []
    found: Any = choose(
        label, [*offered, *kept], widget, say=lambda one: said.get(one, one), placeholder=none, free=free, url=False, help=text
    )
    return str(found or "").strip()
