"""The quote: calls, tokens, money and time of a run that has not started. Where it cannot run, why."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe
from workbench.errors import WorkbenchError
from workbench.runner import plan
from workbench.runner.quote import Quote
from workbench.runner.spec import RunSpec
from workbench.store import Store
from workbench.text.counting import counted


def draw(store: Store, spec: RunSpec) -> Quote | WorkbenchError:
    """Draw the quote of `spec` and return it; the error where it cannot run."""
    try:
        quote = plan.quote(store, spec)
    except WorkbenchError as error:
        page.problem(error)
        return error
    with st.container(border=True, key="quote"):
        st.markdown("**What it will take**")
        most = "At most " if spec.until_decided else ""
        reused = f", and {counted(quote.reusable, 'reply', 'replies')} taken from earlier runs" if quote.reusable else ""
        st.markdown(f"{most}{counted(quote.calls, 'call')}{reused}")
        st.markdown(safe.escape(_tokens(quote)))
        st.markdown(safe.escape(_money(quote)))
        st.markdown(safe.escape(f"{_time(quote.seconds_low, quote.seconds_high)}"))
        st.caption("Counted offline. Nothing has been sent.")
        if quote.simulated:
            st.badge("Simulated: says nothing about a real model", icon=":material/science:", color="violet")
        if spec.score is None:
            st.caption("Replies will be kept without a score.")
    for warning in quote.warnings:
        page.notice(warning, "warning")
    return quote


def wanting(what: str | None) -> None:
    """Say what is still to be chosen before there is a quote."""
    with st.container(border=True, key="quote"):
        st.markdown("**What it will take**")
        st.caption(safe.escape(what or ""))


def _tokens(quote: Quote) -> str:
    about = "≈ " if quote.estimated else ""
    low, high = quote.output_tokens_low, quote.output_tokens_high
    out = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{about}{quote.input_tokens:,} tokens in, {out} out"


def _money(quote: Quote) -> str:
    if quote.cost_usd_low is None or quote.cost_usd_high is None:
        return f"No known price: {', '.join(quote.unpriced)}"
    low, high = (fmt.usd(round(value * 10**9)) for value in (quote.cost_usd_low, quote.cost_usd_high))
    said = low if low == high else f"{low} to {high}"
    return said + (f", without {', '.join(quote.unpriced)}: no known price" if quote.unpriced else "")


def _time(low: float, high: float) -> str:
    first, last = fmt.duration(low), fmt.duration(high)
    return f"About {first}" if first == last else f"{first} to {last}"
