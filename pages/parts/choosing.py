"""A select box whose choice is kept in the URL: a page that can be shared, and a Back that works."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import safe


def choose(
    label: str,
    options: Sequence[Any],
    key: str,
    *,
    say: Callable[[Any], str] = str,
    default: Any = None,
    placeholder: str | None = None,
    label_visibility: str = "visible",
    free: bool = False,
    disabled: bool = False,
    url: bool = True,
    help: str | None = None,  # noqa: A002 (the framework's own word)
) -> Any:
    """A select box whose choice is the URL parameter `key`; None while nothing is chosen. `say` words an option; `free` takes any text."""
    offered = list(options)
    if url:
        _from_url(key, offered, free)
    if not free and key in st.session_state and st.session_state[key] not in offered:
        del st.session_state[key]
    if free and (kept := st.session_state.get(key)) and kept not in offered:
        offered.append(kept)
    start = offered.index(default) if default in offered else None
    return st.selectbox(
        label,
        offered,
        index=start,
        key=key,
        format_func=lambda option: safe.plain(say(option)),
        placeholder=placeholder,
        label_visibility=label_visibility,
        accept_new_options=free,
        disabled=disabled,
        help=help,
        persist_state="session",
        on_change=_to_url if url else None,
        args=(key,) if url else None,
    )


def _from_url(key: str, offered: list[Any], free: bool) -> None:
    """Take the choice from the URL where the URL has changed since it was last looked at: a deep link, a link on the same page."""
    wanted = st.query_params.get(key)
    seen = f"_url-{key}"
    if wanted is None or st.session_state.get(seen) == wanted:
        return
    st.session_state[seen] = wanted
    match = next((option for option in offered if str(option) == wanted), wanted if free else None)
    if match is not None:
        st.session_state[key] = match


def _to_url(key: str) -> None:
    value = st.session_state.get(key)
    if value is None:
        st.query_params.pop(key, None)
        st.session_state.pop(f"_url-{key}", None)
    else:
        st.query_params[key] = st.session_state[f"_url-{key}"] = str(value)
