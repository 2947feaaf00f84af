"""A shorter prompt: another version of a prompt with its real token count, or a number of tokens stated."""

from dataclasses import replace
from decimal import Decimal

import streamlit as st

from pages.parts import safe, session
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import ShorterPrompt
from workbench.errors import WorkbenchError
from workbench.prompts import registry
from workbench.text import tokens

PATH = ("levers", "shorter_prompt")
_STATED = ""


def draw(desk: Desk) -> None:
    """Draw the prompt, the version whose length counts, and the tokens it saves."""
    held = desk.value(PATH)
    assert isinstance(held, ShorterPrompt)
    store = session.store()
    names = [each.name for each in registry.page(store, limit=200) if each.latest]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if names:
            options = [_STATED, *dict.fromkeys([*names, *([held.prompt] if held.prompt else [])])]
            key = f"{fields.key_of(desk, PATH)}-prompt"
            st.selectbox("Prompt", options, options.index(held.prompt or _STATED), key=key, on_change=_prompt, args=(desk, key),
                         format_func=lambda each: safe.plain(each) or "All calls, stated")  # fmt: skip
            if held.prompt in names:
                _version(desk, held)
        fields.number(desk, (*PATH, "tokens_saved"), "Tokens saved a call", step=10, help="Below zero: the new one is longer.")
    if held.version:
        st.caption(f"Counted: the latest version against version {held.version}, by the workbench's own tokenizer (≈).")


def _version(desk: Desk, held: ShorterPrompt) -> None:
    numbers = [each.number for each in registry.versions(session.store(), str(held.prompt), limit=100)]
    key = f"{fields.key_of(desk, PATH)}-version"
    st.selectbox("Version", numbers, numbers.index(held.version) if held.version in numbers else None, key=key, width=110,
                 format_func=lambda number: f"v{number}", placeholder="which", on_change=_counted, args=(desk, key))  # fmt: skip


def _prompt(desk: Desk, key: str) -> None:
    held = desk.value(PATH)
    desks.edit(desk, PATH, replace(held, prompt=st.session_state[key] or None, version=None), redraw=True)


def _counted(desk: Desk, key: str) -> None:
    """Count both versions, and take the difference over."""
    held: ShorterPrompt = desk.value(PATH)
    number = st.session_state[key]
    if number is None or held.prompt is None:
        return
    try:
        latest, chosen = (count(held.prompt, each) for each in (None, number))
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    desks.edit(desk, PATH, replace(held, tokens_saved=Decimal(latest - chosen), version=number), redraw=True)


def count(prompt: str, version: int | None) -> int:
    """Tokens of the messages of a version, variables unfilled; of the latest where `version` is None."""
    found = registry.version(session.store(), prompt, version) if version else registry.version(session.store(), prompt)
    return tokens.count_messages(found.content.messages, model=found.content.model or "").tokens
