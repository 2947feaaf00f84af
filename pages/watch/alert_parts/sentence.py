"""The fields of a rule as the sentence they make: when this, of these calls, over so long, is beyond that, then tell it so."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import safe
from pages.watch.alert_parts import drafts, filters, offers, units, wording
from pages.watch.alert_parts.drafts import LAST, TIME, P, get, put
from workbench.store import Store

DRAWN = frozenset(
    {"metric", "aggregation", "filters", "last_n", "window_s", "compare", "threshold", "quota", "hold_s", "minimum_n", "severity"}
)  # what is wrong with these, the sentence says itself


def draw(store: Store, wrong: Mapping[str, str]) -> None:
    """Draw the fields, what is wrong with each under its line."""
    metric, aggregation, compare = _kind()
    with _line("what"):
        _word("When the")
        _pick("Aggregation", "aggregation", offers.aggregations(metric), lambda name: offers.aggregation(metric, name), 185)
        _word("of")
        _pick("Metric", "metric", offers.measures(store, metric), offers.measure, 205)
        filters.draw(store, metric)
    wrong_with(wrong, "metric", "aggregation", "filters")
    with _line("window"):
        _window(metric, aggregation)
        _word("is")
        _pick("Compare", "compare", offers.compares(aggregation), offers.compare, 195)
        unit = units.unit(metric, aggregation, compare)
        _text("Threshold", "threshold", 110, unit.usual)
        _word(f"{unit.word} {offers.behind(compare)}".strip())
    wrong_with(wrong, "last_n", "window_s", "compare", "threshold")
    if aggregation == "quota":
        _quota(metric, wrong)
    with _line("hold"):
        _word("for at least")
        _text("Beyond for at least", "hold", 110, "0 min")
        _word("with")
        _text("Fewest calls or values", "minimum_n", 90, "0")
        _word(f"{offers.counted(metric)} or more, tell it as")
        said = {name: f"{icon} {word}" for name, (word, icon, _) in wording.SEVERITIES.items()}
        _segments("Severity", "severity", {name: said[name] for name in reversed(said)})
    wrong_with(wrong, "hold_s", "minimum_n", "severity")


def wrong_with(wrong: Mapping[str, str], *fields: str) -> None:
    """Draw what is wrong with the fields of a line, under it."""
    for name in fields:
        if said := wrong.get(name):
            st.markdown(f":red[:material/error: {safe.escape(said, limit=400)}]")


def _window(metric: str, aggregation: str) -> None:
    _word("over")
    last = get("kind") == LAST
    if last:
        _text("Number of calls", "last_n", 100, "1,000")
    if aggregation != "quota":
        _segments("Window", "kind", {TIME: "a time", LAST: f"last {offers.counted(metric)}"})
    _word("of the last" if last else "" if aggregation == "quota" else "of")
    _text("Length of the window", "window", 110, "5 min")


def _quota(metric: str, wrong: Mapping[str, str]) -> None:
    with _line("quota"):
        _word("The quota is")
        _text("Quota", "quota", 160, "5,000,000" if metric == "tokens" else "20")
        _word("tokens in that time." if metric == "tokens" else "dollars in that time; empty: the budget of all calls a day.")
    if metric == "tokens" and not str(get("quota") or "").strip():
        st.caption(":material/info: Until there is a quota, the rule stays silent and says so.")
    wrong_with(wrong, "quota")


def _kind() -> tuple[str, str, str]:
    return str(get("metric")), str(get("aggregation")), str(get("compare"))


def _changed(before: tuple[str, str, str]) -> None:
    """Another metric may know other aggregations and count in another unit: what does not fit is put right. For a callback."""
    drafts.follow()
    metric, aggregation, compare = _kind()
    if aggregation not in offers.aggregations(metric):
        aggregation = offers.usual(metric)
        put("aggregation", aggregation)
    if aggregation == "quota" and before[1] != "quota":
        for name, value in (("compare", "above"), ("kind", TIME), ("window", wording.span(86_400)), ("minimum_n", "0")):
            put(name, value)
        compare = "above"
    unit = units.unit(metric, aggregation, compare)
    if unit != units.unit(*before) or not str(get("threshold")).strip():
        put("threshold", unit.usual)


def _pick(label: str, name: str, options: Sequence[str], say: Callable[[str], str], width: int) -> None:
    said = wording.apart({option: say(option) for option in options})
    st.selectbox(
        label, list(options), key=P + name, format_func=said.__getitem__, width=width, label_visibility="collapsed", on_change=_changed,
        args=(_kind(),),
    )  # fmt: skip


def _segments(label: str, name: str, said: Mapping[str, str]) -> None:
    st.segmented_control(
        label, list(said), key=P + name, format_func=said.__getitem__, required=True, label_visibility="collapsed", width="content",
        on_change=_longer if name == "kind" else None,
    )  # fmt: skip


def _longer() -> None:
    """The last calls of a few minutes are seldom meant: they are looked for in a day. For a callback."""
    drafts.follow()
    if get("kind") == LAST:
        put("window", wording.span(86_400))


def _text(label: str, name: str, width: int, placeholder: str) -> None:
    st.text_input(label, key=P + name, width=width, placeholder=placeholder, max_chars=60, label_visibility="collapsed")


def _word(text: str) -> None:
    if text:
        st.markdown(wording.md(text), width="content")


def _line(name: str) -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"alert-line-{name}")
