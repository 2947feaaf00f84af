"""Backtest: what came before a moment predicts what came after it, and how wrong that has been, for the calls of the baseline."""

from decimal import Decimal
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import figures, tables
from pages.parts import format as fmt
from pages.spend.whatif_parts import wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Trace, Typed
from workbench.store import Store
from workbench.text.counting import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.cost.backtest import Backtest, Split

_MEASURES = {"usd": "Dollars", "calls": "Calls", "input_tokens": "Tokens in", "output_tokens": "Tokens out"}
_TEXT = st.column_config.TextColumn
_KEY = "whatif-measure"
_TWO_DAYS_MS = 172_800_000


def draw(store: Store, desk: Desk) -> None:
    """Draw the sentence, the picture and the table."""
    baseline = desk.good.baseline
    if isinstance(baseline, Typed):
        st.caption(
            "Numbers that are typed in predict nothing that could be held against what came. Take recorded calls or a trace file as the "
            "baseline: its first half then predicts the second, with the same ranges as every total here."
        )
        return
    st.session_state.setdefault(_KEY, "usd" if not isinstance(baseline, Trace) else "calls")
    measure = st.segmented_control("What is predicted", list(_MEASURES), required=True, key=_KEY, format_func=_MEASURES.__getitem__)
    found = _found(store, desk, str(measure))
    title = "How far off each prediction was, with its range p5 to p95, in percent of what came"
    st.markdown(f"**{wording.md(found.said)}**")
    known = [split for split in found.history if split.error is not None]
    if known:
        said = "; ".join(f"{_when(split)}: {_off(split.error)}{'' if split.inside else ', outside'}" for split in known)
        figures.show(chart(title, known), "backtest", f"{title}. {said}.")
        st.caption("A range that meets 0 held what came. Splits share calls with each other, so that they are no separate proofs.")
    _table(found)
    if found.unpriced:
        st.caption(f"{counted(found.unpriced, 'call without a price is', 'calls without a price are')} in no total.")


def _found(store: Store, desk: Desk, measure: str) -> "Backtest":
    from workbench.cost import backtest, trace

    baseline, prices = desk.good.baseline, desk.good.prices
    if isinstance(baseline, Trace):
        return backtest.backtest(trace.load(baseline.path, baseline.model), measure=measure, prices=prices)  # type: ignore[arg-type]
    return backtest.backtest(store, baseline, measure=measure)  # type: ignore[arg-type]  # a typed baseline was answered above


def chart(title: str, splits: "list[Split]") -> "go.Figure":
    """A row for each split: the prediction against what came."""
    import plotly.graph_objects as go

    figure = figures.base(title, height=84 + 30 * len(splits))
    rows = list(range(len(splits)))
    for inside, name, symbol in ((True, "held what came", "circle"), (False, "did not", "x")):
        chosen = [row for row in rows if splits[row].inside is inside]
        if not chosen:
            continue
        points = [[_percent(each, splits[row].actual) for each in _ends(splits[row])] for row in chosen]
        whisker = {
            "type": "data", "symmetric": False, "array": [high - value for value, _, high in points],
            "arrayminus": [value - low for value, low, _ in points], "thickness": 1.5, "width": 5,
        }  # fmt: skip
        look = {"size": 10, "symbol": symbol, "color": figures.palette()[0 if inside else 1]}
        said = [f"{_when(splits[row])}: {_off(splits[row].error)}" for row in chosen]
        figure.add_trace(
            go.Scatter(
                x=[value for value, _, _ in points], y=chosen, mode="markers", marker=look, error_x=whisker, name=name, customdata=said,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )  # fmt: skip
    figure.add_vline(x=0, line_width=1.5, line_color=figures.ink())
    figure.update_yaxes(zeroline=False, tickvals=rows, ticktext=[_when(split) for split in splits], autorange="reversed")
    figure.update_xaxes(title_text="Predicted against what came, %", ticksuffix=" %")
    figure.update_layout(showlegend=True, legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}, margin={"t": 30})
    return figure


def _ends(split: "Split") -> tuple[Decimal, Decimal, Decimal]:
    value = split.predicted.value
    return value, split.predicted.low if split.predicted.low is not None else value, split.predicted.high or value


def _percent(value: Decimal, actual: Decimal) -> float:
    return float((value - actual) / actual * 100)


def _when(split: "Split") -> str:
    """Both periods of a split, as days; as times where all of it lies within two days."""
    part = slice(5, 10) if split.until_ms - split.from_ms > _TWO_DAYS_MS else slice(11, 16)
    first, cut, last = (fmt.moment(each)[part] for each in (split.from_ms, split.at_ms, split.until_ms))
    return f"{first} to {cut} → {last}"


def _off(error: Decimal | None) -> str:
    return fmt.NONE if error is None else f"{wording.share(abs(error))} too {'high' if error > 0 else 'low'}"


def _table(found: "Backtest") -> None:
    say = wording.usd if found.measure == "usd" else wording.count
    rows = [
        {
            "when": _when(split), "predicted": say(split.predicted.value), "off": _off(split.error), "actual": say(split.actual),
            "range": fmt.NONE if split.predicted.low is None else f"{say(split.predicted.low)} to {say(split.predicted.high or 0)}",
            "inside": "✓ inside" if split.inside else "✗ outside",
        }
        for split in dict.fromkeys((found.split, *found.history))
    ]  # fmt: skip
    columns = {"when": _TEXT("From, to → until", width=145), "predicted": _TEXT("Predicted", width=75),
               "range": _TEXT("p5 to p95", width=110), "actual": _TEXT("Came", width=70),
               "off": _TEXT("Off by", width=105), "inside": _TEXT("Range", width=75)}  # fmt: skip
    tables.table(rows, columns, "backtest-table", alt="Every split: what was predicted and what came", export="backtest.csv")
