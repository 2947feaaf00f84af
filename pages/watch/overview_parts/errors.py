"""The errors of the range by type: how many, how sure, how many before, when the last one was, and the newest calls of each."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from workbench.monitoring.dashboard_model import Dashboard, ErrorGroup
from workbench.text.counting import counted


def draw(found: Dashboard, now_ms: int) -> None:
    """Draw them, or say that there are none."""
    if not found.errors:
        st.caption(f":material/check: No call failed among {wording.count(found.calls)}.")
        return
    with st.container(gap="small", key="watch-errors"):
        for number, group in enumerate(found.errors):
            _group(group, number, found, now_ms)


def _group(group: ErrorGroup, number: int, found: Dashboard, now_ms: int) -> None:
    view = found.view
    within = asking.period(view.range.since_ms, view.range.until_ms)
    only = asking.parameters({**view.filters, "error_type": group.error_type, "status": "error"})
    with st.container(
        horizontal=True, border=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"watch-error-{number}"
    ):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{wording.md(group.error_type)}** · {wording.md(_count(group, found.calls))}")
            if group.message:
                st.markdown(f":small[{wording.md(group.message)}]")
            st.caption(wording.md(_more(group, now_ms)))
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            for call in group.examples:
                session.link(session.CALLS, f"Call {call}", icon=":material/receipt_long:", **only, **within, call=call)
            session.link(session.CALLS, "All of them", icon=":material/list:", **only, **within)


def _count(group: ErrorGroup, calls: int) -> str:
    interval = f"{wording.share(group.low)} to {wording.share(group.high)}"
    return f"{group.n:,} of {counted(calls, 'request')}, {wording.share(group.share)} ({interval})"


def _more(group: ErrorGroup, now_ms: int) -> str:
    before = f"{group.previous:,} in the period before" if group.previous else "none in the period before"
    return before if group.last_ms is None else f"{before} · the last one {fmt.ago(group.last_ms, now_ms)}"
