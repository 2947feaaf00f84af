"""The row above the Overview: which range, which calls. Every choice is kept in the URL, and the URL is the truth."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages.parts import address, figures, safe
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from pages.watch.overview_parts.asked import Asked
from workbench.monitoring import choices, ranges
from workbench.monitoring.choices import Choices
from workbench.store import Store

_ALL, _FREE = "", "free"


def draw(store: Store, asked: Asked, now_ms: int) -> bool:
    """Draw the row; whether there are calls of production and others."""
    found = _choices(store, store.url)
    with st.container(horizontal=True, vertical_alignment="bottom", key="watch-bar", gap="small"):
        _range(asked, now_ms)
        _pick("Prompt", "All prompts", "prompt", found.prompts, width=200, said=wording.prompt)
        if prompt := asked.filters.get("prompt"):
            versions = _versions(store, store.url, str(prompt))
            _pick("Version", "All versions", "version", [str(each) for each in versions], width=130, said=lambda each: f"v{each}")
        _pick("Model", "All models", "model", found.models, width=200)
        _more(asked, found)
        if found.mixed and "source" not in asked.filters:
            key = asking.follow("watch-runs", asked.runs, asked.runs)
            st.toggle("Count runs", key=key, on_change=_counted, args=(key,), help="Runs, benchmarks and the playground beside production.")
    return found.mixed


def _counted(key: str) -> None:
    address.change({asking.RUNS: "1" if st.session_state[key] else None})


def _range(asked: Asked, now_ms: int) -> None:
    said = {name: text for name, (_, text) in ranges.NAMED.items()} | {_FREE: "Free range"}
    key = asking.follow("watch-range", wanted := _FREE if asked.span else asked.name, wanted)
    st.selectbox("Range", list(said), key=key, format_func=said.__getitem__, width=170, on_change=_ranged, args=(key, asked, now_ms))
    if asked.span is None:
        return
    span = asked.range(now_ms)
    with st.popover(wording.period(span.since_ms, span.until_ms), icon=":material/date_range:", key="watch-dates"):
        st.caption("From and to, in UTC. In a chart, pull over the part you want to look at.")
        for name, ms in (("From", span.since_ms), ("To", span.until_ms)):
            at = datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)
            st.datetime_input(name, key=asking.follow(f"watch-{name}", at, at), on_change=_dated, step=300, format="YYYY-MM-DD")
    st.button(
        f"Back to {ranges.NAMED[asked.name][1].lower()}",
        key="watch-whole",
        icon=":material/zoom_out:",
        type="tertiary",
        on_click=asking.whole,
    )


def _ranged(key: str, asked: Asked, now_ms: int) -> None:
    chosen = str(st.session_state[key])
    if chosen == _FREE:
        span = asked.range(now_ms)
        address.change({asking.RANGE: None if asked.name == ranges.SHIPPED else asked.name, **asking.period(span.since_ms, span.until_ms)})
        return
    address.change({asking.RANGE: None if chosen == ranges.SHIPPED else chosen, asking.SINCE: None, asking.UNTIL: None})


def _dated() -> None:
    first, last = (st.session_state.get(f"watch-{name}") for name in ("From", "To"))
    if first is not None and last is not None:
        address.change(asking.period(*(round(each.replace(tzinfo=UTC).timestamp() * 1000) for each in (first, last))))


def _more(asked: Asked, found: Choices) -> None:
    hidden = [name for name, of in asking.FILTERS.items() if of in asked.filters and name not in ("prompt", "version", "model")]
    with st.popover(f"Filters · {len(hidden)}" if hidden else "Filters", icon=":material/filter_alt:", key="watch-filters"):
        _pick("Status", "All", "status", list(asking.STATUSES), said=asking.STATUSES.__getitem__)
        _pick("Type of error", "All", "error", found.error_types)
        _pick("Provider", "All providers", "provider", found.providers)
        _pick("Label", "All labels", "label", found.labels)
        _pick("Source", "All sources", "source", found.sources)
        _type("User", "user", "the name as it was recorded")
        _type("Tag", "tag", "one tag")
    if asked.filters:
        st.button("Show all calls", key="watch-all", icon=":material/filter_alt_off:", type="tertiary", on_click=asking.drop_filters)


def _pick(
    label: str, everything: str, name: str, offered: Sequence[str], *, width: Any = "stretch", said: Callable[[str], str] = str
) -> None:
    """A choice of one name or all; what the URL names is offered even where no call carries it."""
    key = asking.follow(f"watch-{name}", wanted := st.query_params.get(name, _ALL)[:400], wanted)
    options = list(dict.fromkeys([_ALL, *map(asking.written, offered), wanted]))
    labels = wording.apart({each: everything if each == _ALL else _said(each, said) for each in options})
    st.selectbox(label, options, key=key, format_func=labels.__getitem__, width=width, on_change=_chosen, args=(name, key))


def _said(option: str, said: Callable[[str], str]) -> str:
    """How a name reads that is no known one, too: the URL may name anything."""
    name = option.removeprefix("=")
    try:
        return figures.short(safe.plain(said(name)), 90)
    except KeyError:
        return figures.short(safe.plain(name), 90)


def _type(label: str, name: str, placeholder: str) -> None:
    wanted = st.query_params.get(name, "")[:400].removeprefix("=")
    key = asking.follow(f"watch-{name}", wanted, wanted)
    st.text_input(label, key=key, placeholder=placeholder, on_change=_typed, args=(name, key))


def _chosen(name: str, key: str) -> None:
    value = str(st.session_state[key])
    gone = {"version": None, "label": None} if name == "prompt" else {}
    address.change({**gone, name: value or None})


def _typed(name: str, key: str) -> None:
    text = str(st.session_state[key] or "").strip()
    address.change({name: asking.written(text) if text else None})


@st.cache_data(ttl=30, max_entries=8, show_spinner=False)
def _choices(_store: Store, _url: str) -> Choices:
    return choices.look(_store)


@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def _versions(_store: Store, _url: str, prompt: str) -> tuple[int, ...]:
    return choices.versions(_store, prompt)
