"""The figures of the Overview, each with its change against the period before, its interval and a line of how it went."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import safe
from pages.watch.overview_parts import wording
from workbench.monitoring.dashboard_model import Card

# What people look at first; the others are a click away.
FIRST = ("requests", "success_rate", "latency_p50", "latency_p95", "ttft_p50", "tokens", "cost", "satisfaction")
_POINTS = 60  # of a small line
_ASSETS = Path(__file__).with_name("assets")


def draw(cards: Sequence[Card]) -> None:
    """Draw the cards: a component of our own, because they are drawn anew all the time and are one element instead of fifty."""
    by_key = {card.key: card for card in cards}
    first = [said(by_key[key]) for key in FIRST if key in by_key]
    rest = [said(card) for card in cards if card.key not in FIRST]
    _component()(key="watch-cards", data={"first": first, "rest": rest})


def said(card: Card) -> dict[str, Any]:
    """What a card says."""
    change, colour = wording.change(card)
    return {
        "title": safe.plain(card.title),
        "value": wording.value(card.value, card.unit),
        "none": card.value is None,
        "change": change,
        "colour": colour,
        "beneath": beneath(card),
        "spark": thinned(card.spark),
    }


def beneath(card: Card) -> str:
    """What stands under a figure: its interval, its n, what it was, what is left out."""
    found = []
    if card.low is not None and card.high is not None:
        found.append(f"{wording.value(card.low, card.unit)} to {wording.value(card.high, card.unit)} (95 %)")
    elif card.previous is not None:
        found.append(f"{wording.value(card.previous, card.unit)} before")
    if card.n and card.key != "requests":
        found.append(f"n = {wording.count(card.n)}{'' if card.n_of == 'calls' else f' {card.n_of}'}")
    return " · ".join(found) + (f". {card.note}" if card.note and found else card.note)


def thinned(values: Sequence[float | None]) -> list[float | None]:
    """At most so many values as a small line can show, each of one bucket."""
    every = max(1, -(-len(values) // _POINTS))
    return [None if value is None else float(f"{value:.4g}") for value in values[::every]]


@cache
def _component() -> Any:
    css, js = ((_ASSETS / name).read_text(encoding="utf-8") for name in ("cards.css", "cards.js"))
    return st.components.v2.component("workbench.cards", html='<div class="cards"></div>', css=css, js=js)
