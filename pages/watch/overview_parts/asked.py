"""What the URL asks the Overview for: a range and filters. Reads and writes the address; draws nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st

from pages.parts import address
from workbench.errors import InputError
from workbench.ledger.fields import PRODUCTION
from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Filter, Range, View

RANGE, SINCE, UNTIL, RUNS = "range", "since", "until", "runs"
# The parameter of the URL -> the filter. A text that would be empty or begin with = is written after a =: "" is no prompt, not all.
FILTERS = {
    "prompt": "prompt", "version": "version", "label": "label", "model": "model", "provider": "provider", "source": "source",
    "status": "status", "error": "error_type", "tag": "tag", "user": "user",
}  # fmt: skip
_SEEN = "watch-seen"
LEAST_MS = 5 * ranges.MINUTE  # what is pulled in a chart is no shorter
STATUSES = {"ok": "Answered", "error": "Failed"}


@dataclass(frozen=True)
class Asked:
    """A named range, or a free `span` within it; the filters; whether runs and the playground count; what of the URL was not understood."""

    name: str
    span: tuple[int, int] | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    runs: bool = False
    refused: str = ""

    def view(self, now_ms: int, *, mixed: bool) -> View:
        """What is looked at now; of a `mixed` ledger production alone, unless it is asked otherwise."""
        apart = mixed and not self.runs and "source" not in self.filters
        return View(self.range(now_ms), {**self.filters, "traffic": PRODUCTION} if apart else self.filters)

    def range(self, now_ms: int) -> Range:
        """The range now. Raises nothing: what is refused was replaced by `read`."""
        if self.span is None:
            return ranges.last(self.name, now_ms)
        return ranges.between(*self.span, now_ms)

    def moves(self, now_ms: int) -> bool:
        """Whether new calls fall into the range."""
        return self.span is None or self.span[1] > now_ms


def read(now_ms: int) -> Asked:
    """What the URL asks for."""
    params = {name: text[:400] for name, text in st.query_params.to_dict().items()}
    name = params.get(RANGE, ranges.SHIPPED)
    refused = []
    if name not in ranges.NAMED:
        refused.append("The address names no known range: the last 24 hours are shown.")
        name = ranges.SHIPPED
    filters = _filters(params, refused)
    asked = Asked(name, _span(params, refused), filters, RUNS in params)
    try:
        asked.range(now_ms)
    except (InputError, OverflowError, ValueError) as error:
        asked = replace(asked, span=None)
        refused.append(f"{getattr(error, 'message', 'The address names no range')}: {ranges.NAMED[name][1].lower()} is shown.")
    return replace(asked, refused=" ".join(refused))


def parameters(filters: Mapping[str, Filter]) -> dict[str, str]:
    """Filters as parameters of the URL."""
    return {name: written(filters[of]) for name, of in FILTERS.items() if of in filters}


def period(since_ms: int, until_ms: int) -> dict[str, str]:
    """A free range as parameters of the URL."""
    return {SINCE: moment(since_ms), UNTIL: moment(until_ms)}


def whole() -> None:
    """Back from a part to the whole range. For a callback."""
    address.change({SINCE: None, UNTIL: None})


def narrow(since_ms: int, until_ms: int) -> None:
    """Look at a part of the range. For a callback."""
    spare = max(0, LEAST_MS - (until_ms - since_ms))
    address.change(period(since_ms - spare // 2, until_ms + spare - spare // 2))


def drop_filters() -> None:
    """Look at all calls. For a callback."""
    address.change(dict.fromkeys(FILTERS))


def follow(key: str, seen: object, wanted: object) -> str:
    """The key of a widget that takes `wanted` over from the URL where `seen`, what the URL says, is new."""
    known = st.session_state.setdefault(_SEEN, {})
    if key not in st.session_state or known.get(key) != seen:
        known[key], st.session_state[key] = seen, wanted
    return key


def moment(ms: int) -> str:
    """A moment as the URL has it: 2026-11-21T14:05Z, with seconds where it has some."""
    text = f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{text.removesuffix(':00')}Z"


def written(value: object) -> str:
    """A value of a filter as the URL has it; of several, the first."""
    text = str(value[0] if isinstance(value, tuple) and value else value)
    return f"={text}" if text.startswith("=") or not text else text


def _read_moment(text: str) -> int:
    """Epoch milliseconds of a moment of the URL: ISO (of UTC where it names no zone), or milliseconds. Raises ValueError."""
    if text.isdigit():
        return int(text)
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _span(params: Mapping[str, str], refused: list[str]) -> tuple[int, int] | None:
    if SINCE not in params or UNTIL not in params:
        return None
    try:
        return _read_moment(params[SINCE]), _read_moment(params[UNTIL])
    except (ValueError, OverflowError):
        refused.append("The address names no two moments.")
        return None


def _filters(params: Mapping[str, str], refused: list[str]) -> dict[str, Filter]:
    found: dict[str, Filter] = {}
    for name, of in FILTERS.items():
        if not (text := params.get(name, "")):
            continue
        value = text[1:] if text.startswith("=") else text
        if of == "version":
            if not value.isdigit() or len(value) > 9:
                refused.append("The address names no version: all are shown.")
                continue
            found[of] = int(value)
        elif of == "status" and value not in STATUSES:
            refused.append("The address names no status: all calls are shown.")
        else:
            found[of] = value
    return found
