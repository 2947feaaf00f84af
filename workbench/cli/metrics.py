"""`workbench metrics`: own metrics, recorded and summed up."""

from typing import Any

import click

from workbench.cli import output
from workbench.cli.alerts import SPAN


@click.group()
def metrics() -> None:
    """Own metrics: record, stats, list."""


@metrics.command(context_settings={"ignore_unknown_options": True})  # a value may be negative
@click.argument("name")
@click.argument("value", type=float)
@click.option("--tag", "tags", multiple=True, help="Repeatable.")
@click.option("--at", help="When, as ISO 8601 (UTC where no zone is said). Default: now.")
@output.json_option
def record(name: str, value: float, *, tags: tuple[str, ...], at: str | None, as_json: bool) -> None:
    """Keep VALUE of the metric NAME: workbench metrics record relevance 0.8 --tag triage."""
    from workbench import store
    from workbench.clock import from_iso, now_ms
    from workbench.ledger import metrics as kept

    try:
        at_ms = now_ms() if at is None else from_iso(at)
    except ValueError:
        raise click.BadParameter(f"{at!r} is no time: 2026-01-31T14:00", param_hint="--at") from None
    kept.record_metric(name, value, at_ms=at_ms, tags=tags, store=store.current())
    output.emit({"name": name, "value": value, "at_ms": at_ms, "tags": list(tags)}, as_json, f"Kept {name} = {value:g}.")


@metrics.command()
@click.argument("name")
@click.option("--back", "seconds", type=SPAN, default="1d", show_default=True, help="How far back from now.")
@click.option("--tag", default="", help="Only values that carry it.")
@click.option("--by", type=click.Choice(["hour", "day"]), help="One row each (UTC).")
@output.json_option
def stats(name: str, *, seconds: int, tag: str, by: str | None, as_json: bool) -> None:
    """Count, mean, percentiles, least and most of the metric NAME."""
    from workbench import store
    from workbench.clock import iso, now_ms
    from workbench.ledger import metrics as kept

    kept.check(name)
    until_ms = now_ms() + 1
    bucket_ms = None if by is None else {"hour": kept.HOUR_MS, "day": kept.DAY_MS}[by]
    cells = kept.read(store.current(), name, until_ms - seconds * 1_000, until_ms, tag=tag, bucket_ms=bucket_ms)
    rows: list[dict[str, Any]] = [one.to_json() for one in cells]
    shown = [
        ({"from (UTC)": iso(row["bucket_ms"])[:16].replace("T", " ")} if by else {})
        | {key: f"{value:,.6g}" for key, value in row.items() if key != "bucket_ms"}
        for row in rows
    ]
    known = kept.kind(name)
    head = f"{name}{f' ({known.unit})' if known.unit else ''}"
    data = {"name": name, "unit": known.unit, "description": known.description, "tag": tag, "cells": rows}
    output.emit(data, as_json, f"{head}\n{output.table(shown, list(shown[0]))}" if shown else f"{head}: no data.")


@metrics.command("list")
@output.json_option
def list_(as_json: bool) -> None:
    """The metrics that have values, and the shipped names."""
    from workbench import store
    from workbench.clock import iso
    from workbench.ledger import metrics as kept

    found = {one.name: one for one in kept.names(store.current())}
    names = sorted({*found, *kept.SHIPPED})
    rows = [
        {
            "name": name,
            "values": found[name].n if name in found else 0,
            "last day": iso(found[name].last_day_ms)[:10] if name in found else "",
            "unit": kept.kind(name).unit,
            "description": kept.kind(name).description,
        }
        for name in names
    ]
    output.emit(rows, as_json, output.table(rows, list(rows[0])))
