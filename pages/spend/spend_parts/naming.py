"""Names that a budget can be for: models and prompts that were called of late, and prompts that were written."""

from workbench.ledger import spend
from workbench.ledger.periods import DAY_MS
from workbench.pricing import FREE_PROVIDERS
from workbench.prompts import registry
from workbench.store import Store

_DAYS = 90
_MOST = 300


def models(store: Store, now_ms: int) -> list[str]:
    """Models called in the last 90 days that can cost something, the dearest first."""
    found = spend.by_model(store, now_ms - _DAYS * DAY_MS, now_ms)
    return [one.full_model for one in found if one.provider not in FREE_PROVIDERS][:_MOST]


def prompts(store: Store, now_ms: int) -> list[str]:
    """Prompts called in the last 90 days, the dearest first, then those of the registry."""
    called = [one.prompt for one in spend.by_prompt(store, now_ms - _DAYS * DAY_MS, now_ms) if one.prompt]
    return list(dict.fromkeys([*called, *(one.name for one in registry.page(store, limit=_MOST))]))[:_MOST]
