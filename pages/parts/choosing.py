"""A select box whose choice is kept in the URL: a page that can be shared, and a Back that works.

The browser sends an option's label, not the option. A label that changes between two views (a count, a time) would come back as a text
that no option has, so every label that was shown is remembered with its option, and the browser is told the new one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import safe

_REMEMBERED = 3_000  # labels of one select box: several times what it can offer at once


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
    labels = _labels(offered, say)
    _recall(key)
    if not free and key in st.session_state and st.session_state[key] not in offered:
        del st.session_state[key]
    if free and (kept := st.session_state.get(key)) and kept not in offered:
        offered.append(kept)
        labels = _labels(offered, say)
    _remember(key, offered, labels)
    start = offered.index(default) if default in offered else None
    return st.selectbox(
        label,
        offered,
        index=start,
        key=key,
        format_func=lambda option: labels[offered.index(option)] if option in offered else safe.plain(str(option)),
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


def _labels(offered: list[Any], say: Callable[[Any], str]) -> list[str]:
    """The label of every option. Two that read the same get a number: the browser could not tell them apart."""
    found: list[str] = []
    taken: set[str] = set()
    for option in offered:
        label = plain = safe.plain(say(option))
        number = 1
        while label in taken:
            number += 1
            label = f"{plain} ({number})"
        taken.add(label)
        found.append(label)
    return found


def _remember(key: str, offered: list[Any], labels: list[str]) -> None:
    """Keep which option every label stood for, and send the browser the chosen one's label where it holds another."""
    known: dict[str, Any] = st.session_state.setdefault(f"_said-{key}", {})
    drawn: dict[Any, str] = st.session_state.get(f"_drawn-{key}", {})
    for option, label in zip(offered, labels, strict=True):
        known.pop(label, None)  # so that it stands among the newest
        known[label] = option
    for old in list(known)[:-_REMEMBERED]:
        del known[old]
    now = st.session_state[f"_drawn-{key}"] = dict(zip(offered, labels, strict=True))
    chosen = st.session_state.get(key)
    if chosen in drawn and chosen in now and drawn[chosen] != now[chosen]:
        st.session_state[key] = chosen


def _recall(key: str) -> None:
    """Where the browser sent a label of an earlier view, take the option it stood for."""
    value = st.session_state.get(key)
    known: dict[str, Any] = st.session_state.get(f"_said-{key}", {})
    if isinstance(value, str) and value in known and known[value] != value and value not in known.values():
        st.session_state[key] = known[value]


def _to_url(key: str) -> None:
    _recall(key)
    value = st.session_state.get(key)
    if value is None:
        st.query_params.pop(key, None)
        st.session_state.pop(f"_url-{key}", None)
    else:
        st.query_params[key] = st.session_state[f"_url-{key}"] = str(value)
