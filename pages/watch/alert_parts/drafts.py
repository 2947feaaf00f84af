"""What stands in the form of a rule: filled from a rule, kept while fields come and go, and read as a rule, with what is wrong by field."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

from pages.watch.alert_parts import units, wording
from workbench.errors import InputError
from workbench.monitoring import rules
from workbench.monitoring.rules import FILTERS, LAST_N, Rule

P = "af-"
TIME, LAST = "time", "last"
_HELD = "alerts-draft"  # of a field that is not drawn, the framework forgets what it held
_OF = "alerts-draft-of"
_START = Rule(name="", metric="latency_ms", aggregation="p95", threshold=2_000, window_s=300, hold_s=300, clear_s=120, minimum_n=20)
_SPANS = {"window_s": "window", "hold_s": "hold", "clear_s": "clear", "renotify_s": "renotify"}
# What is said of a field in place of the engine's words, which speak of seconds and shares.
_SAID = {
    "window_s": "Whole minutes, from 1 min to 31 d",
    "hold_s": "At most 7 d",
    "clear_s": "At most 7 d",
    "renotify_s": "From 1 min to 31 d; empty: never again",
}


def fill(rule: Rule | None, *, metric: str = "", tag: str = "") -> None:
    """Put a rule into the form; None is a new one, of the own metric `metric` where it is named."""
    one = rule or _START
    if rule is None and metric:
        one = Rule(name="", metric=rules.OWN + metric, aggregation="mean", threshold=0, compare="below", window_s=3_600, minimum_n=5)
    values: dict[str, Any] = {name: getattr(one, name) for name in ("metric", "aggregation", "compare", "severity", "no_data")}
    values |= {name: getattr(one, name) for name in ("name", "summary", "description")}
    values |= {short: wording.span(getattr(one, name)) for name, short in _SPANS.items()}
    values |= {"kind": TIME if one.last_n is None else LAST, "last_n": f"{one.last_n or LAST_N:,}", "minimum_n": f"{one.minimum_n:,}"}
    values |= {
        "threshold": "" if metric else units.of(one).written(one.threshold),
        "quota": "" if one.quota is None else units.number(one.quota),
    }
    values |= {f"f-{name}": list(one.filters.get(name, ())) for name in FILTERS}
    values["tag"] = str(one.filters["tag"][0]) if "tag" in one.filters else tag
    st.session_state[_HELD] = values
    for name, value in values.items():
        st.session_state[P + name] = value


def forget() -> None:
    """Nothing stands in the form any more."""
    st.session_state.pop(_HELD, None)
    for key in [key for key in st.session_state if str(key).startswith(P)]:
        del st.session_state[key]


def begun(of: Hashable) -> bool:
    """Whether something stands in the form that is about `of`; from now on it is."""
    known = _HELD in st.session_state and st.session_state.get(_OF) == of
    st.session_state[_OF] = of
    return known


def follow() -> None:
    """Take over what was typed, and bring back what fields that were not drawn held. Before the form is drawn."""
    held = st.session_state[_HELD]
    for name in held:
        if P + name in st.session_state:
            held[name] = st.session_state[P + name]
        else:
            st.session_state[P + name] = held[name]


def get(name: str) -> Any:
    """What stands in a field."""
    return st.session_state[_HELD][name]


def put(name: str, value: Any) -> None:
    """Put something into a field. For a callback."""
    st.session_state[_HELD][name] = st.session_state[P + name] = value


def read() -> tuple[Rule | None, dict[str, str]]:
    """The rule that stands there, or None and what is wrong by field; "" is what is wrong with none of them."""
    wrong: dict[str, str] = {}
    held: Mapping[str, Any] = st.session_state[_HELD]
    own = str(held["metric"]).startswith(rules.OWN) or held["metric"] == rules.QUALITY
    values: dict[str, Any] = {name: held[name] for name in ("metric", "aggregation", "compare", "severity", "no_data")}
    values |= {name: str(held[name] or "").strip() for name in ("name", "summary", "description")}
    for name, short in _SPANS.items():
        values[name] = _try(wrong, name, lambda name=name, short=short: wording.seconds(str(held[short] or ""), name))
    values |= {name: values[name] or 0 for name in ("hold_s", "clear_s", "window_s")}
    values["minimum_n"] = _try(wrong, "minimum_n", lambda: units.whole(held["minimum_n"], "minimum_n", 0))
    values["last_n"] = _try(wrong, "last_n", lambda: units.whole(held["last_n"], "last_n", None)) if held["kind"] == LAST else None
    unit = units.unit(values["metric"], values["aggregation"], values["compare"])
    values["threshold"] = _try(wrong, "threshold", lambda: unit.read(held["threshold"]))
    quota = values["aggregation"] == "quota"
    values["quota"] = _try(wrong, "quota", lambda: units.quota(held["quota"], values["metric"])) if quota else None
    values["filters"] = _tag(held) if own else _try(wrong, "filters", lambda: _filters(held))
    if wrong:
        return None, wrong
    rule = Rule(**values)
    return _checked(Rule(**values | {"name": rule.name or units.named(rule)}))


def _checked(rule: Rule) -> tuple[Rule | None, dict[str, str]]:
    if rule.relative and rule.window_s > 3_600:
        return None, {"window_s": "At most 1 h: it is held against hours."}
    try:
        return rules.check(rule), {}
    except InputError as error:
        place = (error.place or "").removeprefix("field ")
        said = error.message.removeprefix(f"{error.place}: ")
        said = _SAID.get(place) or f"{said[:1].upper()}{said[1:]}"
        hint = "" if place in _SAID or place == "threshold" else error.hint or ""
        return None, {place: f"{said.rstrip('.')}. {hint}".strip()}


def _try(wrong: dict[str, str], name: str, read_: Callable[[], Any]) -> Any:
    try:
        return read_()
    except InputError as error:
        said = error.message.removeprefix(f"{error.place}: ")
        wrong[name] = f"{said[:1].upper()}{said[1:].rstrip('.')}. {error.hint or ''}".strip()
        return None


def _tag(held: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    text = str(held["tag"] or "").strip()
    return {"tag": (text,)} if text else {}


def _filters(held: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name in FILTERS:
        values = [one for one in held[f"f-{name}"] or () if one is not None]
        if name == "version":
            values = [_version(one) for one in values]
        if values:
            found[name] = tuple(dict.fromkeys(values))
    return found


def _version(text: object) -> int:
    digits = str(text).strip().removeprefix("v")
    if not digits.isdecimal() or len(digits) > 9:
        raise InputError(f"{str(text)[:40]!r} is no version", place="field filters", hint="A whole number, such as 7.")
    return int(digits)
