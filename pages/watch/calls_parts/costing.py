"""The cost of a call worked out line by line: tokens of a kind, rate, amount, where the price is from and since when it holds."""

from dataclasses import dataclass

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, session, tables
from workbench import clock
from workbench.ledger import tariff
from workbench.ledger.reading import Call
from workbench.pricing import Rates, priced
from workbench.pricing.overrides import SOURCE as OWN
from workbench.store import Store

KINDS = {
    "input": "Input", "cached": "Input from cache", "cache_write": "Written to cache", "cache_write_1h": "Written to cache, 1 h",
    "output": "Output", "reasoning": "Reasoning",
}  # fmt: skip
_COLUMNS = {
    "kind": st.column_config.TextColumn("Cost of", width=118),
    "tokens": st.column_config.TextColumn("Tokens", width=60),
    "rate": st.column_config.TextColumn("$ per million", width=84),
    "amount": st.column_config.TextColumn("Amount", width=98),
}


@dataclass(frozen=True)
class Usage:
    """The tokens of a call as prices want them."""

    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True)
class Working:
    """The lines of a bill, dollars exact, and the sentences that belong to it. `nano` is what the lines add up to, None without a price."""

    lines: tuple[dict[str, str], ...]
    notes: tuple[str, ...]
    nano: int | None = None


def work_out(store: Store, call: Call) -> Working:
    """How the cost of `call` comes about at the prices of its own time as they are known now."""
    counts = Usage(*(getattr(call, name) or 0 for name in Usage.__dataclass_fields__))
    if call.input_tokens is None and call.output_tokens is None:
        recorded = () if call.cost_nano is None else (f"Recorded cost: {_exact(call.cost_nano)}.",)
        return Working((), (*recorded, "No tokens were recorded: there is nothing to work a cost out of."))
    rates = tariff.rates(store, call.provider, call.model, at_ms=call.started_ms, processing=call.processing)
    if rates is None:
        said = "Unpriced: nobody knows a price of this model." if call.cost_nano is None else f"Recorded cost: {_exact(call.cost_nano)}."
        return Working((), (said, "No price of this model is known here, so that its cost cannot be worked out."))
    bill = priced(rates, counts)
    lines = [_line(KINDS.get(part.kind, part.kind), f"{part.tokens:,}", f"{part.usd_per_mtok:f}", part.nano) for part in bill.parts]
    if bill.request_nano:
        lines.append(_line("The request itself", "", "", bill.request_nano))
    lines.append(_line("Sum", "", "", bill.nano))
    return Working(tuple(lines), (_source(rates, call), *_differs(call, bill.nano), *_about(call)), bill.nano)


def draw(store: Store, call: Call) -> None:
    """Draw the bill."""
    found = work_out(store, call)
    if found.lines:
        tables.table(found.lines, _COLUMNS, "call-cost", alt="The cost of this call, line by line")
    st.caption(safe.escape(" ".join(found.notes), limit=900))
    if call.cost_nano is None and found.nano is None and call.status == "ok":
        session.link(session.PRICES, "Set a price", icon=":material/sell:", view="own")


def _line(kind: str, tokens: str, rate: str, nano: int) -> dict[str, str]:
    return {"kind": kind, "tokens": tokens, "rate": rate, "amount": _exact(nano)}


def _exact(nano: int) -> str:
    """Nano-dollars as dollars with every digit."""
    return f"${nano // 10**9:,}.{f'{nano % 10**9:09d}'.rstrip('0').ljust(2, '0')}"


def _source(rates: Rates, call: Call) -> str:
    tier = f", tariff {rates.processing}" if rates.processing else ""
    since = f", in force since {clock.iso(rates.from_ms)[:10]}" if rates.from_ms is not None else ""
    if rates.source == OWN:
        return f"By an own price of {rates.model_ref or f'{call.provider}/{call.model}'}{tier}{since}."
    if rates.source == "free":
        return "Free: it runs on this machine."
    return f"By the price list ({rates.source}: {rates.model_ref}{tier}){since}."


def _differs(call: Call, nano: int) -> tuple[str, ...]:
    if call.cost_nano is None:
        return ("The call was recorded without a price: no sum counts this amount.",)
    if call.cost_nano != nano:
        return (f"Recorded cost: {_exact(call.cost_nano)}. It was priced otherwise when it was recorded, and that is what sums count.",)
    return ()


def _about(call: Call) -> tuple[str, ...]:
    return ("Tokens were counted here (≈): the provider sent none.",) if call.estimated else ()


def short(call: Call) -> str:
    """The cost as one figure."""
    return fmt.usd(call.cost_nano) if call.cost_nano is not None else "unpriced" if call.status == "ok" else fmt.NONE
