"""Fields of a scenario: a number, a share in percent, a line, a choice. Each writes to the desk and says under itself what is wrong."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path
from workbench.errors import InputError

_PLAIN = "%.12g"  # 1000000, 0.03 and 150.5 as they are typed
_STEP = Decimal("0.5")  # of a slider, in percent


def number(
    desk: Desk,
    path: Path,
    label: str,
    *,
    step: float = 1.0,
    scale: int = 1,
    whole: bool = False,
    help: str | None = None,  # noqa: A002 (the framework's own word)
    empty: str | None = None,
    width: int | None = None,
) -> None:
    """A number field. `scale` 100 shows a share in percent; `empty` says what an empty field means, None: it must be filled."""
    held, key = desk.value(path), key_of(desk, path)
    shown = None if held is None else float(held) * scale
    st.number_input(
        label, value=shown, step=float(step), format=_PLAIN, key=key, help=help, placeholder=empty, width=width or "stretch",
        on_change=_number, args=(desk, path, key, scale, whole),
    )  # fmt: skip
    wrong(desk, path)


def percent(desk: Desk, path: Path, label: str, *, step: float = 1.0, help: str | None = None, empty: str | None = None) -> None:  # noqa: A002
    """A share as a number in percent."""
    number(desk, path, f"{label}, %", step=step, scale=100, help=help, empty=empty)


def slider(desk: Desk, path: Path, label: str, *, help: str | None = None) -> None:  # noqa: A002
    """A share as a slider in percent; a number field where it lies between the stops."""
    held, key = desk.value(path), f"{key_of(desk, path)}-slider"
    if not isinstance(held, Decimal) or not 0 <= held <= 1 or (held * 100) % _STEP:
        percent(desk, path, label, help=help)
        return
    st.slider(
        f"{label}, %", 0.0, 100.0, float(held * 100), float(_STEP), "%.12g", key=key, help=help,
        on_change=_number, args=(desk, path, key, 100, False),
    )  # fmt: skip
    wrong(desk, path)


def line(
    desk: Desk, path: Path, label: str, *, help: str | None = None, placeholder: str | None = None, optional: bool = False  # noqa: A002
) -> None:  # fmt: skip
    """A line of text; an `optional` one may be empty, which is None."""
    key = key_of(desk, path)
    st.text_input(
        label, str(desk.value(path) or ""), key=key, help=help, max_chars=200, placeholder=placeholder,
        on_change=_text, args=(desk, path, key, optional),
    )  # fmt: skip
    wrong(desk, path)


def area(desk: Desk, path: Path, label: str) -> None:
    """Several lines of text."""
    key = key_of(desk, path)
    st.text_area(label, str(desk.value(path) or ""), key=key, height="content", on_change=_text, args=(desk, path, key, False))
    wrong(desk, path)


def choice(
    desk: Desk,
    path: Path,
    label: str,
    options: Sequence[Any],
    *,
    say: dict[Any, str] | None = None,
    free: bool = False,
    help: str | None = None,  # noqa: A002
    placeholder: str | None = None,
) -> None:
    """A select box; `free` takes any text that is typed."""  # fmt: skip
    held, key = desk.value(path), key_of(desk, path)
    offered = [*options, *([held] if held is not None and held not in options else [])]
    st.selectbox(
        label, offered, offered.index(held) if held in offered else None, key=key, help=help, accept_new_options=free,
        format_func=lambda each: safe.plain((say or {}).get(each, str(each))), placeholder=placeholder,
        on_change=_chosen, args=(desk, path, key),
    )  # fmt: skip
    wrong(desk, path)


def flag(desk: Desk, path: Path, label: str, *, help: str | None = None) -> None:  # noqa: A002
    """A check box."""
    key = key_of(desk, path)
    st.checkbox(label, bool(desk.value(path)), key=key, help=help, on_change=_chosen, args=(desk, path, key))
    wrong(desk, path)


def wrong(desk: Desk, path: Path) -> None:
    """What is wrong with the field, under it, in few words: what to do about it stands beside the figures."""
    error = desk.errors.get(path)
    if error is not None:
        st.markdown(f":red[:material/error: {safe.escape(what(error))}]")


def what(error: InputError) -> str:
    """What is wrong, without the name of the field; with the column, where it is in a text."""
    where = f" ({error.place[error.place.rindex('column') :]})" if "column" in error.place else ""
    return f"{error.message.removeprefix(f'{error.place}: ')}{where}."


def key_of(desk: Desk, path: Path) -> str:
    """The key of the field: another one whenever the desk is changed from elsewhere, so that the field shows it."""
    return f"w-{'.'.join(path)}-{desk.rev}"


def decimal(value: float | None, scale: int = 1) -> Decimal | None:
    """What a number field holds as a Decimal, as it was typed."""
    return None if value is None else Decimal(repr(value)) / scale


def _number(desk: Desk, path: Path, key: str, scale: int, whole: bool) -> None:
    value = decimal(st.session_state[key], scale)
    desks.edit(desk, path, int(value) if whole and value is not None and value == value.to_integral_value() else value)


def _text(desk: Desk, path: Path, key: str, optional: bool) -> None:
    typed = str(st.session_state[key] or "").strip()
    desks.edit(desk, path, None if optional and not typed else typed)


def _chosen(desk: Desk, path: Path, key: str) -> None:
    desks.edit(desk, path, st.session_state[key])
