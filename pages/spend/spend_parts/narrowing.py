"""One model or one prompt of those that were called: two pickers whose choice is kept in the URL. The URL is the truth."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import address, safe
from pages.spend.spend_parts import wording
from pages.spend.spend_parts.facts import Facts, Narrowed

MODEL, PROMPT = "of_model", "of_prompt"
_ALL, _NONE = "", "="
_MOST = 500  # names that a picker offers: the dearest


def choose(facts: Facts) -> Narrowed:
    """Draw the pickers and return what is asked for. What the URL names is offered even where the period has no call of it."""
    model = _pick("Model", "All models", MODEL, [one.full_model for one in facts.models])
    prompt = _pick("Prompt", "All prompts", PROMPT, [one.prompt for one in facts.prompts])
    return Narrowed(model, prompt)


def drop() -> None:
    """Look at everything again. For a callback."""
    for key in (MODEL, PROMPT):
        st.query_params.pop(key, None)


def _pick(label: str, everything: str, key: str, names: Sequence[str]) -> str | None:
    address.follow(key, _ALL)
    offered = [_ALL, *dict.fromkeys([*map(written, names[:_MOST]), *([held] if (held := st.session_state[key]) else [])])]
    said: dict[str, str] = {}
    for option in offered:  # two that look the same are told apart: the browser sends the label
        name = everything if option == _ALL else _said(option)
        said[option] = name if name not in said.values() else f"{name} ({len(said)})"
    chosen = st.selectbox(
        label, offered, offered.index(held or _ALL), key=key, format_func=said.__getitem__,
        on_change=address.say, args=(key, _ALL), width=230,
    )  # fmt: skip
    return None if chosen == _ALL else read(str(chosen))


def written(name: str) -> str:
    """A name as the URL has it: "" is no prompt, and not everything."""
    return f"={name}" if name.startswith("=") or not name else name


def read(option: str) -> str:
    """The name of what `written` wrote."""
    return option[1:] if option.startswith("=") else option


def _said(option: str) -> str:
    return wording.NO_PROMPT if option == _NONE else safe.plain(read(option)).replace("\n", " ")[:120]
