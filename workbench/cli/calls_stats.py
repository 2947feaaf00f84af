"""`workbench calls stats`: the figures of the last hours, as a whole, hour by hour or prompt by prompt."""

from typing import Any

import click

from workbench.cli import call_filters, output

_HOUR_MS = 3_600_000
_SHOWN = {
    "total_requests": ("requests", "{:,}"),
    "success_rate": ("success", "{:.2%}"),
    "avg_latency_ms": ("mean", "{:,.0f} ms"),
    "latency_p50_ms": ("p50", "{:,.0f} ms"),
    "latency_p95_ms": ("p95", "{:,.0f} ms"),
    "latency_p99_ms": ("p99", "{:,.0f} ms"),
    "total_tokens": ("tokens", "{:,}"),
    "avg_tokens": ("a call", "{:,.1f}"),
    "estimated_cost": ("cost", "${:,.4f}"),
    "satisfaction_rate": ("satisfied", "{:.1%}"),
}


@click.command()
@click.option("--hours", type=click.FloatRange(min=0, min_open=True, max=24 * 3660), default=24.0, show_default=True, help="So far back.")
@click.option("--by", type=click.Choice(["hour", "prompt"]), help="The same for each.")
@call_filters.options
@output.json_option
def stats(hours: float, by: Any, *, as_json: bool, **filters: Any) -> None:
    """Requests, success, latency, tokens, cost, satisfaction and errors of the last hours.

    Rates are 0..1, times milliseconds, cost dollars; null is "no data". Hours are those of UTC.
    """
    from workbench import clock, store
    from workbench.monitoring import stats as figures

    now_ms = clock.now_ms()
    chosen, since_ms = call_filters.given(filters), now_ms - round(hours * _HOUR_MS)
    found = figures.look(store.current(), since_ms, now_ms + 1, by=by, filters=chosen)
    rows = found if isinstance(found, list) else [found]
    output.emit(found, as_json, _text(rows, by) if rows else "No calls.")
    if not as_json and not {"traffic", "source", "user", "tag"} & set(chosen):
        tried = figures.look(store.current(), since_ms, now_ms + 1, filters={**chosen, "traffic": "trials"})
        _of_trials(tried, rows)
    if not as_json and any(row.get("complete") is False for row in rows):
        output.say(f"There are more calls than a search by user or tag looks at: counted from {_time(rows[0]['since_ms'])} UTC on.")


def _of_trials(tried: Any, rows: list[dict[str, Any]]) -> None:
    """Say how many of the calls are none of production, where both are among them."""
    n, whole = tried["total_requests"], sum(row["total_requests"] for row in rows)
    if 0 < n < whole:
        output.say(
            f"{n:,} of {whole:,} calls {'is' if n == 1 else 'are'} of runs, benchmarks and the playground: --traffic production leaves "
            f"{'it' if n == 1 else 'them'} out."
        )


def _text(rows: list[dict[str, Any]], by: str | None) -> str:
    shown = [_named(row, by) | {title: _cell(row[name], form) for name, (title, form) in _SHOWN.items()} | _errors(row) for row in rows]
    if by is not None:
        return output.table(shown, list(shown[0]))
    return "\n".join(f"{title:12} {value}" for title, value in shown[0].items())


def _named(row: dict[str, Any], by: str | None) -> dict[str, str]:
    if by is None:
        return {}
    return {"hour (UTC)": _time(row["hour_ms"])} if by == "hour" else {"prompt": row["prompt"] or "(none)"}


def _errors(row: dict[str, Any]) -> dict[str, str]:
    return {"errors": ", ".join(f"{n:,} {name}" for name, n in row["error_breakdown"].items())}


def _cell(value: Any, form: str) -> str:
    return "no data" if value is None else form.format(value)


def _time(ms: int) -> str:
    from workbench.clock import iso

    return iso(ms)[:16].replace("T", " ")
