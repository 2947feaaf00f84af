"""How states, severities, times and figures of alerts read on their page. Pure text; knows no widget."""

import re

from pages.parts import format as fmt
from pages.watch.overview_parts import wording
from workbench.errors import InputError
from workbench.monitoring import messages
from workbench.monitoring.alerts import Alert
from workbench.monitoring.rules import Rule

md, moment, apart = wording.md, wording.moment, wording.apart

# State or severity: its word, its icon, its colour.
STATES = {
    "firing": ("Firing", ":material/notifications_active:", "red"),
    "pending": ("Pending", ":material/hourglass_top:", "orange"),
    "ok": ("Fine", ":material/check_circle:", "green"),
    "no_data": ("No data", ":material/do_not_disturb_on:", "gray"),
    "off": ("Off", ":material/toggle_off:", "gray"),
}
SEVERITIES = {
    "critical": ("Critical", ":material/error:", "red"),
    "warning": ("Warning", ":material/warning:", "orange"),
    "info": ("Info", ":material/info:", "blue"),
}
MARKS = {"critical": "■ Critical", "warning": "▲ Warning", "info": "● Info"}  # where a cell can hold no icon
_AGAINST = {"above": "over", "below": "under", "rises_by": "up by over", "falls_by": "down by over", "anomaly": "robust z over"}
_UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*(days?|d|hours?|h|minutes?|min|m|seconds?|sec|s|)\s*", re.IGNORECASE)
SPAN_LIKE = "Write it like 5 min, 2 h or 1 d."


def span(seconds: int | None) -> str:
    """A time as a field holds it: 5 min, 1 h 30 min; nothing for none."""
    said, left = [], seconds or 0
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            said.append(f"{count} {unit}")
    return " ".join(said)


def seconds(text: str, place: str) -> int | None:
    """The seconds of a time that was typed (minutes where no unit is); None for nothing. Raises InputError."""
    text = text.strip().replace(",", "")
    if not text:
        return None
    at, found = 0, 0.0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or piece.end() == at or len(piece[1]) > 9:
            raise InputError(f"{text[:40]!r} is no time", place=f"field {place}", hint=SPAN_LIKE)
        unit = piece[2].lower()
        found += float(piece[1]) * (60 if unit.startswith("m") or not unit else _UNITS[unit[0]])
        at = piece.end()
    return round(found)


def alert_figure(rule: Rule | None, alert: Alert, value: float | None) -> str:
    """A figure of an alert in the unit of its rule; a plain number where the rule has become another one since."""
    if value is None:
        return wording.NO_DATA
    if rule is None or rule.threshold != alert.threshold:
        return f"{value:,.6g}"
    return messages.compared(rule, value)


def against(rule: Rule) -> str:
    """What a value is held against: over 2,000 ms, up by over 50 %."""
    word = {"above": "over", "below": "under", "rises_by": "up by over", "falls_by": "down by over", "anomaly": "robust z over"}[
        rule.compare
    ]
    return f"{word} {messages.compared(rule, rule.threshold)}"


def sentence(rule: Rule) -> str:
    """The rule as one sentence; a call of no prompt is said."""
    return messages.describe(rule)


def lasted(alert: Alert, now_ms: int) -> str:
    """How long an alert lasted, or lasts."""
    return fmt.duration(((now_ms if alert.ended_ms is None else alert.ended_ms) - alert.started_ms) / 1000)
