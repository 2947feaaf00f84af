"""What the price list holds, to be looked through: models by text, the model a name means, the periods of a price. Owns no arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise

from workbench.errors import NotFound
from workbench.pricing import entries
from workbench.pricing import overrides as own
from workbench.pricing.entries import Edition, Entry
from workbench.pricing.overrides import Override
from workbench.pricing.price import FREE_PROVIDERS, rates
from workbench.pricing.rates import Rates

__all__ = ["Edition", "Listed", "Period", "edition", "models", "near", "periods", "resolve"]

_DAY_MS = 86_400_000
edition = entries.edition


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the price list. `tokens` says whether a call's tokens can be billed by it (audio by the hour cannot)."""

    provider: str
    model: str
    name: str
    provider_name: str
    context_tokens: int | None
    deprecated: bool
    comment: str

    @property
    def ref(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True)
class Period:
    """What held from `from_ms` until before `until_ms` (None: open), and says who. `hours` names the hours of the day where the price
    depends on them. `checked` is, of the list, the newest change it knew when it was put here; of an own price, the day it was made.
    """

    from_ms: int | None
    until_ms: int | None
    rates: Rates
    source: str
    url: str
    checked: date | None
    hours: str = ""


def models(text: str = "") -> tuple[Listed, ...]:
    """Models whose provider, id or name hold every word of `text`; the closest first, else in the order of the list."""
    words = text.lower().split()
    if not words:
        return _all()
    found = [(listed, words_of) for listed, words_of in zip(_all(), _haystacks(), strict=True) if all(word in words_of for word in words)]
    return tuple(listed for listed, _ in sorted(found, key=lambda pair: _rank(pair[0], text.lower().strip())))


def resolve(name: str, overrides: Iterable[Override] = ()) -> tuple[str, str]:
    """Provider and model that `name` means: provider/model, or a bare model where its maker or one provider alone has it. Raises
    NotFound with near names.
    """
    name = name.strip()
    provider, _, model = name.partition("/")
    owned = {(one.provider, one.model) for one in overrides}
    if model and ((provider, model) in owned or provider in FREE_PROVIDERS or entries.find(provider, model)):
        return provider, model
    having = _meant(name, owned)
    if len(having) == 1:
        return having[0]
    if having:
        shown = ", ".join(f"{one}/{name}" for one, _model in having[:8])
        raise NotFound(f"Several providers have {name!r}.", hint=f"Say which: {shown}.")
    close = near(name)
    raise NotFound(
        f"Nobody knows a price of {name!r}.", hint=f"Near: {', '.join(close)}." if close else "Add an own price on the Prices page."
    )


def bare(name: str, overrides: Iterable[Override] = ()) -> tuple[str, str] | None:
    """What `resolve` says of a model without provider; None where it would refuse. Quick enough to be asked on every change of a page."""
    having = _meant(name.strip(), {(one.provider, one.model) for one in overrides})
    return having[0] if len(having) == 1 else None


def near(name: str, limit: int = 5) -> list[str]:
    """provider/model of the models whose names come closest to `name`; none where nothing is close."""
    return list(_near(name, limit))


