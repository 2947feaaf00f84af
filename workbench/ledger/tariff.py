"""Who sends the bill for a call as the ledger names it, and what it comes to: an own price first, then the list. Owns no price.

The ledger names a connection and the model that was asked for; the price list knows vendors. A connection a person added is known
to the list by its address, and one without an address by its kind.
"""

from dataclasses import dataclass

from workbench import pricing
from workbench.errors import NotFound
from workbench.ledger import overrides
from workbench.pricing import Priced, Rates, TokenCounts
from workbench.pricing import overrides as own
from workbench.providers import connections
from workbench.providers.base import Reply
from workbench.store import Store


@dataclass(frozen=True, slots=True)
class Vendor:
    """How the price list is asked about a connection's models."""

    provider: str
    base_url: str = ""


def vendor(store: Store, provider: str) -> Vendor:
    """Who bills for the connection `provider`. One that is gone is taken by its name: its calls may well be of that vendor."""
    try:
        connection = connections.find(store, provider)
    except NotFound:
        return Vendor(provider)
    address = "" if connection.builtin else connection.base_url or ""
    return Vendor(connection.name if connection.builtin or address else connection.kind, address)


def rates(store: Store, provider: str, model: str, *, at_ms: int, processing: str | None = None) -> Rates | None:
    """The rates of a model as the ledger names it; None where nobody knows its price."""
    held = own.holding(overrides.current(store), provider, model, at_ms)
    if held is not None:
        return own.rates_of(held, processing)
    found = vendor(store, provider)
    return pricing.rates(found.provider, model, at_ms=at_ms, base_url=found.base_url, processing=processing)


def price(store: Store, provider: str, model: str, usage: TokenCounts, *, at_ms: int, processing: str | None = None) -> Priced | None:
    """What a call of a model as the ledger names it costs; None where nobody knows."""
    found = rates(store, provider, model, at_ms=at_ms, processing=processing)
    return None if found is None else pricing.priced(found, usage)


def of_reply(store: Store, provider: str, model: str, reply: Reply, *, at_ms: int, free: bool = False) -> Priced | None:
    """What a reply cost: by an own price of the model asked for or of the one that answered, else by the list's price of the one that
    answered, unless it knows only the one asked for. `free` connections cost nothing that no own price states.
    """
    held = next((one for name in (model, reply.model) if name and (one := _own(store, provider, name, at_ms))), None)
    if held is not None:
        return pricing.priced(own.rates_of(held, reply.processing), reply.usage)
    if free:
        return Priced(0, 0, 0, f"{provider}/{model}", "free")
    found = vendor(store, provider)
    for name in filter(None, (reply.model, model)):
        listed = pricing.rates(found.provider, name, at_ms=at_ms, base_url=found.base_url, processing=reply.processing)
        if listed is not None:
            return pricing.priced(listed, reply.usage)
    return None


def _own(store: Store, provider: str, model: str, at_ms: int) -> own.Override | None:
    return own.holding(overrides.current(store), provider, model, at_ms)
