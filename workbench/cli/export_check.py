"""`workbench export check | list | again`: whether files still tell the truth, and making them anew."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.export.differences import Freshness


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--without", multiple=True, help="Sources of this kind may have changed: calls, metrics, alerts, prose, ...")
@output.json_option
def check(paths: tuple[Path, ...], *, without: tuple[str, ...], as_json: bool) -> None:
    """Whether FILE still says what the data says. Exit 0 where all do, 4 where one is stale, 1 where one cannot be read.

    Any new call within its period changes a document's figures; `--without calls` asks about versions, labels, runs and words alone.
    """
    from workbench import store
    from workbench.errors import InputError
    from workbench.export import history, provenance

    if unknown := sorted(set(without) - history.KINDS):
        raise InputError(f"No source is of the kind {unknown[0]}.", hint=f"Kinds are {', '.join(sorted(history.KINDS))}.")
    target = store.current()
    found: list[dict[str, Any]] = []
    unread: list[InputError] = []
    for path in paths:
        try:
            said = provenance.read(path)
        except InputError as error:
            unread.append(error)
            found.append({"file": str(path), "error": str(error)})
            continue
        fresh = history.check(target, said, without=frozenset(without))
        found.append({"file": str(path), "kind": said.kind, "subject": said.subject, **fresh.to_json()})
        if not as_json:
            click.echo(output.plain(_told(path, fresh)))
    if as_json and len(found) > len(unread):
        output.emit(found[0] if len(found) == 1 else found, as_json)
    for each in unread[:-1]:
        output.say(f"Error: {each}\n{each.hint}")
    if unread:
        raise unread[-1]
    if any(one["stale"] for one in found):
        sys.exit(output.NO)


def _told(path: Path, fresh: "Freshness") -> str:
    if not fresh.stale:
        return f"{path}: fresh"
    lines = [f"  {change.sentence}" for change in fresh.changes]
    return "\n".join([f"{path}: stale", *([f"  {fresh.trouble}"] if fresh.trouble else []), *lines])


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--check/--no-check", "checked", default=True, help="Say which are stale (each is composed again).  [default: check]")
@output.json_option
def list_(*, limit: int, checked: bool, as_json: bool) -> None:
    """Past exports, newest first."""
    from workbench import clock, store
    from workbench.export import history

    target = store.current()
    rows = []
    for one in history.page(target, limit=limit):
        fresh = history.check(target, one) if checked else None
        state = "" if fresh is None else "stale" if fresh.stale else "fresh"
        made = clock.iso(one.made_ms)
        rows.append(
            {"id": one.id, "file": one.name, "kind": one.kind, "subject": one.subject, "made": made, "state": state, "sha256": one.sha256}
        )
    text = output.table(rows, ["id", "file", "kind", "subject", "made", "state"]) if rows else "Nothing was exported yet."
    output.emit(rows, as_json, text)


@click.command()
@click.argument("export_id", type=int, metavar="ID")
@click.option(
    "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="The file.  [default: its name, in this folder]"
)
def again(export_id: int, *, path: Path | None) -> None:
    """Make the past export ID again from today's data, set up as it was."""
    from workbench import store
    from workbench.cli.export_documents import write
    from workbench.export import history

    target = store.current()
    past = history.get(target, export_id)
    file = history.again(target, past)
    write(path or Path(past.name), file.data)
    history.keep(target, file, name=path.name if path else past.name)
    same = file.sha256 == past.sha256
    output.say(f"{path or past.name} written: {'the same, byte for byte' if same else 'it differs from the one before'}.")
