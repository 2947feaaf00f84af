"""The step Metrics: what success means, read from what, and where it stands now."""

import streamlit as st

from pages.handover.plan_parts import desk as desks
from pages.handover.plan_parts import fields, moves, reading, required
from pages.handover.plan_parts.desk import Desk
from pages.parts import page, session
from workbench.export.plans.measures import ABOUT, OF_CALLS, SAID, UNITS, Measured, budget_name
from workbench.export.plans.model import CHOOSE, DIRECTIONS, ENOUGH_METRICS, KINDS, MOST_METRICS
from workbench.store import Store

_UNITS = {"share": "as 0.9 or 90 %", "score": "0 to 1", "ms": "milliseconds", "usd": "dollars"}
_NONE = "nothing"
_ALL = "All calls"


def draw(store: Store, desk: Desk) -> None:
    """Draw a box a metric."""
    measured = reading.of(store, desk.plan)
    if len(measured) < ENOUGH_METRICS:
        page.notice(f"A plan names three success metrics or more; this one has {len(measured)}.", "warning")
    for number, one in enumerate(measured):
        with st.container(border=True, gap="small", key=f"plan-metric-{number}"):
            _one(store, desk, number, one)
    if len(measured) < MOST_METRICS:
        st.button("Add a metric", icon=":material/add:", key="plan-add-metric", on_click=_add, args=(desk,))
    if any(one.standing == "no data" for one in measured):
        ways()


def _one(store: Store, desk: Desk, number: int, one: Measured) -> None:
    path = ("metrics", number)
    linked = one.metric.measure
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(width=190, gap="xsmall"):
            fields.line(desk, (*path, "name"), "Metric")
        with st.container(width=200, gap="xsmall"):
            _kind(desk, number)
        with st.container(width=200, gap="xsmall"):
            if linked is None:
                fields.line(desk, (*path, "unit"), "Unit", placeholder="share, ms, usd, …", most=40)
            else:
                label, names = _of(store, linked.kind)
                of_calls = linked.kind in OF_CALLS
                fields.link(
                    desk, (*path, "measure", "of"), label, names, none=CHOOSE if of_calls else "", also={_ALL: ""} if of_calls else None,
                    placeholder="Choose the prompt" if of_calls else _ALL if linked.kind == "budget_share" else "Choose one",
                )  # fmt: skip
        with st.container(width=110, gap="xsmall"):
            fields.choice(desk, (*path, "direction"), "Target is", DIRECTIONS, say=str.capitalize, default=DIRECTIONS[0])
        with st.container(width=110, gap="xsmall"):
            _target(desk, number, UNITS.get(linked.kind, one.reading.unit) if linked else one.metric.unit)
        with st.container(width="content"):
            st.button(
                "", icon=":material/close:", key=f"plan-drop-metric-{number}", type="tertiary", help="Take out",
                on_click=moves.drop, args=(desk, "metrics", number),
            )  # fmt: skip
    reading.line(one)


def _kind(desk: Desk, number: int) -> None:
    key = fields.key_of(desk, ("metrics", number, "kind"))
    value = str(desk.value(("metrics", number, "measure", "kind"), _NONE))
    options = [_NONE, *KINDS]
    st.selectbox(
        "Read from", options, index=options.index(value), key=key, format_func=lambda kind: SAID.get(kind, "Nothing here"),
        on_change=_link, args=(desk, number, key),
    )  # fmt: skip


def _link(desk: Desk, number: int, key: str) -> None:
    kind = str(st.session_state.get(key) or _NONE)
    of = str(desk.value(("metrics", number, "measure", "of")))
    before = str(desk.value(("metrics", number, "measure", "kind"), _NONE))
    # A prompt stays chosen; "" is all calls to some kinds, and none to a score.
    keeps = kind not in ABOUT and before not in ABOUT and (of not in ("", CHOOSE) or {kind, before} <= OF_CALLS)
    none = CHOOSE if kind in OF_CALLS else ""
    desks.edit(desk, ("metrics", number, "measure"), None if kind == _NONE else {"kind": kind, "of": of if keeps else none})
    desks.redraw(desk)


def _of(store: Store, kind: str) -> tuple[str, list[str]]:
    """The label of what a measure is of, and what is offered."""
    if kind == "own_metric":
        from workbench.ledger import metrics

        return "Metric read", [one.name for one in metrics.names(store)]
    if kind == "budget_share":
        from workbench.ledger import budgets

        return "Budget", [name for one in budgets.all(store) if one.period == "month" and (name := budget_name(one))]
    return "Prompt", required.known(store)


def _target(desk: Desk, number: int, unit: str) -> None:
    path = ("metrics", number, "target")
    key = fields.key_of(desk, path)
    value = desk.value(path)
    shown = f"{value:.12g}" if isinstance(value, float) else str(value)
    st.text_input(
        "Target", value=shown, key=key, max_chars=40, help=_UNITS.get(unit), placeholder="0.9", on_change=_take, args=(desk, path, key)
    )
    fields.wrong(desk, path)


def _take(desk: Desk, path: desks.Path, key: str) -> None:
    text = str(st.session_state.get(key) or "").strip()
    share = text.removesuffix("%").strip()
    if text.endswith("%") and share.replace(".", "", 1).isdigit():
        text = f"{float(share) / 100:.12g}"
    desks.edit(desk, path, text)


def _add(desk: Desk) -> None:
    taken = {one.name for one in desk.plan.metrics}
    number = len(taken) + 1
    while f"metric {number}" in taken:
        number += 1
    moves.add(desk, "metrics", {"name": f"metric {number}"})


def ways() -> None:
    """Where figures come from, for who has none yet."""
    with st.container(horizontal=True):
        session.link(session.COMPARE, "Compare versions for a score", icon=":material/balance:")
        session.link(session.METRICS, "Record a metric of your own", icon=":material/show_chart:")
