"""The ledger at other prices: of another day, or as if another model had answered. A view; nothing in the ledger changes."""

from datetime import date

import streamlit as st

from pages.parts import address, page, safe, tables
from pages.parts import format as fmt
from pages.parts.choosing import choose
from pages.spend.price_parts import mix, wording
from workbench.cost import repricing
from workbench.cost.repricing import Line, Repriced
from workbench.errors import InputError
from workbench.ledger.spend import ModelSpend
from workbench.pricing import entries
from workbench.store import Store
from workbench.text.counting import counted

_DAYS = {"30": "30 days", "7": "7 days", "90": "90 days", "365": "a year"}


def draw(store: Store, used: list[ModelSpend]) -> None:
    """Draw what is asked, and the calls at those prices."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="price-reprice"):
        days = int(address.part("Period", _DAYS, "days"))
        model = choose("As if answered by", [one.full_model for one in used][:50], "as", placeholder="the same models", free=True)
        address.follow("day")
        st.text_input(
            "At the prices of",
            st.session_state["day"],
            key="day",
            placeholder="each call's own day",
            width=180,
            on_change=address.say,
            args=("day",),
            help="YYYY-MM-DD",
        )
    at_ms = _moment(str(st.session_state.get("day") or "").strip())
    with st.spinner("Counting tokens…", show_time=True):
        found = repricing.reprice(store, mix.period(days), at_ms=at_ms, model=model or None)
    if not found.lines:
        page.notice("No calls in this period: there is nothing to reprice.")
        return
    _sums(found)
    _table(found)


def _moment(text: str) -> int | None:
    if not text:
        return None
    try:
        return entries.day_ms(date.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text!r} is not a day", place="field At the prices of", hint="Write it like 2026-03-01, or leave it empty."
        ) from error


def _sums(found: Repriced) -> None:
    total = found.total
    with st.container(horizontal=True, key="reprice-sums"):
        st.metric("As billed", safe.escape(fmt.usd(total.billed_nano)), border=True)
        st.metric("Repriced", safe.escape(fmt.usd(total.repriced_nano)), border=True)
        st.metric("Repriced to billed", wording.times(total.ratio), border=True)
    said = [f"{counted(total.calls, 'call has', 'calls have')} a price on both sides."]
    if total.gained:
        more = counted(total.gained, "more had none when it was made", "more had none when they were made")
        said.append(f"{more} and would cost {fmt.usd(total.gained_nano)}.")
    if total.lost:
        said.append(f"{total.lost:,} cost {fmt.usd(total.lost_nano)} and {'has' if total.lost == 1 else 'have'} no price here.")
    if total.unpriced:
        said.append(f"{counted(total.unpriced, 'has', 'have')} no price on either side.")
    if total.uncounted:
        silent = counted(total.uncounted, "does not say how many tokens it", "do not say how many tokens they")
        said.append(f"{silent} took.")
    same = " Another model would not write exactly as many tokens." if found.model else ""
    st.caption(safe.escape(f"{' '.join(said)} Nothing in the ledger changes.{same}", limit=700))


def _table(found: Repriced) -> None:
    rows = [
        {
            "model": line.model,
            "calls": line.all_calls,
            "billed": fmt.usd(line.billed_nano) if line.calls else fmt.NONE,
            "repriced": fmt.usd(line.repriced_nano) if line.calls else fmt.NONE,
            "ratio": wording.times(line.ratio),
            "apart": _apart(line),
        }
        for line in found.lines[:200]
    ]
    columns = {
        "model": st.column_config.TextColumn("Recorded model", width="medium"),
        "calls": st.column_config.NumberColumn("Calls", format="localized"),
        "billed": "As billed",
        "repriced": "Repriced",
        "ratio": "Ratio",
        "apart": st.column_config.TextColumn("Counted apart", width="medium"),
    }
    tables.table(rows, columns, "reprice-lines", export="repriced.csv", alt="Recorded models as billed and repriced")


def _apart(line: Line) -> str:
    said = [f"{line.gained:,} newly priced: {fmt.usd(line.gained_nano)}"] if line.gained else []
    said += [f"{line.lost:,} without a price here"] if line.lost else []
    said += [f"{line.unpriced:,} never priced"] if line.unpriced else []
    return "; ".join([*said, *([f"{line.uncounted:,} without tokens"] if line.uncounted else [])])
