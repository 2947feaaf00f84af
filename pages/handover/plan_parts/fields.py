"""Fields of the forms of a plan: each keeps what is typed with every change, and says under it what is wrong. Owns no value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.handover.plan_parts import desk as desks
from pages.handover.plan_parts.desk import Desk, Path
from pages.parts import safe
from workbench.errors import InputError


def key_of(desk: Desk, path: Path) -> str:
    """The key of a field's widget."""
    return f"plan-{desk.rev}-{'-'.join(map(str, path))}"


def line(desk: Desk, path: Path, label: str, *, help: str = "", placeholder: str = "", most: int = 200) -> None:  # noqa: A002
    """A line of text."""
    key = key_of(desk, path)
    st.text_input(
        label, value=str(desk.value(path)), key=key, max_chars=most, help=help or None, placeholder=placeholder or None,
        on_change=_take, args=(desk, path, key),
    )  # fmt: skip
    wrong(desk, path)


def area(desk: Desk, path: Path, label: str, *, help: str = "", height: int = 130, placeholder: str = "") -> None:  # noqa: A002
    """A text of several lines."""
    key = key_of(desk, path)
    st.text_area(
        label, value=str(desk.value(path)), key=key, height=height, help=help or None, placeholder=placeholder or None,
        on_change=_take, args=(desk, path, key),
    )  # fmt: skip
    wrong(desk, path)


def choice(desk: Desk, path: Path, label: str, options: Sequence[str], *, say: Callable[[str], str] = str, default: str = "") -> None:
    """One of few."""
    key = key_of(desk, path)
    value = str(desk.value(path, default) or default)
    start = options.index(value) if value in options else 0
    st.selectbox(label, options, index=start, key=key, format_func=say, on_change=_take, args=(desk, path, key))
    wrong(desk, path)


def link(
    desk: Desk, path: Path, label: str, names: Sequence[str], *,
    placeholder: str, help: str = "", also: Mapping[str, str] | None = None, none: str = "",  # noqa: A002
) -> None:  # fmt: skip
    """The name of something in the store, chosen or typed; `also` are words with what each stands for, `none` is kept where none is."""
    key = key_of(desk, path)
    value = str(desk.value(path))
    special = dict(also or {})
    held = [] if value in {none, *special.values()} else [value]
    meant = {**special, **{safe.plain(name): name for name in dict.fromkeys([*held, *names])}}
    st.selectbox(
        label, list(meant), index=None if value == none else list(meant.values()).index(value), key=key, placeholder=placeholder,
        accept_new_options=True, help=help or None,
        on_change=_take_link, args=(desk, path, key, meant, none),
    )  # fmt: skip
    wrong(desk, path)


def several(desk: Desk, path: Path, label: str, said: dict[str, str], *, placeholder: str) -> None:
    """Names of things in the store."""
    key = key_of(desk, path)
    held = [str(one) for one in desk.value(path, [])]
    options = list(dict.fromkeys([*held, *said]))
    st.multiselect(
        label, options, default=held, key=key, format_func=lambda one: safe.plain(said.get(one, one)), placeholder=placeholder,
        on_change=_take, args=(desk, path, key),
    )  # fmt: skip
    wrong(desk, path)


def day(desk: Desk, path: Path, label: str, *, help: str = "") -> None:  # noqa: A002
    """A day, or none."""
    from datetime import date

    key = key_of(desk, path)
    value = desk.value(path, None)
    st.date_input(
        label, value=date.fromisoformat(value) if value else None, key=key, format="YYYY-MM-DD", help=help or None,
        min_value=date(1970, 1, 1), max_value=date(2200, 12, 31), on_change=_take_day, args=(desk, path, key),
    )  # fmt: skip
    wrong(desk, path)


def wrong(desk: Desk, path: Path) -> None:
    """What is wrong with the field, under it."""
    error = desk.errors.get(path)
    if error is not None and path in desk.wrong:
        tell(error)


def tell(error: InputError, place: str = "") -> None:
    """An error of a field in one red line, under `place` where that is not plain from where it stands."""
    said = error.message.removeprefix(f"{error.place}: ")
    text = f"{f'{place}: ' if place else ''}{said}{'' if said.endswith('.') else '.'} {error.hint}".strip()
    st.markdown(f":red[:material/error: {safe.escape(text, limit=600)}]")


def _take(desk: Desk, path: Path, key: str) -> None:
    value: Any = st.session_state.get(key)
    desks.edit(desk, path, "" if value is None else value)


def _take_link(desk: Desk, path: Path, key: str, meant: dict[str, str], none: str) -> None:
    value = st.session_state.get(key)
    desks.edit(desk, path, meant.get(str(value), str(value)) if value else none)


def _take_day(desk: Desk, path: Path, key: str) -> None:
    value = st.session_state.get(key)
    desks.edit(desk, path, "" if value is None else value.isoformat())
