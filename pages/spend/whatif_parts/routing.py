"""Routing: which model answers which class. Recorded calls are told apart by rules, which have a view of their own."""

from decimal import Decimal

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fitting, known, mix
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import ANY_CLASS, Typed

PATH = ("levers", "routing", "shares")


def draw(desk: Desk) -> None:
    """Draw the shares of every class; a class that is not routed keeps its model."""
    held = desk.value(PATH) or {}
    names = list(dict.fromkeys([*fitting.class_names(desk.good), *held]))
    for name in names:
        if name in held:
            with st.container(key=f"route-{name}", gap="xsmall"):
                mix.draw(desk, (*PATH, name), _said(name))
                if len(held) > 1:
                    st.button(f"{_said(name)} keeps its own model", key=f"unroute-{name}", type="tertiary", icon=":material/undo:",
                              on_click=_keep, args=(desk, name))  # fmt: skip
        else:
            st.button(f"Route {_said(name).lower()} too", key=f"route-{name}-on", type="tertiary", icon=":material/call_split:",
                      on_click=_route, args=(desk, name), help="Until then it keeps its own model.")  # fmt: skip
    if not isinstance(desk.good.baseline, Typed):
        st.caption("Which class a recorded call is of is decided by the rules: see Rules on the right.")


def _said(name: str) -> str:
    return "All calls" if name == ANY_CLASS else f"Class {safe.escape(name, 40)}"


def _route(desk: Desk, name: str) -> None:
    desks.edit(desk, (*PATH, name), {known.another(desk.good, known.main(desk.good)): Decimal(1)}, redraw=True)


def _keep(desk: Desk, name: str) -> None:
    desks.edit(desk, (*PATH, name), None, redraw=True)
