"""`workbench budgets`: limits of what is spent a day and a month, where they stand, what was crossed, and the report of a month."""

import csv
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from decimal import Decimal

    from workbench.cost.projection import Projection
    from workbench.ledger.budgets import Budget, Standing

_COLUMNS = ("model", "calls", "ok", "input_tokens", "output_tokens", "cost_usd", "usd_per_call", "usd_per_ok", "unpriced")


@click.group()
def budgets() -> None:
    """Budgets: set, list, remove, what is left, what was crossed. Days and months are those of UTC."""


@budgets.command("list")
@click.option("--removed", is_flag=True, help="Those that were replaced or removed, too.")
@output.json_option
def list_(removed: bool, as_json: bool) -> None:
    """The budgets there are."""
    from workbench import store
    from workbench.ledger import budgets as kept

    found = kept.all(store.current(), removed=removed)
    rows = [_row(budget) | ({"removed": _date(budget.removed_ms)} if removed else {}) for budget in found]
    text = output.table(rows, list(rows[0])) if rows else "No budgets. `workbench budgets set 10 --per day` sets one of $10 a day."
    output.emit([budget.to_json() for budget in found], as_json, text)


@budgets.command("set")
@click.argument("limit_usd", metavar="DOLLARS")
@click.option("--per", "period", type=click.Choice(["day", "month"]), required=True, help="What the limit is for.")
@click.option("--model", help="Only calls of this model, as provider/model.")
@click.option("--prompt", help="Only calls of this prompt.")
@click.option("--warn", type=click.IntRange(0, 100), default=80, show_default=True, help="Warn from this per cent on; 0: never.")
@click.option("--stop/--no-stop", "stops", default=False, help="Refuse calls once the limit is reached. Default: only warn.")
@output.json_option
def set_(limit_usd: str, *, period: str, model: str | None, prompt: str | None, warn: int, stops: bool, as_json: bool) -> None:
    """Set a budget of DOLLARS. One for the same thing and period is replaced and stays in the history.

    Calls under way when a limit is reached are finished. Models that cost nothing (simulated, local) are never stopped.
    """
    from workbench import store
    from workbench.ledger import budgets as kept

    if model is not None and prompt is not None:
        raise click.UsageError("Either --model or --prompt: a budget is for one of them, or for everything.")
    scope, key = ("model", model) if model is not None else ("prompt", prompt) if prompt is not None else ("total", "")
    made = kept.put(store.current(), scope=scope, key=key or "", period=period, limit_usd=limit_usd, warn_percent=warn or None, stops=stops)
    output.emit(made.to_json(), as_json, f"Budget {made.id}: {_limit(made)} for {made.title}; {_does(made)}.")


@budgets.command()
@click.argument("budget_id", metavar="ID", type=int)
@output.json_option
def remove(budget_id: int, as_json: bool) -> None:
    """Take a budget out of force. It stays in the history and can be restored."""
    from workbench import store
    from workbench.ledger import budgets as kept

    gone = kept.remove(store.current(), budget_id)
    output.emit(gone.to_json(), as_json, f"Removed the budget for {gone.title}. Undo: workbench budgets restore {gone.id}")


@budgets.command()
@click.argument("budget_id", metavar="ID", type=int)
@output.json_option
def restore(budget_id: int, as_json: bool) -> None:
    """Put a budget that was removed or replaced in force again."""
    from workbench import store
    from workbench.ledger import budgets as kept

    back = kept.restore(store.current(), budget_id)
    output.emit(back.to_json(), as_json, f"Budget {back.id} is in force: {_limit(back)} for {back.title}; {_does(back)}.")


@budgets.command()
@output.json_option
def status(as_json: bool) -> None:
    """Where each budget stands, and where its period will end at the pace so far.

    Exit code 0, or 4 where a budget that stops calls is used up.
    """
    from workbench import store
    from workbench.clock import now_ms
    from workbench.cost import projection
    from workbench.ledger import budgets as kept

    target, at_ms = store.current(), now_ms()
    found = kept.standings(target, at_ms)
    ahead = [projection.of(target, standing, at_ms) for standing in found]
    rows = [_standing(standing, one) for standing, one in zip(found, ahead, strict=True)]
    text = output.table(rows, list(rows[0])) if rows else "No budgets. `workbench budgets set 10 --per day` sets one of $10 a day."
    output.emit([one.to_json() | {"projection": then.to_json()} for one, then in zip(found, ahead, strict=True)], as_json, text)
    if any(standing.state == "over" and standing.budget.stops for standing in found):
        sys.exit(output.NO)


@budgets.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@output.json_option
def events(limit: int, as_json: bool) -> None:
    """Levels that were crossed, newest first, each with the call that crossed it."""
    from workbench import store
    from workbench.clock import iso
    from workbench.ledger import budgets as kept

    found = kept.events(store.current(), limit)
    rows = [
        {
            "time (UTC)": iso(event.at_ms)[:19].replace("T", " "),
            "level": event.level,
            "budget": event.budget.title,
            "limit": _usd(event.limit_nano),
            "spent": _usd(event.spent_nano),
            "call": "before it was set" if event.call_id is None else f"{event.call_id}{' (erased)' if event.erased else ''}",
        }
        for event in found
    ]
    output.emit([event.to_json() for event in found], as_json, output.table(rows, list(rows[0])) if rows else "No level was crossed.")


