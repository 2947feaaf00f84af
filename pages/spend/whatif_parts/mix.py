"""Shares of models, one row each: the first takes what the others leave, so that together they are always everything."""

from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known, wording
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path

ONE, NOTHING = Decimal(1), Decimal(0)
_ROWS = 12  # rows of fields; a document may hold more and keeps them


def draw(desk: Desk, path: Path, label: str) -> None:
    """Draw the rows of the mapping model -> share at `path`."""
    held: Mapping[str, Decimal] = desk.value(path) or {}
    names = list(held)
    key = fields.key_of(desk, path)
    for number, name in enumerate(names[:_ROWS]):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"mix-{key}-{number}"):
            _model(desk, path, label, number, key)
            if number:
                st.number_input(
                    f"Share of {safe.escape(name, 60)}, %", value=float(held[name] * 100), step=1.0, format="%.12g",
                    key=f"{key}-share-{number}", label_visibility="collapsed", width=92,
                    on_change=_share, args=(desk, path, number, f"{key}-share-{number}"),
                )  # fmt: skip
                st.button(
                    ":material/close:", key=f"{key}-remove-{number}", type="tertiary", on_click=_remove, args=(desk, path, number),
                    help=f"Without {safe.escape(name, 60)}",
                )  # fmt: skip
            elif len(names) > 1:
                st.caption(f"the rest: {wording.share(held[name])}", width="content")
            if number == len(names[:_ROWS]) - 1 < _ROWS - 1:
                st.button("Model", icon=":material/add:", key=f"{key}-add", type="tertiary", on_click=_add, args=(desk, path),
                          help="Let another model answer a share.")  # fmt: skip
    _wrong(desk, path, held)


def filled(names: list[str], shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Shares in the order of the names; the first takes what the others leave, below nothing where they are over 100 %."""
    rest = ONE - sum((shares[name] for name in names[1:]), NOTHING)
    return {names[0]: rest} | {name: shares[name] for name in names[1:]}


def _wrong(desk: Desk, path: Path, held: Mapping[str, Decimal]) -> None:
    others = sum(list(held.values())[1:], NOTHING)
    if path in desk.errors and others > ONE:
        st.markdown(f":red[:material/error: Together they are {float(others * 100):g} %, over 100 %. Lower one of them.]")
    else:
        fields.wrong(desk, path)


def _model(desk: Desk, path: Path, label: str, number: int, key: str) -> None:
    names = list(desk.value(path) or {})
    offered = list(dict.fromkeys([*names, *known.models(desk.good)]))
    with st.container(width=195):
        st.selectbox(
            label if not number else f"{label}, {number + 1}", offered, offered.index(names[number]), key=f"{key}-model-{number}",
            accept_new_options=True, format_func=safe.plain, label_visibility="visible" if not number else "collapsed",
            on_change=_renamed, args=(desk, path, number, f"{key}-model-{number}"),
            help="provider/model. Any other name can be typed." if not number else None,
        )  # fmt: skip


def _renamed(desk: Desk, path: Path, number: int, key: str) -> None:
    held: Mapping[str, Decimal] = desk.value(path)
    name, old = str(st.session_state[key] or "").strip(), list(held)[number]
    if not name or name == old:
        return
    if name in held:
        _swap(desk, path, old, name)
        return
    desks.edit(desk, path, {name if each == old else each: share for each, share in held.items()})


def _swap(desk: Desk, path: Path, old: str, new: str) -> None:
    """A model that stands in another row already: the two change places."""
    held: Mapping[str, Decimal] = desk.value(path)
    other = {old: new, new: old}
    desks.edit(desk, path, {other.get(name, name): share for name, share in held.items()}, redraw=True)


def _share(desk: Desk, path: Path, number: int, key: str) -> None:
    held: Mapping[str, Decimal] = desk.value(path)
    names = list(held)
    share = fields.decimal(st.session_state[key], 100) or NOTHING
    desks.edit(desk, path, filled(names, {**held, names[number]: share}))


def _add(desk: Desk, path: Path) -> None:
    held: Mapping[str, Decimal] = desk.value(path) or {}
    name = known.another(desk.good, *held)
    desks.edit(desk, path, {**held, name: NOTHING if held else ONE}, redraw=True)


def _remove(desk: Desk, path: Path, number: int) -> None:
    held: Mapping[str, Decimal] = desk.value(path)
    names = [name for n, name in enumerate(held) if n != number]
    desks.edit(desk, path, filled(names, held), redraw=True)
