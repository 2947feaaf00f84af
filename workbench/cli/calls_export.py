"""`workbench calls export-dashboard`: the whole Overview of a range as one JSON document."""

import json
from pathlib import Path
from typing import Any

import click

from workbench.cli import call_filters, output
from workbench.text.counting import counted

_RANGES = ("15m", "1h", "6h", "24h", "7d", "30d", "90d", "1y")


@click.command("export-dashboard")
@click.option("--range", "name", type=click.Choice(_RANGES), help="The range that ends now.  [default: 24h]")
@click.option("--since", help="Where a range of your own begins: 2026-11-21 or 2026-11-21T14:00, UTC.")
@click.option("--until", help="Where it ends.  [default: now]")
@call_filters.options
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of stdout.")
def export_dashboard(name: str | None, *, since: str | None, until: str | None, path: Path | None, **filters: Any) -> None:
    """The whole Overview as one JSON document: cards, charts, tables, what got worse, errors with examples.

    Times are UTC epoch milliseconds, rates 0..1 with the bounds of their 95 % interval; null is "no data".
    """
    from workbench import clock, store
    from workbench.monitoring import dashboard, ranges
    from workbench.monitoring.dashboard_model import View

    if name and (since or until):
        raise click.UsageError("Either --range, or --since with --until.")
    if until and not since:
        raise click.UsageError("--until needs --since.")
    now_ms = clock.now_ms()
    span = ranges.last(name or ranges.SHIPPED, now_ms)
    if since:
        span = ranges.between(_moment("--since", since), _moment("--until", until) if until else now_ms, now_ms)
    chosen = call_filters.given(filters)
    found = dashboard.look(store.current(), View(span, chosen), now_ms).to_json()
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if path is None:
        click.echo(text)
        return
    path.write_text(text + "\n", encoding="utf-8")
    many = counted(found["calls"], "request")
    output.say(f"{many} from {_told(span.since_ms)} to {_told(span.until_ms)} UTC written to {path}.")


def _told(ms: int) -> str:
    from workbench.clock import iso

    return iso(ms)[:16].replace("T", " ")


def _moment(option: str, text: str) -> int:
    """The moment in UTC epoch milliseconds."""
    from datetime import UTC, datetime

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is no moment: 2026-11-21 or 2026-11-21T14:00.", param_hint=option) from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
