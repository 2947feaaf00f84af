"""Entries of the price list (genai-prices): which one a model is, and its rates over time and by tariff. Owns no arithmetic.

Finding an entry costs milliseconds, so it is found once a model and kept; its rates are read once for each stretch of time in which
they stand still, and a price is then a look-up.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from workbench.pricing.rates import Rates, rates_of

# These two are priced by name: their base URL may be a gateway of the company's own in front of the same provider.
_BY_NAME = frozenset({"openai", "anthropic"})
_DAY_MS = 86_400_000
_CHECKED = re.compile(r"\b(?:verified|checked)\b[^.;]{0,60}?\b(20\d\d-\d\d-\d\d)\b", re.IGNORECASE)


class Entry:
    """One model of the list: its reference, and its rates at any time under any tariff."""

    def __init__(self, owner: Any, model: Any, source: str) -> None:
        self.provider: str = owner.id
        self.model: str = model.id
        self.model_ref = f"{owner.id}/{model.id}"
        self.source = source
        self.url: str = (owner.pricing_urls or [""])[0]
        self.owner, self.listed = owner, model
        self._starts: dict[str | None, tuple[int, ...]] = {}
        self._known: dict[tuple[str | None, int, int], Rates | None] = {}
        self.slots = _slots(_constraints(model, None))

    def rates_at(self, at_ms: int, processing: str | None = None) -> Rates | None:
        """The rates that hold at `at_ms`; None where the entry has none that tokens are billed by."""
        starts = self.starts(processing)
        stretch = bisect_right(starts, at_ms)
        slot = bisect_right(self.slots, at_ms % _DAY_MS) if self.slots else 0
        key = processing, stretch, slot
        if key not in self._known:
            since = starts[stretch - 1] if stretch else None
            until = starts[stretch] if stretch < len(starts) else None
            read = self._read(at_ms, processing)
            self._known[key] = read and replace(read, from_ms=since, until_ms=until)
        return self._known[key]

    def starts(self, processing: str | None = None) -> tuple[int, ...]:
        """Times at which rates of the tariff may change, ascending."""
        if processing not in self._starts:
            dates = {found.start_date for found in _constraints(self.listed, processing) if hasattr(found, "start_date")}
            self._starts[processing] = tuple(sorted(day_ms(day) for day in dates))
        return self._starts[processing]

    def tariffs(self) -> tuple[str, ...]:
        """The other tariffs the entry knows: batch, flex, priority, fast."""
        words = {word for variant in self.listed.price_variants or () for word in _words(variant) if _reads(variant)}
        return tuple(word for word in ("batch", "flex", "priority", "fast") if word in words)

    @property
    def noted_check(self) -> date | None:
        """The latest day on which the entry's own note says that rates (some or all) were checked; None where it names none."""
        days = _CHECKED.findall(self.listed.price_comments or "")
        try:
            return date.fromisoformat(max(days)) if days else None
        except ValueError:  # a note is written by hand
            return None

    def _read(self, at_ms: int, processing: str | None) -> Rates | None:
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
        standard = rates_of(self.listed.get_prices(moment))
        other = rates_of(self.listed.get_prices(moment, context(processing))) if processing else standard
        told = other and replace(other, source=self.source, model_ref=self.model_ref)
        return told if told is None or other == standard else replace(told, processing=processing)


@dataclass(frozen=True)
class Edition:
    """Which price list is at hand. The list dates its changes, not when a price was last looked at: `newest_change` is the latest
    change that was in force when it was put on this machine, `installed` that day.
    """

    name: str
    version: str
    newest_change: date | None
    installed: date | None


def context(processing: str | None) -> dict[str, str]:
    """The tariff as the list asks for it: batches are a processing, flex and priority a service tier, fast a speed with some."""
    if processing is None:
        return {}
    return {"processing": processing} if processing == "batch" else {"service_tier": processing, "speed": processing}


