"""The architecture: drawn from the chain of prompts, or as the person wrote it in mermaid; the same words go into every export."""

import streamlit as st

from pages.handover.plan_parts import desk as desks
from pages.handover.plan_parts import fields
from pages.handover.plan_parts.desk import Desk
from pages.parts import safe
from workbench.errors import InputError
from workbench.export.plans import drawing, shipped

# The browser's mermaid shows its own codes as they are: what looks alike stands in a label instead.
_ALIKE = {'"': "'", "`": "'", "<": "‹", ">": "›", "&": "＆", "#": "＃", ";": ",", "\\": "∖"}


def draw(desk: Desk, *, editable: bool = True) -> None:
    """Draw the diagram, and the field in which it can be changed."""
    st.markdown("**Architecture**")
    plan = shipped.filled(desk.plan)  # as it is handed over: what a start says to write there is no part of it
    source = drawing.mermaid(plan)
    error = problem(source)
    if not (plan.prompts or plan.architecture):
        st.caption("There is nothing to draw yet: name the prompts required, or draw a diagram.")
    elif error is None:
        shown = source if plan.architecture else drawing.chain(plan, codes=_ALIKE, down=True)
        st.mermaid_chart(picture(shown), alt=safe.plain(drawing.diagram(plan).alt))
    else:
        fields.tell(error)
        safe.code(source)
    if not editable:
        return
    if not desk.plan.architecture:
        if plan.prompts:
            st.caption("Drawn from the prompts, in their order.")
        st.button(
            "Edit as mermaid", icon=":material/edit:", key="plan-own-diagram", on_click=desks.edit, args=(desk, ("architecture",), source)
        )
        return
    fields.area(desk, ("architecture",), "Mermaid", help="A flow chart: graph LR, then A[Text] --> B{Text}.", height=220)
    st.button("Draw from the prompts again", icon=":material/restart_alt:", key="plan-chain-diagram", on_click=_again, args=(desk,))


def problem(source: str) -> InputError | None:
    """What is wrong with a diagram; None where it can be drawn in every format."""
    from workbench.export import diagrams

    try:
        diagrams.parse(source)
    except InputError as error:
        return error
    return None


def picture(source: str) -> str:
    """The diagram as the browser may draw it: no line that would set options, styles or links."""
    kept = [
        line
        for line in safe.plain(source).splitlines()
        if not line.strip().startswith(("click ", "%%{", "style ", "classDef ", "linkStyle "))
    ]
    return "\n".join(kept)


def _again(desk: Desk) -> None:
    desks.edit(desk, ("architecture",), "")
    desks.redraw(desk)
