"""What a call of a variant would cost: by an own price, else by the list of now. A price that is not known is None, never 0."""

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
    from workbench import providers
    from workbench.ledger import tariff
    from workbench.providers.base import Usage

    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    priced = tariff.price(store, variant.provider, variant.model, usage, at_ms=at_ms)
    if priced is None and providers.get(variant.provider, store).free:
        return 0
    return None if priced is None else priced.nano
