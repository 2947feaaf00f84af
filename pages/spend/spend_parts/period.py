"""The time that is looked at, kept in the URL: whole days of UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from pages.parts import address, page, session
from pages.spend.spend_parts import wording
from workbench.ledger.periods import DAY_MS, day, start

MONTH, LAST, DATES = "month", "last", "dates"
_SAID = {MONTH: "This month", LAST: "Last month", "7": "7 days", "30": "30 days", "90": "90 days", DATES: "Dates"}
_DAYS = 30  # what own dates begin with
_FROM, _TO = "from", "to"
_LAST_YEAR = 9000  # beyond it lies the end of the calendar


@dataclass(frozen=True)
class Period:
    """The days of [since_ms, until_ms); `kind` is the word of it in the URL."""

    kind: str
    since_ms: int
    until_ms: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until_ms - self.since_ms) // DAY_MS

    @property
    def said(self) -> str:
        """The period in words: 1 Nov 2026 to 30 Nov 2026."""
        first, last = wording.day(self.since_ms), wording.day(self.until_ms - DAY_MS)
        return first if first == last else f"{first} to {last}"

    @property
    def name(self) -> str:
        """The period in the name of a file."""
        return f"{wording.iso_day(self.since_ms)}-to-{wording.iso_day(self.until_ms - DAY_MS)}"


def choose(now_ms: int) -> Period:
    """Draw the choice and return the period."""
    kind = address.part("Period", _SAID, "period", drop=(_FROM, _TO))
    return _dates(now_ms) if kind == DATES else of(kind, now_ms)


def of(kind: str, now_ms: int) -> Period:
    """The period that a word of the URL stands for; own dates begin as the last 30 days."""
    first, after = start("month", now_ms), day(now_ms) + DAY_MS
    if kind == MONTH:
        return Period(kind, first, after)
    if kind == LAST:
        return Period(kind, start("month", first - 1), first)
    return Period(kind, after - (int(kind) if kind.isdigit() else _DAYS) * DAY_MS, after)


def _dates(now_ms: int) -> Period:
    found = of(DATES, now_ms)
    asked = session.query(_FROM), session.query(_TO)
    if any(asked):
        try:
            first, last = (date.fromisoformat(each) for each in asked)
            if last < first or last.year > _LAST_YEAR:
                raise ValueError
            found = Period(DATES, _ms(first), _ms(last) + DAY_MS)
        except ValueError:
            page.notice("The address names no two days in order. The last 30 days are shown.", "warning")
    shown = tuple(datetime.fromtimestamp(ms / 1000, UTC).date() for ms in (found.since_ms, found.until_ms - 1))
    key = f"spend-dates-{found.name}"
    st.date_input(
        "From and to", shown, key=key, width=230, format="YYYY-MM-DD", on_change=_dated, args=(key,),
        min_value=min(shown[0], date(2000, 1, 1)), max_value=max(shown[1], _today(now_ms) + timedelta(days=366)),
    )  # fmt: skip
    return found


def _dated(key: str) -> None:
    chosen = st.session_state[key]
    if isinstance(chosen, tuple) and len(chosen) == 2:  # else the second day is still to be chosen
        st.query_params[_FROM], st.query_params[_TO] = (each.isoformat() for each in chosen)


def _ms(at: date) -> int:
    return round(datetime(at.year, at.month, at.day, tzinfo=UTC).timestamp() * 1000)


def _today(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()
