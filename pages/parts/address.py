"""The address bar and the page say the same. The URL is the truth: a widget follows it, and writes to it when it is used.

Streamlit's own binding is not used here: a link from a page to itself reaches the script but not the address bar, and what is
bound cannot be set again, which is what mends that.

A widget that follows the URL is given the URL's value as its default as well. The session's value reaches the browser only in the
run that sets it; a browser that forgot the widget a moment later than the server did would draw it empty, and then say so.
(A select box of `choosing` is not: one with a default cannot be cleared.)
"""

from collections.abc import Mapping

import streamlit as st

_KNOWN, _SEEN = "_url", "_url-seen"


def settle() -> None:
    """Write the parameters the script was given to the address bar, once for each change."""
    asked = st.query_params.to_dict()
    if st.session_state.get(_KNOWN, {}) != asked:
        st.session_state[_KNOWN] = asked
        st.query_params.from_dict(asked)


def follow(key: str, default: str = "", *, of: str = "") -> str:
    """What the URL says of `key`; the widget `key` takes it over where that is new, or where it is about another thing `of`."""
    wanted = str(st.query_params.get(key, default))[:400]
    seen = st.session_state.setdefault(_SEEN, {})
    if seen.get(key) != (of, wanted) or key not in st.session_state:
        seen[key] = (of, wanted)
        st.session_state[key] = wanted
    return wanted


def say(key: str, default: str = "", of: str = "", drop: tuple[str, ...] = ()) -> None:
    """Write what the widget `key` holds to the URL; a default is left out, and the parameters `drop` go."""
    held = st.session_state.get(key)
    value = default if held is None else str(held)  # an empty field is no default
    st.session_state.setdefault(_SEEN, {})[key] = (of, value)
    kept = {name: text for name, text in st.query_params.to_dict().items() if name not in (key, *drop)}
    st.session_state[_KNOWN] = kept | ({key: value} if value != default else {})
    st.query_params.from_dict(st.session_state[_KNOWN])


def part(label: str, said: Mapping[str, str], key: str, *, of: str = "", drop: tuple[str, ...] = ()) -> str:
    """Which part of a page is shown, kept in the URL; `said` holds the parts by name, the first is the default."""
    first = next(iter(said))
    if follow(key, first, of=of) not in said:
        st.session_state[key] = first
    chosen = st.segmented_control(
        label,
        list(said),
        default=st.session_state[key],
        required=True,
        key=key,
        label_visibility="collapsed",
        format_func=said.__getitem__,
        on_change=say,
        args=(key, first, of, drop),
    )
    return str(chosen)


def words(key: str, placeholder: str, *, of: str = "", width: int = 320, disabled: bool = False) -> str:
    """What is searched for, kept in the URL."""
    follow(key, of=of)
    found = st.text_input(
        "Search",
        st.session_state[key],
        key=key,
        placeholder=placeholder,
        icon=":material/search:",
        live="400ms",
        width=width,
        disabled=disabled,
        on_change=say,
        args=(key, "", of),
    )
    return str(found or "")


def change(values: Mapping[str, str | None]) -> None:
    """Set parameters of the URL; those that are None go. For a callback."""
    kept = {**st.query_params.to_dict(), **{name: text for name, text in values.items() if text is not None}}
    st.session_state[_KNOWN] = {name: text for name, text in kept.items() if values.get(name, text) is not None}
    st.query_params.from_dict(st.session_state[_KNOWN])