@lru_cache(maxsize=16_384)  # a miss is worth keeping too: looking for it walks the whole list
def find(provider: str, model: str, base_url: str = "") -> Entry | None:
    """The entry of a model, None where the list has none. A connection a person added is known by its address, not by its name."""
    from genai_prices.data_snapshot import get_snapshot

    snapshot = get_snapshot()
    found = None if provider in _BY_NAME or not base_url else base_url
    if found is None and not any(known.id == provider for known in snapshot.providers):
        return None
    try:
        owner, entry = snapshot.find_provider_model(model, None, None if found else provider, found)
    except LookupError:
        return None
    return _made(owner.id, entry.id) or Entry(owner, entry, edition().name)


@lru_cache(maxsize=1)
def edition() -> Edition:
    """The price list at hand."""
    from importlib.metadata import version
    from pathlib import Path

    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    at = version("genai-prices")
    try:
        installed = datetime.fromtimestamp(Path(genai_prices.__file__).stat().st_mtime, UTC).date()
    except OSError:
        installed = None
    days = {
        entry.constraint.start_date
        for owner in get_snapshot().providers
        for model in owner.models
        for entry in (*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ()))
        if hasattr(entry.constraint, "start_date")
    }
    newest = max((day for day in days if installed is None or day <= installed), default=None)
    return Edition(f"genai-prices {at}", at, newest, installed)


@lru_cache(maxsize=1)
def thresholds() -> tuple[int, ...]:
    """Input tokens past which any price of the list is another, ascending."""
    from genai_prices.data_snapshot import get_snapshot

    return tuple(
        sorted(
            {
                tier.start
                for owner in get_snapshot().providers
                for model in owner.models
                for prices in _all_prices(model)
                for value in prices.__dict__.values()
                for tier in getattr(value, "tiers", ())
            }
        )
    )


@lru_cache(maxsize=1)
def hours() -> tuple[int, ...]:
    """Milliseconds of the day (UTC) at which any price of the list changes with the hour, ascending."""
    from genai_prices.data_snapshot import get_snapshot

    return tuple(
        sorted({edge for owner in get_snapshot().providers for model in owner.models for edge in _slots(_constraints(model, None))})
    )


def day_ms(day: date) -> int:
    """The first millisecond of a day (UTC)."""
    return round(datetime.combine(day, time(), UTC).timestamp() * 1000)


@lru_cache(maxsize=16_384)
def _made(provider: str, model: str) -> Entry | None:
    """One Entry for all names of a model, so that its rates are read once."""
    from genai_prices.data_snapshot import get_snapshot

    for owner in get_snapshot().providers:
        if owner.id == provider:
            for entry in owner.models:
                if entry.id == model:
                    return Entry(owner, entry, edition().name)
    return None  # the entry of another provider that this one falls back on


def _all_prices(model: Any) -> list[Any]:
    standard = [dated.prices for dated in model.prices] if isinstance(model.prices, list) else [model.prices]
    return standard + [variant.prices for variant in model.price_variants or ()]


def _constraints(model: Any, processing: str | None) -> list[Any]:
    dated = list(model.prices) if isinstance(model.prices, list) else []
    if processing is not None:
        dated += [variant for variant in model.price_variants or () if processing in _words(variant)]
    return [one.constraint for one in dated if one.constraint is not None]


def _words(variant: Any) -> tuple[str, ...]:
    """The tariffs a variant is of; one that depends on anything else (a route, a kind of search) is of none."""
    return tuple(word for word in variant.when.values() if variant.when.items() <= context(word).items())


def _reads(variant: Any) -> bool:
    prices = variant.prices
    return any(value is not None for value in (prices.input_mtok, prices.output_mtok, prices.cache_read_mtok))


def _slots(constraints: list[Any]) -> tuple[int, ...]:
    """Milliseconds of the day (UTC) at which a price that depends on the hour changes."""
    times = {moment for one in constraints if hasattr(one, "start_time") for moment in (one.start_time, one.end_time)}
    return tuple(sorted({_of_day_ms(moment) for moment in times}))


def _of_day_ms(moment: time) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(datetime.combine(date(1970, 1, 2), aware).timestamp() * 1000) % _DAY_MS
