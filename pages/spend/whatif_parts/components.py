"""Tokens that are billed beside the queries: embedding a corpus, tuning a model."""

from dataclasses import replace
from decimal import Decimal

import streamlit as st

from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path
from workbench.cost.model import Component, Typed

PATH: Path = ("baseline", "components")
_KINDS = {"embedding": "Embedding", "fine_tuning": "Fine-tuning"}
_MOST = 6
_EMBEDS = "openai/text-embedding-3-small"


def draw(desk: Desk) -> None:
    """Draw a row for each, and the button for another."""
    held: tuple[Component, ...] = desk.value(PATH) or ()
    for number, each in enumerate(held[:_MOST]):
        path = (*PATH, str(number))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"component-{number}"):
            with st.container(width=118):
                fields.choice(desk, (*path, "kind"), "Beside the queries", list(_KINDS), say=_KINDS)
            with st.container(width=190):
                fields.choice(desk, (*path, "model"), "Model", [*known.models(desk.good), _EMBEDS], free=True)
            with st.container(width=150):
                fields.number(desk, (*path, "tokens_per_month"), "Tokens a month", step=1_000_000.0)
            with st.container(width=130):
                fields.number(desk, (*path, "usd_per_mtok"), "$ per million", step=0.01, empty="price list")
            st.button(f"Without {_KINDS[each.kind].lower()}", key=f"component-drop-{number}", icon=":material/close:", type="tertiary",
                      on_click=_put, args=(desk, (*held[:number], *held[number + 1 :])))  # fmt: skip
    fields.wrong(desk, PATH)
    if len(held) < _MOST:
        made = Component(f"Embedding {len(held) + 1}", "embedding", _EMBEDS, Decimal(10_000_000))
        st.button("Embedding or fine-tuning tokens", icon=":material/add:", key="component-add", type="tertiary",
                  on_click=_put, args=(desk, (*held, made)))  # fmt: skip


def _put(desk: Desk, components: tuple[Component, ...]) -> None:
    baseline = desk.good.baseline
    assert isinstance(baseline, Typed)
    desks.edit(desk, ("baseline",), replace(baseline, components=components), redraw=True)
