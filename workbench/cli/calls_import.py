"""`workbench calls import`: a file of calls into the ledger."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.ledger.importers import Imported, Preview, Progress

_SHOWN = 10
_BEGAN = "started (UTC)"
_ALWAYS = ["started_ms", "provider", "model", "input_tokens", "output_tokens", "latency_ms", "status"]
_LISTED = ["id", "name", "format", "state", "taken", "duplicates", "skipped", "undone"]


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--format", "form", help="What the rows are, where the guess is wrong: csv, jsonl, json, parquet, langfuse, litellm, ...")
@click.option("--map", "pairs", metavar="COLUMN=FIELD", multiple=True, help="What a column is; COLUMN= leaves it out. Repeatable.")
@click.option("--set", "fixed", metavar="FIELD=VALUE", multiple=True, help="A field that is the same for every call. Repeatable.")
@click.option("--preview", is_flag=True, help="Show what is in it and what would be taken, and write nothing.")
@click.option("--list", "listed", is_flag=True, help="List the imports that were made, with their ids.")
@click.option("--undo", metavar="ID", help="Take an import back: exactly its calls go, and the file can come in again.")
@output.json_option
def import_(
    file: Path | None,
    *,
    form: str | None,
    pairs: tuple[str, ...],
    fixed: tuple[str, ...],
    preview: bool,
    listed: bool,
    undo: str | None,
    as_json: bool,
) -> None:
    """Import calls: CSV, TSV, JSON lines, JSON, Parquet, OpenTelemetry, Langfuse, LiteLLM, promptfoo, Azure traces; also gzipped.

    A file twice adds nothing. One that was broken off goes on where it was. --undo takes an import back.
    """
    from workbench import store
    from workbench.ledger import importers

    if (file is not None) + listed + (undo is not None) != 1:
        raise click.UsageError("Give a file, or --list, or --undo ID.")
    if listed:
        made = importers.latest(store.current(), 50)
        output.emit([one.to_json() for one in made], as_json, output.table([one.to_json() for one in made], _LISTED) or "No imports.")
        return
    if undo is not None:
        _take_back(undo, as_json)
        return
    assert file is not None
    mapping = importers.ColumnMap(dict(_pair(each, "COLUMN=FIELD") for each in pairs), dict(_pair(each, "FIELD=VALUE") for each in fixed))
    if preview:
        found = importers.preview(file, mapping, format=form)
        output.emit(_preview_json(found), as_json, _preview_text(found))
        return
    done = importers.run(store.current(), file, format=form, mapping=mapping, progress=None if as_json else _tell)
    output.emit(done.to_json(), as_json, _done_text(done))
    if _is_nothing(done):
        sys.exit(output.ERROR)


def _take_back(import_id: str, as_json: bool) -> None:
    from workbench import store
    from workbench.ledger import importers

    known = importers.get(store.current(), import_id)
    if known.state == "undone":
        output.emit(known.to_json(), as_json, f"{known.name} was taken back already: {_calls(known.undone)} went then, none now.")
        return
    back = importers.undo(store.current(), import_id, progress=None if as_json else _tell_back)
    output.emit(back.to_json(), as_json, f"{back.name}: {_calls(back.undone)} taken out again{_kept_sums(back)}.")


def _tell(progress: "Progress") -> None:
    output.say(f"{progress.share:4.0%}  {_rows(progress.rows)}: {progress.taken:,} taken, {progress.duplicates:,} there already")


def _tell_back(progress: "Progress") -> None:
    output.say(f"{progress.share:4.0%}  {progress.rows:,} of {_calls(progress.taken)} taken out again")


def _kept_sums(back: "Imported") -> str:
    left = back.taken - back.undone
    return f"; {left:,} had gone because of their age, and stay in the sums" if left else ""


def _pair(text: str, shape: str) -> tuple[str, str]:
    # The last sign: a column may have one in its name, a value of a field seldom does.
    before, sign, after = text.rpartition("=") if shape.startswith("COLUMN") else text.partition("=")
    if not sign or not before:
        raise click.BadParameter(f"{text!r} is not {shape}", param_hint=shape)
    return before, after


def _preview_json(found: "Preview") -> dict[str, Any]:
    return {
        "format": found.format,
        "container": found.container,
        "columns": list(found.columns),
        "mapping": found.mapping.to_json(),
        "missing": list(found.missing),
        "calls": list(found.calls),
        "problems": [{"line": line, "why": why} for line, why in found.problems],
    }


def _preview_text(found: "Preview") -> str:
    lines = [f"{found.title} ({found.container})"]
    if found.mapped:
        left = [column for column in found.columns if column not in found.mapping.columns]
        lines += [f"  {column} -> {target}" for column, target in found.mapping.columns.items()]
        lines += [f"  left out: {', '.join(left[:30])}"] if left else []
    lines += [f"Still needed: {', '.join(found.missing)} (--map COLUMN=FIELD or --set FIELD=VALUE)"] if found.missing else []
    calls = [{**call, "started_ms": _moment(call.get("started_ms")), "cost_usd": _usd(call.get("cost_nano"))} for call in found.calls[:5]]
    calls = [{_BEGAN if name == "started_ms" else name: value for name, value in call.items()} for call in calls]
    lines += ["", output.table(calls, _fields_of(found))] if calls else []
    return "\n".join([*lines, *found.notes, *(f"line {line}: {why}" for line, why in found.problems[:5])])


def _fields_of(found: "Preview") -> list[str]:
    """What every look shows, and whatever else a column or a fixed value becomes."""
    from workbench.ledger.importers import BECOMES

    given = [BECOMES.get(target, target) for target in (*found.mapping.columns.values(), *found.mapping.fixed)]
    said = {"cost_nano": "cost_usd", "started_ms": _BEGAN}
    return list(dict.fromkeys(said.get(name, name) for name in (*_ALWAYS, *given)))


def _moment(ms: int | None) -> str | None:
    from workbench.clock import iso

    return None if ms is None else iso(ms)[:19].replace("T", " ")


def _usd(nano: int | None) -> str | None:
    return None if nano is None else f"{nano / 10**9:.9f}".rstrip("0").rstrip(".")


def _is_nothing(done: "Imported") -> bool:
    return bool(done.skipped) and not done.taken and not done.duplicates


def _rows(count: int) -> str:
    return counted(count, "row")


def _calls(count: int) -> str:
    return counted(count, "call")


def _done_text(done: "Imported") -> str:
    if _is_nothing(done):
        lines = [
            f"{done.name} ({done.format}): nothing was taken: {_rows(done.skipped)} read, and not one of them could be taken as a call."
        ]
    else:
        counts = f"{_calls(done.taken)} taken, {done.duplicates:,} there already, {_rows(done.skipped)} not taken"
        lines = [f"{done.name} ({done.format}): {counts}"]
    lines += [f"  {_rows(count)}: {why}" for why, count in done.report.reasons.most_common(_SHOWN)]
    lines += [f"  line {line}: {why}" for line, why in done.report.lines[:_SHOWN]]
    lines += [done.report.broken] if done.report.broken else []
    lines += [f"To take it back: workbench calls import --undo {done.id}"] if done.taken else []
    return "\n".join(lines)
