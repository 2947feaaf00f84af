"""Prices of calls, dated. Pure: knows no database, no clock, no network. Refuses to guess: a price that is not known is None."""

from workbench.pricing.overrides import Override, OverrideRates, Overrides
from workbench.pricing.price import FREE_PROVIDERS, Priced, price, priced, rates
from workbench.pricing.rates import PricedPart, Rate, Rates, TokenCounts

__all__ = [
    "FREE_PROVIDERS",
    "Override",
    "OverrideRates",
    "Overrides",
    "Priced",
    "PricedPart",
    "Rate",
    "Rates",
    "TokenCounts",
    "price",
    "priced",
    "rates",
]
