"""Two versions or two periods beside each other: what differs, by how much, and how sure that is. What is compared is in the URL."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts import address, figures, page, safe, tables
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from workbench.monitoring import choices, ranges, versus
from workbench.monitoring.dashboard_model import Dashboard, Difference, Side, Versus, View
from workbench.store import Store

_KIND, _AGAINST, _PROMPT, _A, _B = "versus", "against", "of", "a", "b"
_PERIODS, _VERSIONS = "periods", "versions"
_KINDS = {_PERIODS: "Two periods", _VERSIONS: "Two versions"}
_BEFORE = "before"
_EARLIER = {"day": (ranges.DAY, "The same time a day earlier"), "week": (7 * ranges.DAY, "The same time a week earlier")}
_WORDS = {"day": "a day earlier", "week": "a week earlier"}


def draw(store: Store, found: Dashboard, now_ms: int) -> None:
    """Draw the choice of what is compared, and the comparison."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="watch-versus-bar", gap="small"):
        kind = address.part("Compared", _KINDS, _KIND)
        sides = _periods(found.view) if kind == _PERIODS else _versions(store, found)
    if sides is None:
        st.caption("In this range no prompt was called in two versions. Choose a longer range, or a prompt that has several.")
        return
    with page.guard():
        result(_compared(store, store.url, _mark(sides), (choices.newest(store), now_ms // ranges.MINUTE), sides))


def result(told: Versus) -> None:
    """Draw a comparison: what is clear in sentences, all of it as a table."""
    a, b = (safe.plain(side.name) for side in (told.a, told.b))
    clear = [each for each in told.differences if versus.clear(each)]
    for each in clear:
        st.markdown(f"{_mark_of(each)} {wording.md(each.sentence)}")
    if not clear:
        tested = any(each.p is not None for each in told.differences)
        none = f"No clear difference between {a} and {b}." if tested else f"Nothing of {a} and {b} could be tested."
        st.markdown(f":material/balance: {wording.md(none)}")
    tables.table(
        [row(each) for each in told.differences],
        {"title": "Figure", "a": a, "b": b, "difference": "Difference", "interval": "95 % interval", "p": "p, corrected",
         "n": "n", "verdict": "Verdict"},
        "watch-versus",
        id_column="title",
        export="overview-comparison.csv",
        alt=f"{a} beside {b}, figure by figure",
    )  # fmt: skip
    for note in told.notes:
        st.caption(wording.md(note))


def row(each: Difference) -> dict[str, Any]:
    """A difference as it reads."""
    bounded = each.low is not None and each.high is not None
    none = "" if each.difference is None else each.method if each.p is None else "too few calls beyond it"
    return {
        "title": each.title,
        "a": wording.value(each.a, each.unit),
        "b": wording.value(each.b, each.unit),
        "difference": f"{_arrow(each)} {wording.difference(each.difference, each.unit)}".strip(),
        "interval": f"{wording.difference(each.low, each.unit)} to {wording.difference(each.high, each.unit)}" if bounded else none,
        "p": "" if each.p is None else "under 0.001" if each.p < 0.001 else f"{each.p:.3f}",
        "n": f"{each.n_a:,} and {each.n_b:,}",
        "verdict": verdict(each),
    }


def verdict(each: Difference) -> str:
    """Whether it got better, in words; the second side is judged. Which way the number went is the arrow's."""
    if each.difference is None:
        return wording.NO_DATA
    if each.p is None:
        return "not tested"
    return {"b": "better", "a": "worse", "": "differs" if versus.clear(each) else "no clear difference"}[each.better]


def _mark_of(each: Difference) -> str:
    """Which way the number went, in the colour and the word of what that means."""
    icon = ":material/arrow_upward:" if (each.difference or 0) > 0 else ":material/arrow_downward:"
    colour = {"b": "green", "a": "red", "": "gray"}[each.better]
    return f":{colour}[{icon} {verdict(each).capitalize()}]"


def _arrow(each: Difference) -> str:
    return "" if each.difference is None else "↑" if each.difference > 0 else "↓" if each.difference < 0 else "→"


def _periods(view: View) -> tuple[Side, Side]:
    span = view.range
    said = {_BEFORE: "The period before"} | {name: text for name, (ms, text) in _EARLIER.items() if ms >= span.length_ms}
    chosen = _choose("Against", said, _AGAINST, _BEFORE)
    a, b = versus.periods(view)
    if chosen in _EARLIER:
        ms = _EARLIER[chosen][0]
        a = replace(a, name=_WORDS[chosen], since_ms=span.since_ms - ms, until_ms=span.until_ms - ms)
    return a, b


def _versions(store: Store, found: Dashboard) -> tuple[Side, Side] | None:
    view = found.view
    prompt = view.filters.get("prompt")
    if not isinstance(prompt, str):
        # Prompts of which the range holds several versions, the busiest first.
        rows = found.by_version.rows if found.by_version else ()
        times = Counter(str(row["prompt"]) for row in rows)
        names = [name for name, versions in times.items() if versions > 1]
        if not names:
            return None
        prompt = _choose("Prompt", {name: figures.short(safe.plain(name), 60) for name in names}, _PROMPT, names[0])
    numbers = [str(each) for each in choices.versions(store, prompt)]
    if len(numbers) < 2:
        return None
    said = {number: f"v{number}" for number in numbers}
    a = _choose("From", said, _A, numbers[1], of=prompt)
    b = _choose("To", said, _B, numbers[0], of=prompt)
    if a == b:
        return None
    bare = replace(view, filters={name: value for name, value in view.filters.items() if name != "version"})
    return versus.versions(bare, prompt, int(a), int(b))


def _choose(label: str, said: Mapping[str, str], name: str, default: str, *, of: str = "") -> str:
    key = f"watch-{name}"
    held = st.query_params.get(name, default)
    asking.follow(key, (of, held if held in said else default), held if held in said else default)
    labels = wording.apart(said)
    args = (name, key, default)
    return str(st.selectbox(label, list(said), key=key, format_func=labels.__getitem__, width=220, on_change=_chosen, args=args))


def _chosen(name: str, key: str, default: str) -> None:
    value = str(st.session_state[key])
    address.change({name: None if value == default else value})


def _mark(sides: Sequence[Side]) -> Hashable:
    return tuple((side.since_ms, side.until_ms, tuple(sorted(side.filters.items()))) for side in sides)


@st.cache_resource(ttl=600, max_entries=32, show_spinner=False)
def _compared(_store: Store, url: str, what: Hashable, mark: Hashable, _sides: tuple[Side, Side]) -> Versus:
    return versus.compare(_store, *_sides)