def _meant(name: str, owned: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who has a model of that bare name: own prices first, then its maker, then everybody in the list."""
    return sorted(pair for pair in owned if pair[1] == name) or list(_listed(name))


@lru_cache(maxsize=4096)  # a scenario asks for its names again on every change, and a miss walks the list
def _listed(name: str) -> tuple[tuple[str, str], ...]:
    maker = _maker(name)
    return (maker,) if maker else tuple(sorted(_having(name)))


@lru_cache(maxsize=4096)
def _near(name: str, limit: int) -> tuple[str, ...]:
    from difflib import get_close_matches

    asked = name.lower()
    by_name: dict[str, list[str]] = {}
    for listed in _all():
        by_name.setdefault((listed.ref if "/" in name else listed.model).lower(), []).append(listed.ref)
    close = get_close_matches(asked, by_name, n=limit, cutoff=0.6)
    return tuple(ref for match in close for ref in by_name[match][:1])


def periods(
    provider: str, model: str, overrides: Sequence[Override] = (), *, processing: str | None = None, base_url: str = ""
) -> tuple[Period, ...]:
    """What the model cost when, oldest first, own prices before the list where they hold; stretches of equal rates are one period."""
    entry = entries.find(provider, model, base_url)
    mine = own.of(overrides, provider, model)
    ends = (one.until_ms for one in mine if one.until_ms is not None)
    edges = sorted({*(entry.starts(processing) if entry else ()), *(one.from_ms for one in mine), *ends})
    bounds: list[int | None] = [None, *edges, None]
    found: list[Period] = []
    for since, until in pairwise(bounds):
        at_ms = since if since is not None else (until - 1 if until is not None else 0)
        asked = rates(provider, model, at_ms=at_ms, base_url=base_url, processing=processing, overrides=mine)
        held = own.holding(mine, provider, model, at_ms)
        if held is None and entry is not None and entry.slots:
            found += _by_hours(entry, since, until, processing)
        elif asked is not None:
            found.append(_period(replace(asked, from_ms=since, until_ms=until), entry, held))
    return _merged(found)


def _period(told: Rates, entry: Entry | None, held: Override | None = None, hours: str = "") -> Period:
    if held is not None or entry is None:
        made = datetime.fromtimestamp(held.created_ms / 1000, UTC).date() if held else None
        return Period(told.from_ms, told.until_ms, told, told.source, "", made, hours)
    return Period(told.from_ms, told.until_ms, told, told.source, entry.url, edition().newest_change, hours)


def _by_hours(entry: Entry, since: int | None, until: int | None, processing: str | None) -> list[Period]:
    """A stretch whose price depends on the hour: one period for each price, with its hours."""
    day = (since if since is not None else (until or _DAY_MS) - _DAY_MS) // _DAY_MS * _DAY_MS
    bounds = [*entry.slots, entry.slots[0] + _DAY_MS]
    by_rates: dict[Rates, list[str]] = {}
    for start, end in pairwise(bounds):
        read = entry.rates_at(day + start, processing)
        if read is not None:
            told = replace(read, from_ms=since, until_ms=until)
            by_rates.setdefault(told, []).append(f"{_clock(start)}–{_clock(end)}")
    alone = len(by_rates) == 1
    return [_period(told, entry, hours="" if alone else f"{', '.join(hours)} UTC") for told, hours in by_rates.items()]


def _clock(of_day_ms: int) -> str:
    minutes = of_day_ms % _DAY_MS // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _merged(found: list[Period]) -> tuple[Period, ...]:
    merged: list[Period] = []
    for one in found:
        last = merged[-1] if merged else None
        if last is not None and last.until_ms == one.from_ms and _content(last) == _content(one):
            merged[-1] = replace(one, from_ms=last.from_ms, rates=replace(one.rates, from_ms=last.from_ms))
        else:
            merged.append(one)
    return tuple(merged)


def _content(one: Period) -> tuple[object, ...]:
    return replace(one.rates, from_ms=None, until_ms=None), one.source, one.hours


@lru_cache(maxsize=1)
def _all() -> tuple[Listed, ...]:
    from genai_prices.data_snapshot import get_snapshot

    owners = sorted(get_snapshot().providers, key=lambda owner: _order(owner.id))
    return tuple(
        Listed(owner.id, one.id, one.name or one.id, owner.name, one.context_window, bool(one.deprecated), one.price_comments or "")
        for owner in owners
        for one in owner.models
    )


@lru_cache(maxsize=1)
def _haystacks() -> tuple[str, ...]:
    return tuple(f"{one.ref} {one.name} {one.provider_name}".lower() for one in _all())


def _order(provider: str) -> tuple[bool, bool, str]:
    """The two vendors with a provider of their own first, those who resell the models of others last."""
    resells = provider.startswith("huggingface") or provider in {"openrouter", "github-copilot", "novita", "quicksilverpro"}
    return provider not in {"openai", "anthropic"}, resells, provider


def _rank(listed: Listed, text: str) -> tuple[object, ...]:
    exact = text in (listed.model.lower(), listed.ref.lower())
    return not exact, not listed.model.lower().startswith(text), listed.deprecated, _order(listed.provider)


def _maker(name: str) -> tuple[str, str] | None:
    """The vendor whose own naming `name` follows, where it has the model."""
    from genai_prices.data_snapshot import get_snapshot

    try:
        owner = get_snapshot().find_provider(name.lower(), None, None)
    except LookupError:
        return None
    return (owner.id, name) if entries.find(owner.id, name) else None


def _having(name: str) -> set[tuple[str, str]]:
    return {(listed.provider, listed.model) for listed in _all() if listed.model.lower() == name.lower()}
