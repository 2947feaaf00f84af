"""Which model a subject means, what the price list knows of it, and what it costs. A model is provider/model, as the ledger has it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, NotFound
from workbench.export import figures, period
from workbench.export.model import Cell, Table, inline
from workbench.export.reports import blocks
from workbench.export.sources import Source, source
from workbench.ledger import overrides, spend, tariff
from workbench.pricing import FREE_PROVIDERS, Rates, catalogue, entries
from workbench.runner import seeking

if TYPE_CHECKING:
    from workbench.store import Store

UNKNOWN = "unknown"
SIMULATED = "simulated"
_DATED = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")
_KINDS = {
    "input": "Input",
    "cached": "Input, read from the provider's cache",
    "cache_write": "Input, written to the cache",
    "cache_write_1h": "Input, written to the cache for an hour",
    "output": "Output",
    "reasoning": "Output, reasoning",
}


@dataclass(frozen=True)
class Model:
    """A model as it is called here. `used`: some call or run has asked it."""

    provider: str
    model: str
    used: bool = True

    @property
    def name(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"

    @property
    def dated(self) -> str | None:
        """The day in its name (2024-08-06), which a vendor puts there to say which snapshot answers; None where there is none."""
        found = _DATED.search(self.model)
        return "-".join(found.groups()) if found else None


def resolve(store: "Store", subject: str) -> Model:
    """The model that `subject` means: provider/model, or the model alone where one provider has it. Raises NotFound, InputError."""
    subject = subject.strip()
    known = sorted({*seeking.models(store), *((one.provider, one.model) for one in _called(store))})
    exact = [pair for pair in known if "/".join(pair) == subject] or [pair for pair in known if pair[1] == subject]
    if len(exact) > 1:
        shown = ", ".join("/".join(pair) for pair in exact[:8])
        raise InputError(f"Several providers have {subject!r}.", hint=f"Say which: {shown}.")
    if exact:
        return Model(*exact[0])
    try:
        return Model(*catalogue.resolve(subject, overrides.current(store)), used=False)
    except NotFound as error:
        near = ", ".join("/".join(pair) for pair in known[:8])
        hint = f"Models that were asked here: {near}." if near else error.hint
        raise NotFound(f"Neither a call, nor a run, nor the price list knows a model {subject!r}.", hint=hint) from error


def split(store: "Store", subject: str) -> tuple[Model, str]:
    """The model and the context of `provider/model@context`; a name that holds an @ itself is taken whole first."""
    name, at, context = subject.rpartition("@")
    try:
        return resolve(store, subject), ""
    except NotFound:
        if not at or not name:
            raise
        return resolve(store, name), context.strip()


def prices(store: "Store", model: Model, at_ms: int | None) -> tuple[dict[str, Any], list[Source]]:
    """Facts: `price_table` (None where no price is known), `price_note`, `priced_on`; prices of `at_ms`, else of the list's day."""
    when = at_ms if at_ms is not None else _listed_day()
    rates = tariff.rates(store, model.provider, model.model, at_ms=when)
    named = "The price list's price" if rates is None else _said(rates, when)
    made = None if rates is None else _table(rates)
    facts = {"price_table": made, "price_note": named, "priced_on": when, "free": model.provider in FREE_PROVIDERS and rates is not None}
    if rates is None:
        return facts, []
    shown = blocks.shown(made, rates.source, rates.from_ms)
    return facts, [source("prices", model.name, f"Price of {model.name}", shown, at_ms=rates.from_ms or when, facts=_told(rates))]


def _told(rates: Rates) -> dict[str, str]:
    """The rates that a person would want to see when they change, in dollars a million tokens."""
    main = {name: rate for name in ("input", "output") if (rate := getattr(rates, name)) is not None}
    told = {name: f"${rate.usd_per_mtok:,f} a million" for name, rate in main.items()}
    told |= {"a request": f"${rates.usd_per_request:,f}"} if rates.request else {}
    return told | {"from": rates.source or "the price list"}


def listed(store: "Store", model: Model) -> dict[str, str]:
    """What the price list says of the model beside its price: its name, its vendor, its context, remarks; "unknown" where it does not."""
    vendor = tariff.vendor(store, model.provider)
    entry = None if model.provider in FREE_PROVIDERS else entries.find(vendor.provider, model.model, vendor.base_url)
    if entry is None:
        return {"listed_name": UNKNOWN, "vendor": UNKNOWN, "context": UNKNOWN, "remarks": "", "list_url": ""}
    window = entry.listed.context_window
    remarks = [entry.listed.price_comments or "", "The vendor calls it deprecated." if entry.listed.deprecated else ""]
    return {
        "listed_name": entry.listed.name or entry.model,
        "vendor": entry.owner.name,
        "context": UNKNOWN if window is None else f"{window:,} tokens",
        "remarks": " ".join(filter(None, remarks)),
        "list_url": entry.url,
    }


def _called(store: "Store") -> list[spend.ModelSpend]:
    newest = period.newest_ms(store)
    return [] if newest is None else spend.by_model(store, 0, newest + 1)


def _listed_day() -> int:
    newest = entries.edition().newest_change
    return 0 if newest is None else entries.day_ms(newest)


def _said(rates: Rates, at_ms: int) -> str:
    since = f", in force since {figures.day(rates.from_ms)}" if rates.from_ms is not None else ""
    return f"Prices of {figures.day(at_ms)}, from {rates.source or 'the price list'}{since}."


def _table(rates: Rates) -> Table:
    rows = []
    for kind, title in _KINDS.items():
        rate = getattr(rates, kind)
        if rate is not None:
            rows.append([blocks.words(title), Cell(inline(f"${rate.usd_per_mtok:,f}"), float(rate.usd_per_mtok))])
            rows += [
                [blocks.words(f"{title}, requests of more than {start:,} input tokens"), Cell(inline(f"${usd:,f}"), float(usd))]
                for start, usd in rate.steps
            ]
    if rates.request:
        rows.append([blocks.words("Each request (dollars)"), Cell(inline(f"${rates.usd_per_request:,f}"), float(rates.usd_per_request))])
    return blocks.table(["Tokens", "Dollars a million>"], rows)
