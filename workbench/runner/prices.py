"""What a call of a variant would cost, by the price list of now. Owns nothing; a price that is not known is None, never 0."""

from typing import TYPE_CHECKING

from workbench.clock import SYSTEM
from workbench.runner.spec import Variant

if TYPE_CHECKING:
    from workbench.store import Store


def is_priced(store: "Store", variant: Variant) -> bool:
    """Whether calls of this variant have a known price; free ones do."""
    return nano(store, variant, 1_000, 1_000, SYSTEM.now_ms()) is not None


def nano(store: "Store", variant: Variant, input_tokens: int, output_tokens: int, at_ms: int) -> int | None:
    """What one call would cost, in nano-dollars; None where no price is known."""
    from workbench import pricing, providers
    from workbench.providers import connections

    if providers.get(variant.provider, store).free:
        return 0
    connection = connections.find(store, variant.provider)
    own_address = "" if connection.builtin else connection.base_url or ""
    name = connection.name if connection.builtin or own_address else connection.kind
    priced = pricing.estimate(name, variant.model, input_tokens, output_tokens, at_ms, base_url=own_address)
    return None if priced is None else priced.nano
