"""The Diff tab: any two versions, the text by word and the parameters by field."""

import json

import streamlit as st

from pages.parts import diff, page, pickers, safe, tables
from workbench.prompts import difference, registry
from workbench.prompts.content import Content
from workbench.prompts.registry import Prompt
from workbench.store import Store
from workbench.text.counting import counted

_MOST = 500


def draw(store: Store, prompt: Prompt) -> None:
    """Draw the two pickers and what differs."""
    if (prompt.latest or 0) < 2:
        page.empty("Nothing to compare yet", "A diff needs two versions of this prompt.")
        return
    numbers = [version.number for version in registry.versions(store, prompt.name, limit=_MOST)]
    marks = {number: " · ".join(sorted(name for name, at in prompt.labels.items() if at == number)) for number in numbers}

    def told(number: int) -> str:
        return f"v{number}" + (f" · {marks[number]}" if marks.get(number) else "")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = pickers.choose("From", numbers, "a", say=told, default=numbers[1])
        after = pickers.choose("To", numbers, "b", say=told, default=numbers[0])
        st.button("Swap", key="swap", on_click=_swap, icon=":material/swap_horiz:")
    a, b = registry.version(store, prompt.name, int(before)), registry.version(store, prompt.name, int(after))
    draw_between(a.content, b.content, f"v{a.number}", f"v{b.number}")


def draw_between(a: Content, b: Content, label_a: str, label_b: str) -> None:
    """What differs from `a` to `b`: first the messages that changed, then the fields; equal messages are counted."""
    found = difference.between(a, b)
    if found.same:
        page.notice("They are the same.", "success")
        return
    changed = [change for change in found.messages if change.changed]
    for change in changed:
        message = change.b or change.a
        role = message.role if message else ""
        what = " added" if change.a is None else " taken out" if change.b is None else ""
        st.caption(f"Message {change.number}, {role}{what}")
        before = "".join(piece.text for piece in change.pieces if piece.op != "added")
        after = "".join(piece.text for piece in change.pieces if piece.op != "removed")
        diff.word_diff(before, after, label_a, label_b)
    if equal := len(found.messages) - len(changed):
        st.caption(f"{counted(equal, 'message is', 'messages are')} the same.")
    if found.fields:
        st.caption("Settings that differ")
        rows = [{"field": change.path, "a": _told(change.before), "b": _told(change.after)} for change in found.fields]
        tables.table(
            rows, {"field": "Field", "a": label_a, "b": label_b}, key="fields", alt="Settings that differ between the two versions"
        )


def _told(value: object) -> str:
    if value is None:
        return "–"
    return safe.plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _swap() -> None:
    a, b = st.session_state["a"], st.session_state["b"]
    st.session_state.update({"a": b, "b": a})
    st.query_params.update({"a": str(b), "b": str(a)})
