"""Which time the metrics are shown for: kept in the URL, by the same names as the Overview's."""

from collections.abc import Callable

import streamlit as st

from pages.parts import address, page
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Range

METRIC, TAG = "metric", "tag"
_KEY, _FREE = "metrics-range", "free"


def draw(now_ms: int) -> Range:
    """Draw the choice; the range that is chosen."""
    asked = asking.read(now_ms)
    span = asked.range(now_ms)
    said = {name: text for name, (_, text) in ranges.NAMED.items()}
    if asked.span is not None:
        said[_FREE] = wording.period(span.since_ms, span.until_ms)
    wanted = _FREE if asked.span is not None else asked.name
    key = asking.follow(_KEY, (wanted, said.get(_FREE)), wanted)
    st.selectbox("Range", list(said), key=key, format_func=said.__getitem__, width=190 if asked.span is None else 270, on_change=_ranged)
    if asked.refused:
        page.notice(asked.refused, "warning")
    return span


def back(span: Range) -> Callable[[], None] | None:
    """The way from a part to the whole range; None where the whole is shown."""
    return None if span.name else asking.whole


def _ranged() -> None:
    chosen = str(st.session_state[_KEY])
    if chosen != _FREE:
        address.change({asking.RANGE: None if chosen == ranges.SHIPPED else chosen, asking.SINCE: None, asking.UNTIL: None})
