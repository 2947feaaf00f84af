"""Rules on the recorded calls: how many calls and dollars each takes, and the calls whose class looks too low, each a press away."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, tables
from pages.spend.whatif_parts import fitting, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost import rules as ruling
from workbench.cost.model import Recorded, Routing
from workbench.errors import WorkbenchError
from workbench.ledger import reading
from workbench.store import Store
from workbench.text.counting import counted

_SHOWN = 50
_TEXT = st.column_config.TextColumn
_OPEN = "whatif-call"
_NOT_TOLD = "What it asks is not recorded of these calls: they went on to the next rule."
_LONG = 20_000  # characters of a prompt or a reply that are shown


def draw(store: Store, desk: Desk, recorded: Recorded) -> None:
    """Draw the trial and the mistakes."""
    from workbench.cost import columns

    rules = fitting.rules_of(desk.good)
    calls = columns.load(store, recorded)
    trial = ruling.try_out(calls, rules)
    if not trial.calls:
        st.caption("There is no recorded call in the period to try them on.")
        return
    st.markdown(f"**On the {counted(trial.calls, 'answered call')} of the period**")
    rows = [
        {
            "rule": each.said or each.name, "klass": each.klass, "calls": f"{each.calls:,}", "share": fmt.percent(each.share, 1),
            "usd": wording.usd(each.usd), "unknown": f"{each.unknown:,}" if each.unknown else "",
        }
        for each in trial.rules
    ]  # fmt: skip
    headings = {"rule": _TEXT("Rule", width=225), "klass": _TEXT("Class", width=80), "calls": _TEXT("Calls", width=65),
                "share": _TEXT("Share", width=65), "usd": _TEXT("Cost", width=75, help="As recorded."),
                "unknown": _TEXT("Not told", width=70, help=_NOT_TOLD)}  # fmt: skip
    tables.table(rows, headings, "trial", alt="What each rule takes of the recorded calls")
    _mistakes(store, desk, calls)


def _mistakes(store: Store, desk: Desk, calls: "object") -> None:
    routing = next((lever for lever in desk.good.levers if isinstance(lever, Routing)), None)
    routed = {name: list(row) for name, row in routing.shares.items()} if routing else None
    found = ruling.mistakes(store, calls, fitting.rules_of(desk.good), _SHOWN, routed=routed)  # type: ignore[arg-type]
    silent = [kind for kind, count in found.could_speak.items() if not count]
    if not found.total:
        st.caption(f"No call looks wrong, of {found.looked_at:,} that a condition took.{_silent(silent)}")
        return
    look = counted(found.total, "call looks as if its", "calls look as if their")
    st.markdown(f"**{look} class were too low**, of {found.looked_at:,} that a condition took")
    rows = [{"id": each.call_id, "klass": each.klass, "model": each.model, "why": " ".join(each.why)} for each in found.calls]
    headings = {"klass": _TEXT("Class", width=90), "model": _TEXT("Answered by", width=170), "why": _TEXT("Evidence", width=420)}
    tables.table(rows, headings, "mistakes", on_select=_open, alt="Calls whose class looks too low, with the evidence")
    if silent:
        st.caption(_silent(silent).strip())
    wanted = st.session_state.pop(_OPEN, None)
    if wanted is not None:
        _show(store, int(wanted))


def _silent(kinds: list[str]) -> str:
    return f" Silent for want of data: {', '.join(kinds)}." if kinds else ""


def _open(call_id: int) -> None:
    st.session_state[_OPEN] = call_id


def _show(store: Store, call_id: int) -> None:
    @st.dialog(f"Call {call_id}", width="large", position="right")
    def drawer() -> None:
        try:
            call = reading.get(store, call_id)
        except WorkbenchError as error:
            st.caption(safe.escape(error))
            return
        st.caption(safe.escape(f"{call.provider}/{call.model} · {fmt.moment(call.started_ms)} UTC · {fmt.ms(call.latency_ms)}"))
        st.caption("Asked")
        safe.code(_asked(call.request), height=320)
        st.caption("Replied")
        safe.code(str(call.reply or "no text was recorded")[:_LONG], height=320)

    drawer()


def _asked(request: object) -> str:
    messages = request.get("messages") if isinstance(request, dict) else None
    lines = [f"{each.get('role', '')}: {each.get('content', '')}" for each in messages or [] if isinstance(each, dict)]
    return "\n\n".join(lines)[:_LONG] or "no text was recorded"
