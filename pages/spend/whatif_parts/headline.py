"""The answer: a month before and after, what it saves, what it does to quality and latency. Never the one without the others."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.spend.whatif_parts import result, telling, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost import comparing, quality
from workbench.cost.model import Recorded
from workbench.cost.outcome import Figure, Latency, Outcome, Quality
from workbench.text.counting import counted

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
    before, after = comparing.total(outcome.before), comparing.total(outcome.after)
    changed = after != before or bool(outcome.scenario.levers)
    value = f"{wording.total(before)} → {wording.total(after)}" if changed else wording.total(after)
    lines = [wording.band_said(after) if after is not None else "No call that reaches a model has a price: what it costs is not known"]
    if outcome.as_billed_usd is not None and isinstance(outcome.scenario.baseline, Recorded):
        lines.append(f"as billed {wording.usd(outcome.as_billed_usd)}")
    unpriced = outcome.after.unpriced_calls or outcome.before.unpriced_calls
    if unpriced:
        lines.append(f"without the {wording.count(unpriced)} calls that have no price" if after is not None else "")
    elif outcome.after.usd_per_call is not None:
        lines.append(f"{wording.usd(outcome.after.usd_per_call)} a call")
    if changed and after is not None:
        lines.append(f"{counted(len(outcome.months), 'month')} {wording.usd(outcome.year.value)}")
    _card("month", "A month", value.capitalize(), lines)


def _saved(outcome: Outcome) -> None:
    saved, part = comparing.saved(outcome), comparing.saved_share(outcome)
    if not outcome.scenario.levers:
        _card("saved", "Saved a month", fmt.NONE, ["Nothing is changed yet: switch a lever on."])
    elif saved is None:
        _card("saved", "Saved a month", "Unknown", ["Not every call has a price, before and with it. State prices under Assumptions."])
    else:
        more = saved.value < 0
        shown = _turned(saved) if more else saved
        of_all = f" · {wording.share(abs(part))}" if part is not None else ""
        title = "Costs more a month" if more else "Saved a month"
        said = wording.band_said(shown) if saved.value else "The levers change nothing yet."
        _card("saved", title, f"{wording.usd(shown.value)}{of_all}", [said])


def _turned(saved: Figure) -> Figure:
    """What a month costs more, with its range: a saving below zero, the other way round."""
    return Figure(-saved.value, None if saved.high is None else -saved.high, None if saved.low is None else -saved.low)


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
        return f"No run and no statement says how good {_names(found.unknown)}."
    source = "; ".join(_SOURCES.get(each, each) for each in dict.fromkeys(found.sources.values()))
    interval = wording.quality_band(found)
    return " · ".join(each for each in (f"interval {interval}" if interval else "", source) if each)


def _names(models: tuple[str, ...]) -> str:
    """Models with their verb: a is; a, b are."""
    more = " and others" if len(models) > 3 else ""
    return f"{', '.join(models[:3])}{more} {'is' if len(models) == 1 else 'are'}" if models else ""


def _plan_button(found: Quality) -> None:
    """The way to a run that would tell."""
    if st.button("Plan a run", icon=":material/balance:", key="plan-run", help="Compare the models on your own cases: then it is known."):
        named = [quality.parted(each) for each in found.unknown if "/" in each and "," not in each]
        models, versions = (dict.fromkeys(filter(None, names)) for names in zip(*named, strict=True)) if named else ({}, {})
        session.go(session.COMPARE, m=",".join(models) or None, v=",".join(versions) or None)


def _latency(before: Latency, after: Latency) -> None:
    value = wording.latency(after)
    lines = ["p50 / p95: half and 95 % of the answers are faster, those of caches among them" if value != "unknown" else _unknown(after)]
    if value != "unknown" and wording.latency(before) != value:
        lines.append(f"before {wording.latency(before)}")
    _card("latency", "Latency", value.capitalize() if value == "unknown" else value, lines)


def _unknown(found: Latency) -> str:
    return f"No call and no statement says how fast {_names(found.unknown) or 'it is'}."


def _card(key: str, title: str, value: str, lines: list[str]) -> None:
    with st.container(border=True, key=f"whatif-card-{key}", gap="xsmall", height="stretch"):
        _head(title, value)
        st.caption(wording.md(" · ".join(each for each in lines if each)))


def _head(title: str, value: str) -> None:
    st.caption(title)
    with st.container(key=f"whatif-value-{title.split(maxsplit=1)[0].lower()}"):
        st.markdown(wording.md(value))
