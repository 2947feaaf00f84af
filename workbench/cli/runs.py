"""`workbench runs`: what was run, what is at work, and what to do with it."""

from pathlib import Path
from typing import Any

import click

from workbench.cli import output
from workbench.cli import run as one
from workbench.text.counting import counted


@click.group()
def runs() -> None:
    """Runs: list, show, stop, resume, export."""


@runs.command("list")
@click.option("--state", help="planned, running, interrupted, stopped, capped, decided, finished or failed.")
@click.option("--kind", help="run, batch or benchmark.")
@click.option("--prompt", help="Runs with a version of this prompt.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@output.json_option
def list_(state: str | None, kind: str | None, prompt: str | None, limit: int, as_json: bool) -> None:
    """Runs, newest first."""
    from workbench import store
    from workbench.clock import iso
    from workbench.runner import reading

    if state is not None and state not in reading.STATES:
        raise click.BadParameter(f"states are {', '.join(reading.STATES)}", param_hint="--state")
    found = reading.page(store.current(), state=state, kind=kind, prompt=prompt, limit=limit)
    rows = [
        {
            "id": item.id,
            "state": item.state,
            "cells": f"{item.done:,}/{item.total:,}",
            "failed": item.failed,
            "spent": f"${float(item.spent_usd):.4f}",
            "started": iso(item.started_ms or item.created_ms)[:19],
            "name": item.name,
        }
        for item in found
    ]
    text = output.table(rows, list(rows[0])) if rows else "No runs. `workbench run REF --dataset NAME` makes one."
    output.emit([item.to_json() for item in found], as_json, text)


@runs.command()
@click.argument("run_id", metavar="ID")
@output.json_option
def show(run_id: str, as_json: bool) -> None:
    """A run: where it stands and what came of it."""
    from workbench import store
    from workbench.comparison import summarise

    target = store.current()
    summary = summarise(target, run_id)
    found = summary.run
    error = f"\n{found.error}" if found.error else ""
    said = "" if as_json else "\n\n".join([one.told(summary) + error, *one.verdict(target, found)])
    output.emit({**found.to_json(), "summary": summary.to_json()}, as_json, said)


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--status", type=click.Choice(["ok", "error"]), help="Only these.")
@click.option("--variant", type=int, help="Only the variant at this position, from 1.")
@click.option("--after", help="The key of the last cell seen: variant,case,repeat as in the JSON.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@output.json_option
def cells(run_id: str, *, status: str | None, variant: int | None, after: str | None, limit: int, as_json: bool) -> None:
    """Finished cells of a run, a page at a time."""
    from workbench import store
    from workbench.runner import reading

    target = store.current()
    found_run = reading.get(target, run_id)
    start = _key(after) if after else None
    found = reading.cells(target, run_id, status=status, variant=None if variant is None else variant - 1, after=start, limit=limit)
    rows: list[dict[str, Any]] = [
        {
            "variant": found_run.variants[item.variant].name,
            "case": item.case_position + 1,
            "repeat": item.repeat + 1,
            "status": item.status,
            "score": item.score,
            "ms": item.latency_ms,
            "retries": item.retries,
            "said": item.error_message or item.score_reason,
        }
        for item in found
    ]
    text = output.table(rows, list(rows[0])) if rows else "No cells."
    output.emit([{**vars(item), "key": ",".join(map(str, item.key))} for item in found], as_json, text)


@runs.command()
@click.argument("run_id", metavar="ID")
@output.json_option
def stop(run_id: str, as_json: bool) -> None:
    """Stop a run, whichever process it works in."""
    import time

    from workbench import store
    from workbench.runner import reading, worker

    target = store.current()
    worker.stop(target, run_id)
    until = time.monotonic() + 10
    while reading.get(target, run_id).state == "running" and time.monotonic() < until:
        time.sleep(0.1)
    found = reading.get(target, run_id)
    output.emit(found.to_json(), as_json, f"The run is {found.state}: {one.progress(found)}. Resume: workbench runs resume {run_id}")


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--cap-usd", type=click.FloatRange(0), help="A new spending cap.")
@output.json_option
def resume(run_id: str, cap_usd: float | None, as_json: bool) -> None:
    """Go on with a run that was stopped, capped, interrupted, failed or decided early. Finished cells are not asked again.

    A run that was decided goes on to its planned end.
    """
    from workbench import store
    from workbench.runner import worker

    target = store.current()
    worker.resume(target, run_id, cap_usd=cap_usd)
    one.follow(target, run_id, as_json=as_json)


@runs.command("retry-failed")
@click.argument("run_id", metavar="ID")
@output.json_option
def retry_failed(run_id: str, as_json: bool) -> None:
    """Ask the failed cells of a run again."""
    from workbench import store
    from workbench.runner import worker

    target = store.current()
    worker.retry_failed(target, run_id)
    one.follow(target, run_id, as_json=as_json)


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="Default: stdout.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def export(run_id: str, kind: str, file: Path | None, as_json: bool) -> None:
    """Every finished cell of a run: prompt, response, success, error, latency_ms and more."""
    from workbench import store
    from workbench.runner import reading

    target = store.current()
    pieces = (reading.export_json if as_json or kind == "json" else reading.export_csv)(target, run_id)
    if file is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    first = next(pieces)  # a run that is not there must leave no empty file
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(first)
        out.writelines(pieces)
    output.say(f"Wrote {file}.")


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@output.json_option
def delete(run_id: str, yes: bool, as_json: bool) -> None:
    """Delete a run and its cells. The ledger keeps its calls."""
    from workbench import store
    from workbench.runner import reading

    target = store.current()
    found = reading.get(target, run_id)
    if not yes:
        output.fail(f"{found.name!r} with {counted(found.done, 'finished cell')} would be deleted.", "Add --yes to delete it.")
    reading.delete(target, run_id)
    output.emit({"deleted": run_id}, as_json, f"Deleted {found.name!r}. Its calls stay in the ledger.")


def _key(text: str) -> tuple[int, int, int]:
    try:
        variant, case, repeat = (int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter("write variant,case,repeat", param_hint="--after") from None
    return variant, case, repeat
