"""One style of table for every page, its row-open pattern and its export. Cells are plain text, or escaped where they are markdown."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import safe

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPEN = "_open"
_NAMELESS = "\u00a0"  # each button says what it does: its column need not say it again
_SENTENCE = 800  # characters of a cell that wraps
_TALL, _HIGH = 24, 1000  # from so many rows on such a table scrolls, in so many pixels


def table(
    rows: "Sequence[Mapping[str, Any]] | pd.DataFrame",
    columns: Mapping[str, Any],
    key: str,
    *,
    id_column: str = "id",
    on_select: Callable[[Any], object] | None = None,
    open_label: str | None = None,
    height: int | None = None,
    export: str | None = None,
    alt: str = "",
) -> Any:
    """Draw the rows under `columns` (name -> heading, or a column_config) and return the id of the row that was opened in this view.

    With `open_label` or `on_select` each row gets a button; `on_select` is called with the row's id before the page runs again.
    The id comes from the rows that were on the screen: the widget's key changes with them, so a click never lands on a neighbour.
    `export` names a CSV file that is offered under the table.
    """
    frame = _frame(rows, columns, id_column)
    ids = frame[id_column].tolist() if id_column in frame.columns else []
    shown = frame[[name for name in columns if name in frame.columns]].copy()
    config = {name: heading for name, heading in columns.items() if name in shown.columns}
    chosen = None
    if ids and (open_label or on_select):
        click = f"{key}-open-{_mark(ids)}"
        chosen = _chosen(st.session_state.get(click), ids)
        # First and pinned: the way into a row must not lie beyond the edge of a narrow screen.
        shown.insert(0, _OPEN, open_label or "Open")
        button = st.column_config.ButtonColumn(
            _NAMELESS, key=click, type="tertiary", width=80, pinned=True, on_click=_tell, args=(click, ids, on_select)
        )
        config[_OPEN] = button
    st.dataframe(
        shown, key=f"{key}-{_mark(ids)}", hide_index=True, column_config=config, height=height or "auto", placeholder="", alt=alt or None
    )
    if export:
        st.download_button(
            "Download CSV",
            data=lambda: to_csv(frame, columns),
            file_name=export,
            mime="text/csv",
            key=f"{key}-csv",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
        )
    return chosen


def wrapped(rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], *, export: str, alt: str) -> None:
    """Draw rows of sentences: cells wrap. Everything in them is escaped: this is the one table whose cells are markdown."""
    import pandas as pd

    frame = pd.DataFrame([[row[name] for name in columns] for row in rows], columns=list(columns), dtype=object)
    shown = frame.map(lambda text: safe.escape(text, limit=_SENTENCE)).rename(columns=dict(columns))
    st.table(shown, border="horizontal", hide_index=True, height=_HIGH if len(rows) > _TALL else "content", alt=alt)
    st.download_button(
        "Download CSV", data=lambda: to_csv(frame, columns), file_name=export, mime="text/csv", key=export,
        icon=":material/download:", on_click="ignore", type="tertiary",
    )  # fmt: skip


def to_csv(frame: "pd.DataFrame", columns: Mapping[str, Any]) -> bytes:
    """The columns as CSV that a spreadsheet opens without running anything in it: text that starts a formula gets a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [name for name in columns if name in frame.columns]
    writer.writerow([neutral(name) for name in names])
    writer.writerows([neutral(cell) for cell in row] for row in frame[names].itertuples(index=False, name=None))
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def neutral(cell: object) -> object:
    """`cell` as it may stand in a spreadsheet; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None or cell != cell else cell  # noqa: PLR0124 (only NaN differs from itself)


def _frame(rows: Any, columns: Mapping[str, Any], id_column: str) -> "pd.DataFrame":
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return rows
    names = list(dict.fromkeys([*columns, *([id_column] if rows and id_column in rows[0] else [])]))
    return pd.DataFrame([{name: _cell(row.get(name)) for name in names} for row in rows], columns=names)


def _cell(value: Any) -> Any:
    return safe.plain(value) if isinstance(value, str) else value


def _mark(ids: Sequence[Any]) -> str:
    return hashlib.blake2b("\x1f".join(map(str, ids)).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _chosen(click: Any, ids: Sequence[Any]) -> Any:
    row = None if click is None else click["row"]
    return ids[row] if isinstance(row, int) and 0 <= row < len(ids) else None


def _tell(click: str, ids: Sequence[Any], on_select: Callable[[Any], object] | None) -> None:
    chosen = _chosen(st.session_state.get(click), ids)
    if on_select is not None and chosen is not None:
        on_select(chosen)
