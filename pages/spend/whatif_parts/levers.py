"""The levers, a row each: a switch, what it alone changes, and its fields once it is on. The order they stand in never matters."""

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import lever_fields, paths, starting, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost import comparing
from workbench.cost.outcome import Outcome

_HELP = {
    "routing": "Simple questions go to a cheaper model: shares by class, or rules on the recorded calls.",
    "exact_cache": "A reply is given again to an identical prompt. On recorded calls the rate is measured by a replay.",
    "semantic_cache": "A reply is given again to a similar prompt. Both rates are assumptions; some hits answer another question.",
    "prompt_caching": "The provider keeps the beginning that prompts share and bills it less; writing it costs more.",
    "batch": "Calls that can wait go in batches, at the provider's batch price.",
    "shorter_prompt": "Another version of a prompt, with its real token count.",
    "output_cap": "Replies end after so many tokens.",
    "retries": "Attempts fail and are tried again. Recorded calls hold their own retries already: this comes on top.",
    "growth": "Traffic grows month by month.",
    "new_model": "Another model takes over, after routing.",
}


def draw(desk: Desk) -> None:
    """Draw all levers."""
    on = sum(1 for kind in wording.LEVERS if desk.value(("levers", kind)) is not None)
    st.markdown(f"**Levers** · {on} on" if on else "**Levers** · what would be done")
    for kind, name in wording.LEVERS.items():
        _row(desk, kind, name)


def _row(desk: Desk, kind: str, name: str) -> None:
    path = ("levers", kind)
    held, key = desk.value(path), f"lever-{kind}-{desk.rev}"
    with st.container(key=f"lever-{kind}", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.toggle(name, held is not None, key=key, help=_HELP[kind], on_change=_switch, args=(desk, kind, key))
            if held is not None and (said := _alone(desk.outcome, kind)):
                st.caption(safe.escape(said), width="content")
        if held is not None:
            with st.container(key=f"lever-fields-{kind}", gap="xsmall"):
                lever_fields.draw(desk, kind)


def _alone(outcome: Outcome | None, kind: str) -> str:
    """What the lever alone changes of a month."""
    if outcome is None or comparing.saved(outcome) is None:
        return ""  # what leaves the sum for want of a price is not saved
    part = next((each for each in outcome.parts if each.kind == kind), None)
    return "" if part is None else f"alone {wording.change(part.usd)}"


def _switch(desk: Desk, kind: str, key: str) -> None:
    path = ("levers", kind)
    if not st.session_state[key]:
        desks.edit(desk, path, None)
        return
    before = paths.get(desk.base, path)
    desks.edit(desk, path, before if before is not None else starting.lever(desk.good, kind))
