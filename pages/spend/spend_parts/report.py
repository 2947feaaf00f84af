"""The report of Spend: calls, tokens and cost by model, prompt or day with their total, as a table, as CSV and as Markdown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts import address, safe, tables
from pages.spend.spend_parts import wording, written
from pages.spend.spend_parts.facts import Facts
from workbench.cost.projection import Projection, Solved
from workbench.ledger.spend import DayTotal, ModelSpend, PromptSpend, Sums
from workbench.pricing import FREE_PROVIDERS

MODEL, PROMPT, DAY = "model", "prompt", "day"
_SAID = {MODEL: "By model", PROMPT: "By prompt", DAY: "By day"}
_HEADINGS = {MODEL: "Model", PROMPT: "Prompt", DAY: "Day"}
_FIT = 16  # rows that are seen at once
_MOST = 1_000  # rows on the screen: more are in the file


def draw(facts: Facts, about: "written.About", ahead: Projection | None, cases: Sequence[Solved]) -> None:
    """Draw the table and what takes it away."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="spend-report"):
        by = address.part("Report", _SAID, "by")
        with st.container(horizontal=True, width="content"):
            st.download_button(
                "Download CSV", data=lambda: csv(facts, by), file_name=f"spend-{about.name}-by-{by}.csv", mime="text/csv",
                key="spend-csv", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
            _markdown(facts, about, ahead, cases)
    rows = lines(facts, by)
    total = _line("Total", facts.total, "")
    # Where the rows do not fit, their total stands first: it is seen without scrolling.
    shown = [*rows, total] if len(rows) < _FIT else [total, *rows[:_MOST]]
    if len(rows) > _MOST:
        st.caption(f"The dearest {_MOST:,} of {len(rows):,}; the file has all of them.")
    tables.table(
        shown, _columns(by, shown), f"spend-by-{by}", id_column="name", height=_height(len(shown)),
        alt=f"Calls, tokens and cost {_SAID[by].lower()}, with their total",
    )  # fmt: skip


def lines(facts: Facts, by: str) -> list[dict[str, Any]]:
    """The rows of the table, without their total."""
    if by == MODEL:
        return [_line(one.full_model, one, mark(one)) for one in facts.models]
    if by == PROMPT:
        return [_line(one.prompt or wording.NO_PROMPT, one, mark(one)) for one in facts.prompts]
    return [_line(wording.day(one.day_ms), one, mark(one)) for one in facts.days]


def csv(facts: Facts, by: str) -> bytes:
    """The rows with exact figures under the ledger's names, the total last; a formula in a name is neutralised."""
    import pandas as pd

    listed: Sequence[ModelSpend | PromptSpend | DayTotal] = {MODEL: facts.models, PROMPT: facts.prompts, DAY: facts.days}[by]
    rows = [_exact(_key(one), one) | {"note": mark(one)} for one in listed]
    frame = pd.DataFrame([*rows, _exact("total", facts.total) | {"note": ""}], dtype=object)
    return tables.to_csv(frame.rename(columns={"name": by}), dict.fromkeys([by, *frame.columns[1:]]))


def mark(sums: Sums) -> str:
    """What is to be said of a row: free, without a price, or nothing."""
    if isinstance(sums, ModelSpend) and sums.provider in FREE_PROVIDERS and not sums.cost_nano:
        return "free"
    if sums.unpriced:
        return "no price known" if sums.unpriced >= sums.ok and not sums.cost_nano else f"{sums.unpriced:,} unpriced"
    if not sums.ok:
        return "none answered"
    return "" if sums.cost_nano else "free"


def _line(name: str, sums: Sums, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "calls": sums.calls,
        "input": sums.input_tokens,
        "output": sums.output_tokens,
        "cost": float(sums.cost_usd) if sums.known else None,
        "call": _float(sums.usd_per_call),
        "ok": _float(sums.usd_per_ok),
        "note": note,
    }


def _exact(name: str, sums: Sums) -> dict[str, Any]:
    each = {"usd_per_call": _places(sums.usd_per_call), "usd_per_ok": _places(sums.usd_per_ok)}
    known = sums.unpriced < sums.ok or sums.cost_nano or not sums.ok
    counts: dict[str, Any] = {field: getattr(sums, field) for field in ("calls", "ok", "input_tokens", "output_tokens")}
    return {"name": name, **counts, "cost_usd": _places(sums.cost_usd) if known else "", **each, "unpriced": sums.unpriced}


def _columns(by: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    number = st.column_config.NumberColumn

    def money(label: str, name: str, about: str) -> Any:
        decimals = wording.places(Decimal(repr(row[name])) for row in rows if row[name])
        return number(label, format=f"$%,.{decimals}f", width=105, help=about)

    return {
        "name": st.column_config.TextColumn(_HEADINGS[by], width=230, pinned=True),
        "calls": number("Calls", format="localized", width=80),
        "input": number("Input tokens", format="localized", width=110),
        "output": number("Output tokens", format="localized", width=110),
        "cost": money("Cost", "cost", "In US dollars; calls of unknown price are not in it."),
        "call": money("A call", "call", "Cost of a call with a known price, failed ones among them."),
        "ok": money("An answered call", "ok", "What failed calls cost is shared out among the answered ones."),
        "note": st.column_config.TextColumn("Note", width=120),
    }


def _markdown(facts: Facts, about: "written.About", ahead: Projection | None, cases: Sequence[Solved]) -> None:
    with st.popover("Markdown", icon=":material/article:", key="spend-markdown", on_change="rerun") as opened:
        if not opened.open:
            return
        text = written.report(facts, about, ahead, cases)
        st.caption("The report as Markdown; the button in its corner copies it.")
        safe.code(text, wrap=False, height=260)
        st.download_button(
            "Download Markdown", data=text.encode("utf-8", "replace"), file_name=f"spend-{about.name}.md", mime="text/markdown",
            key="spend-md", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _key(one: ModelSpend | PromptSpend | DayTotal) -> str:
    if isinstance(one, ModelSpend):
        return one.full_model
    return one.prompt if isinstance(one, PromptSpend) else wording.iso_day(one.day_ms)


def _height(rows: int) -> int:
    return 2 + 35 * (1 + min(rows, _FIT))


def _places(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.9f}"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
