"""The answer: a month before and after, what it saves, what it does to quality and latency. Never the one without the others."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.spend.whatif_parts import result, telling, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Latency, Outcome, Quality, Recorded

_SOURCES = {"stated": "as stated, not measured"}


def draw(desk: Desk, outcome: Outcome) -> None:
    """Draw the cards and the sentences under them."""
    if result.is_stale(desk):
        telling.stale(desk)
    with st.container(key="whatif-headline", gap="small"):
        upper = st.columns(2, gap="small")
        with upper[0]:
            _month(outcome)
        with upper[1]:
            _saved(outcome)
        lower = st.columns(2, gap="small")
        with lower[0]:
            _quality(outcome)
        with lower[1]:
            _latency(outcome.before.latency, outcome.after.latency)
    telling.sentences(outcome)


def _month(outcome: Outcome) -> None:
    before, after = outcome.before.usd, outcome.after.usd
    changed = after.value != before.value or bool(outcome.scenario.levers)
    value = f"{wording.usd(before.value)} → {wording.usd(after.value)}" if changed else wording.usd(after.value)
    lines = [wording.band_said(after)]
    if outcome.as_billed_usd is not None and isinstance(outcome.scenario.baseline, Recorded):
        lines.append(f"as billed {wording.usd(outcome.as_billed_usd)}")
    unpriced = outcome.after.unpriced_calls or outcome.before.unpriced_calls
    if unpriced:
        lines.append(f"without {wording.count(unpriced)} unpriced calls")
    elif outcome.after.usd_per_call is not None:
        lines.append(f"{wording.usd(outcome.after.usd_per_call)} a call")
    if changed:
        lines.append(f"{len(outcome.months)} months {wording.usd(outcome.year.value)}")
    _card("month", "A month", value, lines)


def _saved(outcome: Outcome) -> None:
    saved = outcome.saved
    if not outcome.scenario.levers:
        _card("saved", "Saved a month", fmt.NONE, ["Nothing is changed yet: switch a lever on."])
        return
    before = outcome.before.usd.value
    part = f" · {wording.share(abs(saved.value) / before)}" if before else ""
    more = saved.value < 0
    _card(
        "saved",
        "Costs more a month" if more else "Saved a month",
        f"{wording.usd(abs(saved.value))}{part}",
        [wording.band_said(saved) if saved.value else "The levers change nothing yet."],
    )


def _quality(outcome: Outcome) -> None:
    before, after = outcome.before.quality, outcome.after.quality
    value = f"{wording.quality(before)} → {wording.quality(after)}" if outcome.scenario.levers else wording.quality(after)
    if before.value is None and after.value is None:
        value = "Unknown"
    with st.container(border=True, key="whatif-card-quality", gap="xsmall", height="stretch"):
        _head("Quality of the mix", value)
        st.caption(wording.md(_quality_said(after)))
        if after.unknown:
            _plan_button(after)


def _quality_said(found: Quality) -> str:
    if found.unknown:
        names = ", ".join(found.unknown[:3]) + (" and others" if len(found.unknown) > 3 else "")
        return f"No run and no statement says how good {names} {'is' if len(found.unknown) == 1 else 'are'}."
    source = "; ".join(_SOURCES.get(each, each) for each in dict.fromkeys(found.sources.values()))
    interval = wording.quality_band(found)
    return " · ".join(each for each in (f"interval {interval}" if interval else "", source) if each)


def _plan_button(found: Quality) -> None:
    """The way to a run that would tell."""
    if st.button("Plan a run", icon=":material/balance:", key="plan-run", help="Compare the models on your own cases: then it is known."):
        session.go(session.COMPARE, m=",".join(each for each in found.unknown if "/" in each and "," not in each) or None)


def _latency(before: Latency, after: Latency) -> None:
    value = wording.latency(after)
    lines = ["p50 / p95, answers of caches among them" if value != "unknown" else _unknown(after)]
    if value != "unknown" and wording.latency(before) != value:
        lines.append(f"before {wording.latency(before)}")
    _card("latency", "Latency", value.capitalize() if value == "unknown" else value, lines)


def _unknown(found: Latency) -> str:
    return f"No call and no statement says how fast {', '.join(found.unknown[:3]) or 'it'} is."


def _card(key: str, title: str, value: str, lines: list[str]) -> None:
    with st.container(border=True, key=f"whatif-card-{key}", gap="xsmall", height="stretch"):
        _head(title, value)
        st.caption(wording.md(" · ".join(each for each in lines if each)))


def _head(title: str, value: str) -> None:
    st.caption(title)
    with st.container(key=f"whatif-value-{title.split(maxsplit=1)[0].lower()}"):
        st.markdown(wording.md(value))
