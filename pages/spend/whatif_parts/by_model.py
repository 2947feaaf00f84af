"""By model: calls, tokens and dollars of a month, before and after, and where each price is from."""

from decimal import Decimal

import streamlit as st

from pages.parts import format as fmt
from pages.parts import tables
from pages.spend.whatif_parts import wording
from workbench.cost.comparing import by_model
from workbench.cost.outcome import Outcome, Share

_TEXT = st.column_config.TextColumn


def draw(outcome: Outcome) -> None:
    """Draw the table."""
    before, after = by_model(outcome.before), by_model(outcome.after)
    names = list(dict.fromkeys([*after, *before]))
    rows = [_row(name, before.get(name), after.get(name)) for name in names]
    columns = {
        "model": _TEXT("Model", width=200),
        "before": _TEXT("Now, $ a month", width=120),
        "after": _TEXT("With it, $ a month", width=130),
        "share": _TEXT("Calls", width=75, help="Share of the calls that reach any model: what a cache answers is not among them."),
        "calls": _TEXT("Calls a month", width=115),
        "tokens": _TEXT("Tokens in / out a month", width=190),
        "source": _TEXT("Price from", width=180),
    }
    tables.table(rows, columns, "by-model", alt="Every model with its calls, tokens and cost before and after", export="by-model.csv")
    cached = outcome.after.calls - sum((each.calls for each in after.values()), Decimal(0))
    if cached > 1:
        answered, asked = (wording.count(each.quantize(Decimal(1))) for each in (cached, outcome.after.calls))
        st.caption(wording.md(f"{answered} of {asked} calls a month reach no model: a cache answers."))
    if outcome.after.components_usd:
        st.caption(
            wording.md(
                f"Beside the models: {wording.usd(outcome.after.components_usd)} a month (look-ups of caches, embeddings, fine-tuning)."
            )
        )


def _row(name: str, before: Share | None, after: Share | None) -> dict[str, object]:
    shown = after or before
    assert shown is not None
    return {
        "id": name,
        "model": name,
        "before": _usd(before),
        "after": _usd(after),
        "share": wording.share(after.share) if after else "0 %",
        "calls": wording.count(after.calls) if after else "0",
        "tokens": f"{_tokens(after, 'input')} / {_tokens(after, 'output')}",
        "source": shown.source or ("unpriced" if shown.usd is None else ""),
    }


def _usd(found: Share | None) -> str:
    return fmt.NONE if found is None else "unpriced" if found.usd is None else wording.usd(found.usd)


def _tokens(found: Share | None, kind: str) -> str:
    return wording.count(found.tokens.get(kind, Decimal(0))) if found else "0"
