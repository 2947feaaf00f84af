"""Which models a field offers: those of the scenario first, then those the ledger has seen, then those whose price is known."""

from collections.abc import Iterator, Mapping

import streamlit as st

from pages.parts import session
from workbench import clock
from workbench.cost.model import NewModel, Routing, Scenario, Trace, Typed
from workbench.ledger import spend

_DAYS, _DAY_MS, _KEPT_S = 90, 86_400_000, 60
COMMON = (
    "openai/gpt-4o",
    "openai/gpt-4o-mini",
    "openai/gpt-4.1",
    "openai/gpt-4.1-mini",
    "openai/gpt-4.1-nano",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-opus-4-1",
    "google/gemini-2.5-pro",
    "google/gemini-2.5-flash",
)
"""What people ask about most; any other name can be typed."""


def models(scenario: Scenario) -> list[str]:
    """Names of models, each once."""
    return list(dict.fromkeys([*of(scenario), *_seen(session.store().url), *COMMON]))


def of(scenario: Scenario) -> list[str]:
    """The models that the scenario itself names."""
    return list(dict.fromkeys(_named(scenario)))


def another(scenario: Scenario, *but: str) -> str:
    """A model of the scenario that is none of those; else the first that is commonly asked about."""
    return next(name for name in [*of(scenario), *COMMON] if name not in but)


def main(scenario: Scenario) -> str:
    """The model that answers most in the baseline, as far as the scenario says."""
    baseline = scenario.baseline
    if isinstance(baseline, Typed):
        return max(baseline.models, key=lambda name: baseline.models[name])
    return baseline.model if isinstance(baseline, Trace) else next(iter(_seen(session.store().url)), COMMON[0])


def _named(scenario: Scenario) -> Iterator[str]:
    baseline = scenario.baseline
    if isinstance(baseline, Typed):
        yield from baseline.models
    elif isinstance(baseline, Trace):
        yield baseline.model
    for lever in scenario.levers:
        if isinstance(lever, Routing):
            yield from (name for shares in lever.shares.values() for name in shares)
        elif isinstance(lever, NewModel):
            yield lever.model
    for mapping in (scenario.prices, scenario.believed):
        assert isinstance(mapping, Mapping)
        yield from mapping


def seen() -> list[str]:
    """Models of recorded calls."""
    return _seen(session.store().url)


@st.cache_data(ttl=_KEPT_S, show_spinner=False, max_entries=4)
def _seen(url: str) -> list[str]:
    """Models of the recorded calls of the longest period that is offered, the most frequent first."""
    assert url
    now_ms = clock.now_ms()
    used = spend.by_model(session.store(), now_ms - _DAYS * _DAY_MS, now_ms)
    return [one.full_model for one in sorted(used, key=lambda one: -one.calls)]
