"""Classes of typed traffic: simple, medium, complex, or any names; each with its share and its own tokens."""

from dataclasses import replace
from decimal import Decimal

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, fitting, mix
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path
from workbench.cost.model import ClassOf, Typed

PATH: Path = ("baseline", "classes")
_USUAL = {"simple": "0.5", "medium": "0.3", "complex": "0.2"}
_MOST = 8


def draw(desk: Desk) -> None:
    """Draw the classes, or the button that makes the usual three."""
    held = desk.value(PATH) or {}
    if not held:
        st.button("Tell simple, medium and complex apart", icon=":material/call_split:", key="classes-on", on_click=_make, args=(desk,),
                  help="Routing can then send each class to another model. Shares are yours to set.")  # fmt: skip
        return
    names = list(held)
    for number, name in enumerate(names[:_MOST]):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"class-{number}"):
            st.markdown(f"**{safe.escape(name, 40)}**", width=80)
            _share(desk, names, number)
            for field, label in (("input_tokens", "In"), ("output_tokens", "Out")):
                with st.container(width=90):
                    fields.number(desk, (*PATH, name, field), label, step=10.0, empty="as all")
            fields.flag(desk, (*PATH, name, "can_wait"), "Can wait", help="Nobody waits for the answer: it may go in a batch.")
    fields.wrong(desk, PATH)
    st.button("One class for all", icon=":material/call_merge:", key="classes-off", type="tertiary", on_click=_drop, args=(desk,))


def _share(desk: Desk, names: list[str], number: int) -> None:
    held = desk.value(PATH)
    if not number:
        st.caption(f"{float(held[names[0]].share * 100):g} %, the rest", width=95)
        return
    key = f"{fields.key_of(desk, PATH)}-{number}"
    st.number_input("Share, %", value=float(held[names[number]].share * 100), step=1.0, format="%.12g", key=key, width=95,
                    on_change=_set, args=(desk, names[number], key))  # fmt: skip


def _set(desk: Desk, name: str, key: str) -> None:
    held: dict[str, ClassOf] = dict(desk.value(PATH))
    shares = {each: of.share for each, of in held.items()} | {name: fields.decimal(st.session_state[key], 100) or Decimal(0)}
    filled = mix.filled(list(shares), shares)
    desks.edit(desk, PATH, {each: replace(of, share=filled[each]) for each, of in held.items()})


def _make(desk: Desk) -> None:
    desks.edit(desk, PATH, {name: ClassOf(Decimal(share)) for name, share in _USUAL.items()}, redraw=True)


def _drop(desk: Desk) -> None:
    baseline = desk.good.baseline
    assert isinstance(baseline, Typed)
    desks.replace(desk, fitting.with_baseline(desk.good, replace(baseline, classes={})))
