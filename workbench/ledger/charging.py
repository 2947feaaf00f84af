"""Prices of many calls at once: the rates of a model are looked up once for the time they hold. Owns no price: what it says is what
`tariff.price` says.
"""

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
        usage = Usage(sent or 0, output_tokens=written or 0, **{name: values.get(name) or 0 for name in _PARTS})
        nano = rounded(rates.exact(usage, size=usage.input_tokens))
        return nano if nano <= MOST_NANO else None

    def _rates(self, provider: str, model: str, at_ms: int, processing: str | None) -> Rates | None:
        held = own.holding(self._own, provider, model, at_ms) if self._own else None
        if held is not None:
            return own.rates_of(held, processing)
        # Prices of the list change on the hour at the finest.
        key = provider, model, processing, at_ms // _HOUR_MS
        if key not in self._known:
            found = self._vendors.get(provider)
            if found is None:
                found = self._vendors[provider] = tariff.vendor(self._store, provider)
            self._known[key] = pricing.rates(found.provider, model, at_ms=at_ms, base_url=found.base_url, processing=processing)
        return self._known[key]
