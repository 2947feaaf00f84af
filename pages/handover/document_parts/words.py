"""The fields that a person writes: one section's at a time where there are many. Kept as they are left."""

import streamlit as st

from pages.handover.document_parts import keeping
from pages.handover.document_parts.choosing import Chosen
from pages.parts.choosing import choose
from workbench.errors import WorkbenchError
from workbench.export import setup, subjects
from workbench.export.kinds import Kind, Part, Prose
from workbench.store import Store

_AT_ONCE = 3  # fields that stand there without a choice of a section
_RECORD = "cell_"  # fields that name what was recorded, not words
_NOT_ANY = "none"


def draw(store: Store, kind: Kind, chosen: Chosen) -> None:
    """The fold, open until it is closed."""
    parts = [part for part in kind.sections if part.prose]
    fields = [field for part in parts for field in part.prose if not field.key.startswith(_RECORD)]
    if not fields:
        return
    kept = setup.get(store, chosen.kind, chosen.about).prose
    written = sum(1 for field in fields if kept.get(field.key))
    count = f"{written} of {len(fields)} written" if len(fields) > 1 else "written" if written else "none yet"
    with st.expander(f"Your own words: {count}", icon=":material/edit_note:", expanded=True, key="document-words"):
        if len(fields) > _AT_ONCE:
            part = _part(chosen, parts, kept)
            parts = [part] if part else parts[:1]
        for part in parts:
            for field in part.prose:
                _field(store, chosen, part, field, kept.get(field.key, ""), named=len(fields) <= _AT_ONCE)
        st.caption("Markdown. They stay as they are whenever the document is made again.")


def _part(chosen: Chosen, parts: list[Part], kept: dict[str, str]) -> Part | None:
    known = {part.key: part for part in parts}

    def say(name: str) -> str:
        words = [field.key for field in known[name].prose if not field.key.startswith(_RECORD)]
        done = sum(1 for one in words if kept.get(one))
        return f"{known[name].title} ({done} of {len(words)})"

    name = choose("Section", list(known), keeping.key(chosen, "words-of"), say=say, default=parts[0].key, url=False)
    return known.get(str(name))


def _field(store: Store, chosen: Chosen, part: Part, field: Prose, kept: str, *, named: bool) -> None:
    if field.key.startswith(_RECORD):
        _record(store, chosen, field, kept)
        return
    widget = keeping.key(chosen, f"prose-{field.key}")
    st.session_state.setdefault(widget, kept)
    label = f"{part.title}: {field.title}" if named and field.title != part.title else field.title
    st.text_area(label, key=widget, height=90, placeholder=field.help, on_change=_keep, args=(chosen, field.key, widget))


def _keep(chosen: Chosen, field: str, widget: str) -> None:
    keeping.words(chosen, field, st.session_state[widget])


def _record(store: Store, chosen: Chosen, field: Prose, kept: str) -> None:
    """Which case or call is shown as that example: one of the newest run's, or any that is typed."""
    try:
        found = {one.name: one.title for one in subjects.cells_of(store, chosen.subject)}
    except WorkbenchError:
        found = {}  # the preview says what is wrong
    titles = {_NOT_ANY: "No record, only the words above"} | found
    picked = keeping.pick(
        chosen, field.key, field.title, list(titles), now=kept, none="Chosen by rule", titles=titles, free=True,
        text="Or type a cell as RUN:VARIANT:CASE:REPEAT, or the number of a call.",
    )  # fmt: skip
    if picked != kept:
        keeping.words(chosen, field.key, picked)
