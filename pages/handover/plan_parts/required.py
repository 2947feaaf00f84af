"""The step Prompts: what each is for, its type, what it returns, which prompt exists for it; and the diagram of their chain."""

import streamlit as st

from pages.handover.plan_parts import fields, moves, sketch
from pages.handover.plan_parts.desk import Desk
from workbench.export.plans.model import MOST_PROMPTS, WAYS
from workbench.store import Store

_OFFERED = 300


def draw(store: Store, desk: Desk) -> None:
    """Draw a box a prompt, and the diagram beside them."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        names = known(store)
        for number, one in enumerate(desk.raw()["prompts"]):
            with st.container(border=True, gap="small", key=f"plan-prompt-{number}"):
                _one(desk, number, str(one.get("name", "")), names)
        if len(desk.plan.prompts) < MOST_PROMPTS:
            row = {"name": f"Prompt {len(desk.plan.prompts) + 1}"}
            st.button("Add a prompt", icon=":material/add:", key="plan-add-prompt", on_click=_add, args=(desk, row))
    with right:
        sketch.draw(desk)


def _one(desk: Desk, number: int, name: str, names: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch", gap="xsmall"):
            fields.line(desk, ("prompts", number, "name"), "Name")
        with st.container(width=130, gap="xsmall"):
            fields.choice(desk, ("prompts", number, "way"), "Type", WAYS, say=str.capitalize, default=WAYS[0])
        st.button(
            "", icon=":material/arrow_upward:", key=f"plan-lift-{number}", type="tertiary", disabled=not number,
            help="Earlier in the chain", on_click=moves.lift, args=(desk, "prompts", number),
        )  # fmt: skip
        st.button(
            "", icon=":material/close:", key=f"plan-drop-prompt-{number}", type="tertiary", help="Take out",
            on_click=moves.drop, args=(desk, "prompts", number),
        )  # fmt: skip
    fields.area(desk, ("prompts", number, "purpose"), "Purpose", height=70)
    fields.area(desk, ("prompts", number, "output"), "Expected output format", height=70, placeholder="A label, JSON, …")
    fields.link(
        desk, ("prompts", number, "prompt"), "Prompt that exists for it", names, placeholder="Not written yet",
        help="A prompt, or prompt@label, or prompt@7",
    )  # fmt: skip


def _add(desk: Desk, row: dict[str, str]) -> None:
    taken = {one.name for one in desk.plan.prompts}
    number = len(taken) + 1
    while f"Prompt {number}" in taken:
        number += 1
    moves.add(desk, "prompts", {**row, "name": f"Prompt {number}"})


def known(store: Store) -> list[str]:
    """References to prompts that can be linked: names, and names with their labels."""
    from workbench.prompts import registry

    found = registry.page(store, limit=_OFFERED)
    return [ref for one in found for ref in (one.name, *(f"{one.name}@{label}" for label in sorted(one.labels)))]
