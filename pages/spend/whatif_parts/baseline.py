"""The baseline: what a month is now. Typed in, read from the ledger over a period and filter, or from a trace file."""

from decimal import Decimal

import streamlit as st

from pages.spend.whatif_parts import bill, classes, components, fields, fitting, library, mix, period, recorded, trace_file
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Recorded, Trace, Typed

TYPED, LEDGER, TRACE = "typed", "ledger", "trace"
_SAID = {TYPED: "Typed in", LEDGER: "Recorded calls", TRACE: "Trace file"}
_ROW = (
    ("queries_per_day", "Queries a day", 1000.0, 158), ("input_tokens", "Tokens in", 10.0, 98),
    ("output_tokens", "Tokens out", 10.0, 98),
)  # fmt: skip
_KINDS = {Typed: TYPED, Recorded: LEDGER, Trace: TRACE}


def draw(desk: Desk) -> None:
    """Draw the fields of the baseline."""
    kind, key = _KINDS[type(desk.good.baseline)], f"baseline-{desk.rev}"
    st.segmented_control(
        "Baseline: a month as it is now", list(_SAID), default=TRACE if desk.waits_for_trace else kind, required=True,
        format_func=_SAID.__getitem__, key=key, on_change=_turn, args=(desk, key),
    )  # fmt: skip
    if desk.waits_for_trace or kind == TRACE:
        trace_file.draw(desk)
    elif kind == TYPED:
        _typed(desk)
    else:
        recorded.draw(desk)
    if kind != TYPED:
        bill.field(desk)
    bill.draw(desk)


def _typed(desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall", key="typed-row"):
        for name, label, step, width in _ROW:
            with st.container(width=width):
                fields.number(desk, ("baseline", name), label, step=step)
    mix.draw(desk, ("baseline", "models"), "Model")
    with st.expander("Cached input, a bill, classes, embeddings", key="open-more", on_change="rerun") as more:
        if more.open:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                with st.container(width=160):
                    fields.percent(
                        desk, ("baseline", "cached_share"), "Cached input", help="Share of the input read from the provider's cache."
                    )
                bill.field(desk)
            classes.draw(desk)
            components.draw(desk)


def _turn(desk: Desk, key: str) -> None:
    """Another kind of baseline; what the one before said is a step back."""
    kind = st.session_state[key]
    base = desk.base.baseline
    desk.waits_for_trace = kind == TRACE and not isinstance(base, Trace)
    if desk.waits_for_trace:
        return
    made = base if _KINDS[type(base)] == kind else period.last_days(period.DAYS) if kind == LEDGER else _as_typed(desk)
    desks.replace(desk, fitting.with_baseline(desk.good, made))


def _as_typed(desk: Desk) -> Typed:
    """What the recorded baseline comes to, as numbers to be changed; the empty scenario's where nothing was worked out."""
    outcome = desk.outcome
    shares = {each.model: each for each in outcome.before.models} if outcome else {}
    calls = sum((each.calls for each in shares.values()), Decimal(0))
    if outcome is None or not calls:
        made = library.empty().baseline
        assert isinstance(made, Typed)
        return made
    names = sorted(shares, key=lambda name: -shares[name].calls)[:12]
    tokens = {
        kind: sum((each.tokens.get(kind, Decimal(0)) for each in shares.values()), Decimal(0)) / calls for kind in ("input", "output")
    }
    parts = mix.filled(names, {name: (shares[name].calls / calls).quantize(Decimal("0.001")) for name in names})
    a_day = (outcome.before.calls / outcome.scenario.days_per_month).quantize(Decimal("0.1"))
    return Typed(a_day, tokens["input"].quantize(Decimal(1)), tokens["output"].quantize(Decimal(1)), parts)
