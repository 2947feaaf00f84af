"""Prices of many calls at once: the rates of a model are looked up once for the time they hold. Owns no price: what it says is what
`tariff.price` says.
"""

from typing import cast

from workbench import pricing
from workbench.ledger import overrides, tariff
from workbench.ledger.fields import MOST_NANO, Values
from workbench.ledger.tariff import Vendor
from workbench.pricing import Rates
from workbench.pricing import overrides as own
from workbench.pricing.rates import rounded
from workbench.providers.base import Usage
from workbench.store import Store

_HOUR_MS = 3_600_000
_NONE = object()
_NOTHING = Usage()
_PARTS = ("cached_tokens", "cache_write_tokens", "reasoning_tokens", "cache_write_1h_tokens")


class Charges:
    """What calls cost. Keeps what it looked up: make one for a file or a request, not for longer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own = overrides.current(store)
        self._vendors: dict[str, Vendor] = {}
        self._known: dict[tuple[str, str, str | None, int], Rates | None] = {}

    def cost_nano(self, values: Values) -> int | None:
        """Nano-dollars of a call that says how many tokens it took; None where it does not, or nobody knows its price."""
        sent, written = values.get("input_tokens"), values.get("output_tokens")
        if sent is None and written is None:
            return None
        rates = self._rates(values["provider"], values["model"], values["started_ms"], values.get("processing"))
        if rates is None:
            return None
        sent, written = sent or 0, written or 0
        parts = {name: count for name in _PARTS if (count := values.get(name))}
        if parts or rates.input is None or rates.output is None:
            exact = rates.exact(Usage(sent, output_tokens=written, **parts), size=sent)
        else:  # the same sum for the many calls without parts
            exact = rates.input.at(sent) * sent + rates.output.at(sent) * written + (rates.exact(_NOTHING, size=0) if rates.request else 0)
        nano = rounded(exact)
        return nano if nano <= MOST_NANO else None

    def _rates(self, provider: str, model: str, at_ms: int, processing: str | None) -> Rates | None:
        held = own.holding(self._own, provider, model, at_ms) if self._own else None
        if held is not None:
            return own.rates_of(held, processing)
        # Prices of the list change on the hour at the finest.
        key = provider, model, processing, at_ms // _HOUR_MS
        known = self._known.get(key, _NONE)
        if known is _NONE:
            found = self._vendors.get(provider)
            if found is None:
                found = self._vendors[provider] = tariff.vendor(self._store, provider)
            known = self._known[key] = pricing.rates(found.provider, model, at_ms=at_ms, base_url=found.base_url, processing=processing)
        return cast("Rates | None", known)
