"""Which cases, how often, how fast, for how much at most: what a run takes besides variants and a dataset."""

from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts.choosing import choose
from pages.parts.facets import facets
from workbench.runner.spec import RETRIES
from workbench.store import Store

_RETRY = {"runs": "9 retries, from 0.25 s to 5 s", "classic": "3 retries, from 1 s to 60 s", "none": "No retries"}

_HELP = "A preset, or settings of your own, typed in: retries=3,base=1,factor=2,cap=60,jitter=off"


def draw(store: Store, dataset: str | None) -> dict[str, Any]:
    """The fields of a RunSpec that have a default, as the person set them."""
    with st.expander("Cases, repeats and limits", icon=":material/tune:", key="limits"):
        with st.container(horizontal=True):
            limit = st.number_input("Cases at most", 1, value=None, key="limit", placeholder="all", bind="query-params", width=150)
            seed = st.number_input(
                "Sample with seed", 0, value=None, key="seed", placeholder="the first ones", bind="query-params", width=150,
                help="Draws the cases at random; the same seed draws the same cases.",
            )  # fmt: skip
            split = _split(store, dataset)
        with st.container(horizontal=True):
            repeats = st.number_input("Repeats", 1, 100, 1, key="repeats", bind="query-params", width=150)
            concurrency = st.number_input(
                "Calls at once", 1, 500, value=None, key="concurrency", placeholder="8, local 2", bind="query-params", width=150
            )
            rpm = st.number_input("Requests a minute", 1, value=None, key="rpm", placeholder="no limit", bind="query-params", width=150)
        with st.container(horizontal=True):
            timeout = st.number_input("Seconds a call may take", 1.0, 3600.0, 60.0, key="timeout", bind="query-params", width=150)
            cap = st.number_input(
                "Spend at most, dollars", 0.0, value=None, key="cap", placeholder="no cap", format="%.4f", bind="query-params", width=150
            )
            retry = choose("Retries", RETRIES, "retry", say=_said, default=RETRIES[0], free=True, help=_HELP) or RETRIES[0]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            until_decided = st.toggle(
                "Stop when decided", key="until", bind="query-params",
                help="Ends the run as soon as its scores say which variant is best. Cases come in random order.",
            )  # fmt: skip
            margin = st.number_input(
                "Margin (points)", 0.1, 99.0, value=None, key="margin", placeholder="none", format="%.1f", bind="query-params", width=150,
                help="Two variants that differ by less are as good as each other. With it, a run is decided by that, too.",
            )  # fmt: skip
        reuse = st.checkbox("Take replies of identical cells from earlier runs", key="reuse", bind="query-params")
        name = st.text_input("Name of the run", key="run-name", max_chars=200, placeholder="made of the variants and the dataset")
    return {
        "limit": limit,
        "sample_seed": seed,
        "split": split,
        "repeats": int(repeats),
        "concurrency": concurrency,
        "rpm": rpm,
        "timeout_s": float(timeout),
        "cap_usd": None if cap is None else Decimal(str(cap)),
        "retry": retry,
        "reuse": reuse,
        "until_decided": until_decided,
        "margin": None if margin is None else margin / 100,
        "name": name.strip(),
    }


def _split(store: Store, dataset: str | None) -> str | None:
    from workbench.datasets import registry

    found = {name: count for name, count in facets(store, registry.get(store, dataset)).splits.items() if name} if dataset else {}
    if not found:
        return None
    chosen: str | None = choose("Split", list(found), "split", say=lambda name: f"{name} · {found[name]:,}", placeholder="all")
    return chosen


def _said(retry: str) -> str:
    return _RETRY.get(retry, retry)
