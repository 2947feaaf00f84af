"""`workbench cost price`: what a call costs at a date, kind by kind, and the rates with the period they held. Asks no model."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from workbench import clock
from workbench.cli import output

if TYPE_CHECKING:
    from workbench.pricing import Priced, Rates
    from workbench.providers.base import Usage
    from workbench.store import Store

_KINDS = ("input", "cached", "cache_write", "cache_write_1h", "output", "reasoning", "training")
_COUNT = click.IntRange(min=0)


@click.command()
@click.argument("model")
@click.option("--input", "input_tokens", type=_COUNT, default=0, metavar="N", help="Input tokens, cached and written ones among them.")
@click.option("--output", "output_tokens", type=_COUNT, default=0, metavar="N", help="Output tokens, reasoning among them.")
@click.option("--cached", type=_COUNT, default=0, metavar="N", help="Those of the input that are read from the provider's cache.")
@click.option("--cache-write", type=_COUNT, default=None, metavar="N", help="Those of the input that are written to that cache.")
@click.option("--cache-write-1h", type=_COUNT, default=0, metavar="N", help="Those of the written ones that are kept an hour.")
@click.option("--reasoning", type=_COUNT, default=0, metavar="N", help="Those of the output that nobody sees.")
@click.option("--batch", is_flag=True, help="At the price of a batch.")
@click.option("--at", "at", metavar="DATE", help="At the prices of this day (UTC), e.g. 2026-03-01.  [default: now]")
@output.json_option
def price(model: str, *, batch: bool, at: str | None, as_json: bool, **counts: int | None) -> None:
    """What a call of MODEL costs: provider/model, or a model that one provider has.

    Own prices come before the list. Exit code 1 where nobody knows the model, with near names.
    """
    from workbench import pricing, store

    usage = _usage(**counts)
    at_ms = _moment(at)
    provider, name, rates = _rates(store.current(), model, at_ms, "batch" if batch else None)
    if batch and rates.processing is None:
        output.say(f"No batch price of {provider}/{name} is known at that date: this is its standard price.")
    priced = pricing.priced(rates, usage)
    note = _note(rates) if at is not None and at_ms < clock.now_ms() else ""
    document = _document(model, priced, rates, (provider, name), at_ms) | {"note": note}
    output.emit(document, as_json, _told(priced, rates, f"{provider}/{name}", note))


def _usage(**counts: int | None) -> "Usage":
    from workbench.providers.base import Usage

    hour = counts["cache_write_1h"] or 0
    written = hour if counts["cache_write"] is None else counts["cache_write"]
    usage = Usage(
        input_tokens=counts["input_tokens"] or 0,
        cached_tokens=counts["cached"] or 0,
        cache_write_tokens=written,
        cache_write_1h_tokens=hour,
        output_tokens=counts["output_tokens"] or 0,
        reasoning_tokens=counts["reasoning"] or 0,
    )
    if usage.cached_tokens + usage.cache_write_tokens > usage.input_tokens:
        raise click.UsageError("--cached and --cache-write are parts of --input: together they are more than it.")
    if hour > written:
        raise click.UsageError("--cache-write-1h is part of --cache-write: it is more.")
    if usage.reasoning_tokens > usage.output_tokens:
        raise click.UsageError("--reasoning is part of --output: it is more.")
    return usage


def _moment(at: str | None) -> int:
    if at is None:
        return clock.now_ms()
    try:
        at_ms = clock.from_iso(at)
        clock.iso(at_ms)  # a zone may lead out of the years that there are
        return at_ms
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{at!r} is not a date; write it like 2026-03-01.", param_hint="--at") from error


def _rates(store: "Store", model: str, at_ms: int, processing: str | None) -> "tuple[str, str, Rates]":
    """The model that was meant and its rates. Leaves with code 1 where nobody knows them."""
    from workbench import pricing
    from workbench.ledger import overrides, tariff
    from workbench.pricing import catalogue

    provider, _, name = model.partition("/")
    found = tariff.rates(store, provider, name, at_ms=at_ms, processing=processing) if name else None
    # At an address of its own another vendor's price of that name says nothing.
    if found is None and not (name and tariff.vendor(store, provider).base_url):
        own = overrides.current(store)
        provider, name = catalogue.resolve(model, own)
        found = pricing.rates(provider, name, at_ms=at_ms, processing=processing, overrides=own)
    if found is None:
        output.fail(
            f"No price per token of {provider}/{name} is known at {clock.iso(at_ms)[:10]}.", "Add one of your own on the Prices page."
        )
    return provider, name, found


def _note(rates: "Rates") -> str:
    """What is not known of a day that is past, where the list has no date from which the price held; empty where it has one."""
    from workbench.pricing import catalogue

    if rates.from_ms is not None or rates.source != catalogue.edition().name:
        return ""
    if rates.until_ms is None:
        return "the list holds one price of it, without dates: it may have been another at that time"
    return "the list does not say since when this price, its oldest, held: it may have been another at that time"


def _document(asked: str, priced: "Priced", rates: "Rates", model: tuple[str, str], at_ms: int) -> dict[str, Any]:
    from workbench.pricing import catalogue, entries

    listed = entries.find(*rates.model_ref.split("/", 1)) if rates.source == catalogue.edition().name else None
    newest = catalogue.edition().newest_change
    parts = [
        {"kind": part.kind, "tokens": part.tokens, "usd_per_mtok": float(part.usd_per_mtok), "cost_usd": part.nano / 10**9}
        for part in priced.parts
    ]
    return {
        "model": asked,
        "provider": model[0],
        "model_ref": priced.model_ref,
        "cost_usd": priced.nano / 10**9,
        "parts": parts,
        "request_usd": priced.request_nano / 10**9,
        "rates": _shown(rates),
        "processing": rates.processing,
        "source": priced.source,
        "url": listed.url if listed else "",
        "list_newest_change": newest.isoformat() if listed and newest else None,
        "entry_checked": listed.noted_check.isoformat() if listed and listed.noted_check else None,
        "at": clock.iso(at_ms),
        "held_from": _day(rates.from_ms),
        "held_until": _day(rates.until_ms),
    }


def _shown(rates: "Rates") -> dict[str, Any]:
    """Dollars per million tokens by kind; tiers as the rate past so many input tokens."""
    shown: dict[str, Any] = {}
    for kind in _KINDS:
        rate = getattr(rates, kind)
        if rate is not None:
            shown[kind] = float(rate.usd_per_mtok)
            if rate.steps:
                shown[f"{kind}_tiers"] = [{"over_input_tokens": start, "usd_per_mtok": float(usd)} for start, usd in rate.steps]
    return shown | ({"usd_per_request": float(rates.usd_per_request)} if rates.request else {})


def _told(priced: "Priced", rates: "Rates", model: str, note: str) -> str:
    rows = [
        {"kind": part.kind, "tokens": f"{part.tokens:,}", "$ per million": f"{part.usd_per_mtok:f}", "cost": _usd(part.nano)}
        for part in priced.parts
    ]
    rows += [{"kind": "request", "cost": _usd(priced.request_nano)}] if priced.request_nano else []
    since, until = _day(rates.from_ms), _day(rates.until_ms)
    held = " ".join([f"since {since[:10]}" if since else "", f"until {until[:10]}" if until else ""]).strip()
    tariff = f", {rates.processing}" if rates.processing else ""
    head = f"{_usd(priced.nano)}  {model}{tariff}"
    source = f"{priced.source}: {priced.model_ref}{f', {held}' if held else ''}{f'; {note}' if note else ''}"
    return "\n\n".join([head, *([output.table(rows, ["kind", "tokens", "$ per million", "cost"])] if rows else []), source])


def _usd(nano: int) -> str:
    return f"${Decimal(nano).scaleb(-9).normalize():f}"


def _day(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()
