"""Rows of cases by their positions: what a filter or a ranking picked, one page of it, as the grid draws them."""

from collections.abc import Sequence

import streamlit as st

from pages.measure.compare_parts import evidence
from workbench.runner import reading
from workbench.runner.cells import GridRow
from workbench.runner.reading import Run
from workbench.store import Store


def read(store: Store, run: Run, positions: Sequence[int]) -> list[GridRow]:
    """The cases at `positions`, in that order."""
    return _read(store, evidence.as_it_stands(store, run), run.id, tuple(positions))


@st.cache_resource(max_entries=40, show_spinner=False)
def _read(_store: Store, as_it_stands: tuple[object, ...], run_id: str, positions: tuple[int, ...]) -> list[GridRow]:
    """Neighbours are read together; the others cost a look each, which is why a page of them is kept."""
    store = _store
    found: dict[int, GridRow] = {}
    for first, count in _stretches(sorted(set(positions))):
        found |= {row.position: row for row in reading.grid(store, run_id, offset=first, limit=count).rows}
    return [found[position] for position in positions if position in found]


def short(value: object, most: int = 160) -> str:
    """Text as one line of a cell."""
    line = " ".join(str(value).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _stretches(positions: Sequence[int]) -> list[tuple[int, int]]:
    """First and length of every stretch of positions without a gap."""
    stretches: list[tuple[int, int]] = []
    for position in positions:
        if stretches and sum(stretches[-1]) == position:
            stretches[-1] = (stretches[-1][0], stretches[-1][1] + 1)
        else:
            stretches.append((position, 1))
    return stretches
