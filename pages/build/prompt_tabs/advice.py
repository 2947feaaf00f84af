"""Advice on a prompt while it is written: what, where, why, and how to mend it; each rule can be silenced for the prompt."""

from dataclasses import replace

import streamlit as st

from pages.build.prompt_tabs.desk import Desk
from pages.parts import safe
from workbench.playground.form import Form
from workbench.prompts import lint, registry
from workbench.prompts.content import Content
from workbench.prompts.registry import Prompt
from workbench.store import Store

_ICONS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "info": ":blue[:material/lightbulb:]"}
_WORDS = {"error": "Error", "warning": "Warning", "info": "Advice"}
_MOST = 15


def draw(store: Store, prompt: Prompt, desk: Desk, content: Content, partials: dict[str, str]) -> None:
    """Draw the advice, the gravest first, and what was silenced."""
    if not any(message.text.strip() for message in content.messages):
        st.caption("Write something, and advice appears here.")
        return
    found = lint.run(content, prompt, partials=partials)
    if not found:
        st.markdown(":green[:material/check_circle:] Nothing to mend.")
    for place, item in enumerate(found[:_MOST]):
        _one(store, prompt, desk, item, place)
    if len(found) > _MOST:
        st.caption(f"{len(found) - _MOST} more, once these are mended.")
    if prompt.silenced:
        with st.expander(f"Silenced here: {len(prompt.silenced)}", key="silenced"):
            for rule in prompt.silenced:
                st.button(
                    f"Hear {safe.escape(rule)} again",
                    key=f"hear-{rule}",
                    on_click=_silence,
                    args=(store, prompt, rule, False),
                    type="tertiary",
                )


def _one(store: Store, prompt: Prompt, desk: Desk, item: lint.Advice, place: int) -> None:
    with st.container(border=True, gap="xsmall", key=f"advice-{place}"):
        st.markdown(f"{_ICONS[item.severity]} **{_WORDS[item.severity]}** · {safe.escape(item.message)}")
        st.caption(safe.escape(f"{where(item)}{item.reason}", limit=500))
        if item.fix:
            st.caption(f"**Try:** {safe.escape(item.fix, limit=500)}")
        with st.container(horizontal=True, gap="small"):
            if item.replacement is not None and item.place is not None:
                st.button("Mend it", key=f"mend-{place}-{item.rule}", on_click=_mend, args=(desk, item), icon=":material/build:")
            st.button(
                "Silence",
                key=f"silence-{place}-{item.rule}",
                type="tertiary",
                on_click=_silence,
                args=(store, prompt, item.rule, True),
                icon=":material/notifications_off:",
                help=f"Do not tell of {item.rule} for this prompt.",
            )


def where(item: lint.Advice) -> str:
    """The place of an advice in words, with a full stop behind it; empty where it concerns the whole prompt."""
    place = item.place
    if place is None:
        return ""
    return f"Message {place.message}, line {place.line}, column {place.column}. "


def mended(form: Form, item: lint.Advice) -> Form:
    """The form with the advice's own text in the place of the excerpt; as it was where the text has changed since."""
    place = item.place
    if place is None or item.replacement is None or not 1 <= place.message <= len(form.turns):
        return form
    turn = form.turns[place.message - 1]
    lines = turn.text.split("\n")
    start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    if not turn.text.startswith(place.excerpt, start):
        return form
    text = turn.text[:start] + item.replacement + turn.text[start + len(place.excerpt) :]
    turns = (*form.turns[: place.message - 1], replace(turn, text=text), *form.turns[place.message :])
    return replace(form, turns=turns)


def _mend(desk: Desk, item: lint.Advice) -> None:
    desk.put(mended(desk.form, item))


def _silence(store: Store, prompt: Prompt, rule: str, on: bool) -> None:
    kept = [name for name in prompt.silenced if name != rule]
    registry.update(store, prompt.name, silenced=[*kept, rule] if on else kept)
