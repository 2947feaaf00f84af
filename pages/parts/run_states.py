"""The states of a run in words, icons and colours, and its progress in one line."""

from dataclasses import dataclass

import streamlit as st

from pages.parts import format as fmt
from workbench.runner.reading import Run
from workbench.text.counting import counted


@dataclass(frozen=True)
class _State:
    word: str
    icon: str
    sign: str  # the icon where only text goes: a cell of a table
    colour: str


STATES = {
    "planned": _State("Planned", "schedule", "◷", "gray"),
    "running": _State("Running", "autorenew", "▶", "blue"),
    "interrupted": _State("Interrupted", "power_off", "⚠", "orange"),
    "stopped": _State("Stopped", "stop_circle", "■", "orange"),
    "capped": _State("Cap reached", "savings", "◆", "orange"),
    "decided": _State("Decided early", "gavel", "✓", "green"),
    "finished": _State("Finished", "check_circle", "✓", "green"),
    "failed": _State("Failed", "error", "✕", "red"),
}


def badge(state: str, *, stopping: bool = False) -> None:
    """The state as icon and word."""
    shown = STATES.get(state, _State(state, "help", "?", "gray"))
    word = "Stopping" if stopping and state == "running" else shown.word
    st.badge(word, icon=f":material/{shown.icon}:", color=shown.colour)


def marks(run: Run) -> None:
    """What must not be overlooked: a demo, a simulated model."""
    if run.simulated:
        st.badge(fmt.SIMULATED, icon=":material/science:", color="violet")
    if run.demo:
        st.badge(fmt.DEMO, icon=":material/school:", color="gray")


def word(state: str) -> str:
    """The state as a word."""
    return STATES[state].word if state in STATES else state


def line(run: Run) -> str:
    """Progress in one line: done of total, failures, money, time."""
    if run.decided_after is not None:
        return _decided(run, run.decided_after)
    parts = [f"{run.done:,} of {run.total:,}"]
    if run.failed:
        parts.append(f"{run.failed:,} failed")
    if run.reused:
        parts.append(f"{run.reused:,} reused")
    parts.append(f"{fmt.usd(run.spent_nano)} spent" + (f", {counted(run.unpriced, 'call')} without a price" if run.unpriced else ""))
    if run.state == "running" and run.eta_s is not None:
        parts.append(f"about {fmt.duration(run.eta_s)} left")
    elif run.active_ms:
        parts.append(f"{fmt.duration(run.active_ms / 1000)} at work")
    return " · ".join(parts)


def _decided(run: Run, cases: int) -> str:
    money = f" and about {fmt.usd(run.saved_nano)}" if run.saved_nano else ""
    saved = f"{counted(run.saved_calls, 'call')}{money} saved"
    failed = [f"{run.failed:,} failed"] if run.failed else []
    spent = f"{fmt.usd(run.spent_nano)} spent"
    return " · ".join([f"Decided after {cases:,} of {counted(run.plan.cases, 'case')}: {saved}", *failed, spent])
