"""The cheapest plan under limits: the limits, the plan or why there is none, and the frontier whose points can be taken over."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, session
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import frontier_chart, limit_fields, plans, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.store import Store

if TYPE_CHECKING:
    from workbench.cost.optimiser import Plan

_CACHE = {
    "off": "no cache",
    "exact": "an exact-match cache",
    "semantic": "a semantic cache",
    "exact+semantic": "an exact-match cache and a semantic one behind it",
}


def draw(store: Store, desk: Desk) -> None:
    """Draw the limits, then the plan that keeps them, then what else could be had."""
    limit_fields.draw(desk)
    plan = plans.cheapest(store, desk.good)
    if plan.feasible:
        _found(desk, plan)
    else:
        _impossible(plan)
    for note in plan.notes:
        st.caption(wording.md(note))
    frontier_chart.draw(store, desk)


def said(plan: "Plan") -> str:
    """The plan's figures in a line: never its price without what it does to quality and latency."""
    quality = "quality unknown" if plan.quality is None else f"quality {wording.share(plan.quality)}"
    p95 = "p95 unknown" if plan.p95_ms is None else f"p95 {fmt.ms(plan.p95_ms)}"
    return f"{wording.usd(plan.usd)} a month · {quality} · {p95}"


def what(plan: "Plan") -> list[str]:
    """What the plan does, class by class."""
    lines = []
    for name, row in plan.shares.items():
        parts = [f"{model} {wording.share(share)}" if share < 1 else model for model, share in row.items() if share]
        batched = plan.batch.get(name) or 0
        waits = "" if not batched else ", in batches" if batched >= 1 else f", {wording.share(batched)} of them in batches"
        lines.append(f"{'All calls' if name == 'all' else name}: {', '.join(parts)}{waits}")
    return [*lines, f"With {_CACHE.get(plan.cache, plan.cache)}"]


def _found(desk: Desk, plan: "Plan") -> None:
    with st.container(border=True, key="plan"):
        st.markdown(f"**Cheapest plan: {wording.md(said(plan))}**")
        st.markdown("\n".join(f"- {wording.md(line)}" for line in what(plan)))
        for each in plan.binding:
            st.caption(f":material/lock: {wording.md(each.text or f'{each.name}: {each.limit}, reached {each.reached}')}")
        if plan.scenario is not None:
            st.button("Use this plan", icon=":material/check:", key="use-plan", on_click=use, args=(desk, plan),
                      disabled=plans.taken(plan, desk.good) == desk.good,
                      help="Its levers take the place of yours. Undo brings yours back.")  # fmt: skip


def _impossible(plan: "Plan") -> None:
    lines = "\n".join(f"- {wording.md(each)}" for each in plan.conflict)
    st.warning(f"**No plan keeps all of these limits.**\n{lines}", icon=page.ICONS["warning"])


def use(desk: Desk, plan: "Plan") -> None:
    """Make a plan the scenario that is worked on. For a callback."""
    scenario = plans.taken(plan, desk.good)
    if scenario is None:
        return
    desks.replace(desk, scenario)
    session.flash("The plan is your scenario now. Save keeps it, Undo brings the one before back.")
