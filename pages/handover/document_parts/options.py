"""What else a kind of document can be told: two versions to compare, a baseline, the day of prices. A fold, where there is something."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.handover.document_parts import choosing, keeping
from pages.handover.document_parts.choosing import Chosen
from workbench.comparison import verdict
from workbench.errors import InputError
from workbench.export.reports import outcome, versus
from workbench.runner import reading
from workbench.store import Store

_LEVELS = {"0.8": "80 %", "0.9": "90 %", "0.99": "99 %"}


def draw(store: Store, chosen: Chosen) -> None:
    """The fold; what is set is kept."""
    if chosen.kind not in _KINDS:
        return
    now = keeping.options(chosen)
    with st.expander(f"Options: {len(now)} set" if now else "Options", icon=":material/tune:", key="document-options"):
        for name, value in _KINDS[chosen.kind](store, chosen, now).items():
            if value != now.get(name, ""):
                keeping.option(chosen, name, value)


def _prompt(store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    refs = choosing.refs(store, chosen.about)
    st.caption("Two versions whose difference the changelog shows in full.")
    with st.container(horizontal=True):
        begin = keeping.pick(chosen, "from", "From", refs, now=now.get("from", ""), none="The version before")
        end = keeping.pick(chosen, "to", "To", refs, now=now.get("to", ""), none="The documented version")
    return {"from": begin, "to": end}


def _comparison(store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    names = [one.name for one in reading.get(store, chosen.subject).variants]
    text = "The variant that all others are held against"
    baseline = keeping.pick(chosen, "baseline", "Baseline", names, now=now.get("baseline", ""), none="None: all pairs", text=text)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = keeping.pick(chosen, "level", "Intervals", list(_LEVELS), now=now.get("level", ""), none="95 %", titles=_LEVELS)
        margin = _text(chosen, "margin", "Counts as equal within", now=now, hint="No margin", text="A difference of the score, as 0.02")
    titles = _metrics(store, chosen, now)
    about = "Forest and table of this metric alone"
    metric = keeping.pick(
        chosen, "metric", "Pairs shown on", list(titles), now=now.get("metric", ""), none="Every metric", titles=titles, text=about
    )
    return {"baseline": baseline, "level": level, "margin": margin, "metric": metric}


def _metrics(store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    """The metrics that the run has, by name: compared as the document is, which is worked out once, or as the run was planned where
    an option makes no sense (the document says which).
    """
    try:
        made, _ = versus.options(now)
        found = verdict.compare_run(store, chosen.subject, made)
    except InputError:
        found = verdict.compare_run(store, chosen.subject)
    return {one.name: one.title for one in found.metrics}


def _evaluation(_store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    said = now.get("cases", "")
    start = int(said) if said.isdecimal() else outcome.MOST_CASES
    shown = st.number_input("Failing cases shown", 0, 100, min(100, start), key=keeping.key(chosen, "cases"))
    return {"cases": "" if shown == outcome.MOST_CASES else str(int(shown))}


def _cost(_store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    try:
        start = date.fromisoformat(now.get("prices_at", ""))
    except ValueError:
        start = None
    day = st.date_input(
        "Prices of", start, key=keeping.key(chosen, "prices_at"), help="Empty: the day the scenario names, else the newest of the data"
    )
    return {"prices_at": day.isoformat() if isinstance(day, date) else ""}


def _slides(store: Store, chosen: Chosen, now: dict[str, str]) -> dict[str, str]:
    made = {}
    if run := chosen.options.get("run"):
        names = [one.name for one in reading.get(store, run).variants]
        made["baseline"] = keeping.pick(
            chosen, f"baseline-{run}", "Baseline", names, now=now.get("baseline", ""), none="The run's first variant"
        )
    made["project"] = _text(chosen, "project", "Project", now=now, hint="As the plan is called, else the prompt")
    made["name"] = _text(chosen, "name", "Your name", now=now, hint="The plan's owner, else who wrote the version")
    made["contact"] = _text(chosen, "contact", "Contact", now=now, hint="The plan's contact")
    return made


def _text(chosen: Chosen, name: str, label: str, *, now: dict[str, str], hint: str, text: str | None = None) -> str:
    widget = keeping.key(chosen, name)
    st.session_state.setdefault(widget, now.get(name, ""))
    return str(st.text_input(label, key=widget, placeholder=hint, max_chars=200, help=text) or "").strip()


_KINDS: dict[str, Callable[[Store, Chosen, dict[str, str]], dict[str, str]]] = {
    "prompt": _prompt,
    "comparison": _comparison,
    "evaluation": _evaluation,
    "cost": _cost,
    "slides": _slides,
}