@budgets.command()
@click.option("--month", help="YYYY-MM, by UTC. Default: this month.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="Write it to FILE; - is stdout.")
@output.json_option
def report(month: str | None, file: Path | None, as_json: bool) -> None:
    """What a month cost: calls, tokens and cost by model, total, and what it will have cost at its end."""
    from workbench import store
    from workbench.clock import now_ms
    from workbench.cost import projection
    from workbench.ledger import spend
    from workbench.ledger.periods import end, start

    target, at_ms = store.current(), now_ms()
    asked_ms = at_ms if month is None else _month(month)
    since_ms, until_ms = start("month", asked_ms), end("month", asked_ms)
    models, total = spend.by_model(target, since_ms, until_ms), spend.total(target, since_ms, until_ms)
    ahead = projection.month(target, at_ms) if since_ms == start("month", at_ms) else None
    solved = projection.solved(target, since_ms, until_ms)
    name = _date(since_ms)[:7]
    rows = [{**one.to_json(), "model": one.full_model} for one in models] + [{"model": "total", **total.to_json()}]
    if file is not None:
        _write(_csv(rows, name), file)
        return
    data = {
        "month": name,
        "models": rows[:-1],
        "total": total.to_json(),
        "projection": None if ahead is None else ahead.to_json(),
        "solved": [one.to_json() for one in solved],
    }
    lines = [f"Spend of {name} (UTC)", output.table([_told(row) for row in rows], [*_told(rows[-1])])]
    if total.unpriced:
        lines.append(f"Calls of unknown price, in no cost: {total.unpriced:,}.")
    if ahead is not None:
        lines.append(f"The month will have cost {_ahead(ahead)}. {ahead.note}" if ahead.projected else ahead.note)
    if solved and solved[0].usd_per_solved is not None:
        lines.append(f"A solved case of a run cost ${solved[0].usd_per_solved:,.6f} ({solved[0].solved:,} of {solved[0].cases:,}).")
    output.emit(data, as_json, "\n".join(lines))


def _month(text: str) -> int:
    from workbench.ledger.periods import end

    try:
        at_ms = round(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).timestamp() * 1000)
        end("month", at_ms)  # the last month that there is has none
        return at_ms
    except ValueError:
        raise click.BadParameter("write a month as YYYY-MM", param_hint="--month") from None


def _csv(rows: list[dict[str, Any]], month: str) -> str:
    """The rows as CSV; a name that a spreadsheet would take for a formula is quoted with an apostrophe."""
    held = StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(["month", *_COLUMNS])
    for row in rows:
        named = str(row["model"])
        safe = f"'{named}" if named[:1] in "=+-@\t\r" else named
        writer.writerow([month, safe, *(_cell(name, row[name]) for name in _COLUMNS[1:])])
    return held.getvalue()


def _cell(name: str, value: float | None) -> str:
    return "" if value is None else f"{value:.9f}" if "usd" in name else str(value)


def _write(text: str, file: Path) -> None:
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
    output.say(f"Wrote {file}.")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    each = row["usd_per_call"]
    return {
        "model": row["model"],
        "calls": f"{row['calls']:,}",
        "input tokens": f"{row['input_tokens']:,}",
        "output tokens": f"{row['output_tokens']:,}",
        "cost": "unpriced" if row["cost_usd"] is None else f"${row['cost_usd']:,.4f}",
        "a call": "" if each is None else f"${each:,.6f}",
    }


def _row(budget: "Budget") -> dict[str, Any]:
    warn = "" if budget.warn_percent is None else f"{budget.warn_percent} %"
    return {"id": budget.id, "budget": budget.title, "limit": _limit(budget), "warns from": warn, "stops": "yes" if budget.stops else "no"}


def _standing(standing: "Standing", ahead: "Projection") -> dict[str, Any]:
    budget = standing.budget
    row = {"id": budget.id, "budget": budget.title, "state": standing.state, "spent": _usd(standing.spent_nano), "limit": _limit(budget)}
    row |= {"used": f"{standing.share:.0%}", "stops": "yes" if budget.stops else "no", "by its end": _ahead(ahead)}
    return row | {"unpriced calls": standing.unpriced}


def _ahead(ahead: "Projection") -> str:
    figure = ahead.projected
    if figure is None or figure.low is None or figure.high is None:
        return "too early to say"
    return f"{_dollars(figure.value)} ({_dollars(figure.low)} to {_dollars(figure.high)})"


def _does(budget: "Budget") -> str:
    warns = "it never warns" if budget.warn_percent is None else f"it warns from {budget.warn_percent} % on"
    return f"{warns} and {'refuses calls' if budget.stops else 'refuses nothing'} once it is reached"


def _limit(budget: "Budget") -> str:
    return _usd(budget.limit_nano)


def _dollars(value: "Decimal") -> str:
    return _usd(round(value.scaleb(9)))


def _usd(nano: int) -> str:
    from workbench.ledger.book import usd

    return f"${usd(nano)}"


def _date(ms: int | None) -> str:
    from workbench.clock import iso

    return "" if ms is None else iso(ms)[:10]
