"""Prices of calls, dated. Pure: knows no database, no clock, no network. Refuses to guess: a price that is not known is None."""

from workbench.pricing.price import FREE_PROVIDERS, Priced, TokenCounts, estimate, price

__all__ = ["FREE_PROVIDERS", "Priced", "TokenCounts", "estimate", "price"]
