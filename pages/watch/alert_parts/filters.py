"""Which calls a rule is about: prompts in the sentence, the rest in a menu; of an own metric, one tag."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import figures, safe
from pages.watch.alert_parts.drafts import P, get
from pages.watch.overview_parts import wording
from workbench.ledger.fields import PRODUCTION, TRIED
from workbench.monitoring import choices
from workbench.monitoring.choices import Choices
from workbench.monitoring.rules import OWN, QUALITY
from workbench.store import Store

_STATUSES = {"ok": "Answered", "error": "Failed"}
_MENU = ("model", "version", "label", "provider", "source", "status", "error_type", "traffic")
_TRAFFIC = {PRODUCTION: "Production", TRIED: "Runs, benchmarks, playground"}


def draw(store: Store, metric: str) -> None:
    """Draw the fields."""
    if metric.startswith(OWN) or metric == QUALITY:
        st.markdown("with the tag", width="content")
        st.text_input("Tag", key=P + "tag", width=160, placeholder="any", max_chars=200, label_visibility="collapsed")
        return
    found = _choices(store, store.url)
    st.markdown("for", width="content")
    _several("Prompts", "prompt", found.prompts, "all prompts", wording.prompt, width=230)
    chosen = sum(bool(get(f"f-{name}")) for name in _MENU)
    with st.popover(f"More filters · {chosen}" if chosen else "More filters", icon=":material/filter_alt:", key="alert-filters"):
        left, right = st.columns(2)
        with left:
            _several("Models", "model", found.models, "all")
            _several("Providers", "provider", found.providers, "all")
            _several("Status", "status", tuple(_STATUSES), "all", lambda name: _STATUSES.get(name, name))
            _several("Types of error", "error_type", found.error_types, "all")
        with right:
            _several("Versions", "version", [], "all")
            _several("Labels", "label", found.labels, "all")
            _several("Sources", "source", found.sources, "all")
            _several("Traffic", "traffic", tuple(_TRAFFIC), "all", lambda name: _TRAFFIC.get(name, name))


def _several(label: str, name: str, offered: Sequence[Any], empty: str, say: Callable[[str], str] = str, *, width: int = 240) -> None:
    """Several names, or all; names that no call carries yet can be typed."""
    options = list(dict.fromkeys([*offered, *(get(f"f-{name}") or ())]))
    said = wording.apart({each: figures.short(safe.plain(say(str(each))), 60) for each in options})
    st.multiselect(
        label, options, key=f"{P}f-{name}", format_func=lambda each: said.get(each, str(each)), placeholder=empty, width=width,
        accept_new_options=name not in ("status", "traffic"), label_visibility="visible" if name in _MENU else "collapsed",
    )  # fmt: skip


@st.cache_data(ttl=30, max_entries=8, show_spinner=False)
def _choices(_store: Store, _url: str) -> Choices:
    return choices.look(_store)
