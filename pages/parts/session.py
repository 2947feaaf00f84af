"""What a page knows of its visitor: the store, where to go next, what to say after the next run. Keeps no data of its own."""

from typing import NoReturn

import streamlit as st

from pages.parts import page, safe
from workbench import store as stores
from workbench.store import Store

_FLASH = "_flash"

# Pages by the name that other pages use.
HOME, PROMPTS, PLAYGROUND, DATASETS = "home", "prompts", "playground", "datasets"
COMPARE, RATE, RUNS, SETTINGS = "compare", "rate", "runs", "settings"
WHATIF, SPEND, BUDGETS, PRICES = "whatif", "spend", "budgets", "prices"
OVERVIEW, CALLS, IMPORTS, ADVICE = "overview", "calls", "imports", "advice"
ALERTS, METRICS = "alerts", "own_metrics"
DOCUMENTS, PLANS, ASSESSMENT = "documents", "plans", "assessment"
_FILES = {
    HOME: "pages/home.py",
    PROMPTS: "pages/build/prompts.py",
    PLAYGROUND: "pages/build/playground.py",
    DATASETS: "pages/build/datasets.py",
    COMPARE: "pages/measure/compare.py",
    RATE: "pages/measure/rate.py",
    WHATIF: "pages/spend/whatif.py",
    SPEND: "pages/spend/spend.py",
    BUDGETS: "pages/spend/budgets.py",
    PRICES: "pages/spend/prices.py",
    OVERVIEW: "pages/watch/overview.py",
    CALLS: "pages/watch/calls.py",
    ALERTS: "pages/watch/alerts.py",
    METRICS: "pages/watch/own_metrics.py",
    ADVICE: "pages/watch/advice.py",
    IMPORTS: "pages/watch/imports.py",
    DOCUMENTS: "pages/handover/documents.py",
    PLANS: "pages/handover/plans.py",
    ASSESSMENT: "pages/handover/assessment.py",
    RUNS: "pages/system/runs.py",
    SETTINGS: "pages/system/settings.py",
}


def store() -> Store:
    """The store of this process."""
    return stores.current()


def go(name: str, **query: object) -> NoReturn:
    """Open the page `name` with these URL parameters."""
    st.switch_page(_FILES[name], query_params=_parameters(query))


def link(name: str, label: str, *, icon: str | None = None, **query: object) -> None:
    """A link to the page `name`. `label` is the workbench's own text or has been through `safe.escape`."""
    st.page_link(_FILES[name], label=label, icon=icon, query_params=_parameters(query))


def _parameters(query: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in query.items() if value is not None}


def flash(message: object, kind: page.Kind = "success") -> None:
    """Say `message` once the page has been drawn again: what a callback or an action before a rerun did."""
    st.session_state.setdefault(_FLASH, []).append((str(message), kind))


def show_flashes() -> None:
    """Show what `flash` kept, once."""
    for message, kind in st.session_state.pop(_FLASH, []):
        st.toast(safe.escape(message, limit=500), icon=page.ICONS[kind], duration="long" if kind in {"warning", "error"} else "short")


def query(name: str, default: str = "") -> str:
    """The URL parameter `name`: text from outside, to be looked up and never trusted."""
    return str(st.query_params.get(name, default))[:400]
