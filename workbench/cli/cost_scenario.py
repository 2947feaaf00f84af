"""`workbench cost scenario`: a scenario worked out, in words, JSON and files. Asks no model; writes nothing but the files named."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.cost.comparing import Record
    from workbench.cost.model import Scenario
    from workbench.cost.outcome import Outcome
    from workbench.store import Store

_SUFFIXES = (".yaml", ".yml", ".json")
_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="FILE|NAME...")
@click.option("--csv", type=_file, help="Write every figure into this CSV file.")
@click.option("--xlsx", type=_file, help="Write a workbook with charts.")
@click.option("--markdown", type=_file, help="Write a page of Markdown.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=10_000, show_default=True, help="Draws that the ranges come from.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed gives the same ranges.")
@output.json_option
def scenario(names: tuple[str, ...], *, draws: int, seed: int, as_json: bool, **files: Path | None) -> None:
    """What scenarios cost a month, before and after their levers.

    FILE is a scenario document (.yaml, .yml, .json); NAME one that is kept (`NAME@2`: its version 2) or that ships with the program.
    Several are compared side by side. Figures come with their ranges, p5 to p95, and with what they do to quality and latency.
    """
    from workbench import store
    from workbench.cost import exporting, printed, working

    target = store.current()
    found = []
    for name in names:
        opened, version = open_version(target, name)
        with in_file(name):
            found.append(replace(working.work_out(target, opened, draws=draws, seed=seed), version=version))
    for form, path in files.items():
        if path is not None:
            write(path, exporting.content(found, form))
    documents = [printed.to_json(outcome) for outcome in found] if as_json else []
    output.emit(documents[0] if len(documents) == 1 else documents, as_json, "" if as_json else told(found))


def open_scenario(store: "Store", name: str) -> "Scenario":
    """The scenario of a file, else the one kept under that name, else the one that ships. Raises InputError, NotFound."""
    return open_version(store, name)[0]


def open_version(store: "Store", name: str) -> "tuple[Scenario, int | None]":
    """The same with its version, where it is one that is kept."""
    from workbench.cost import document, keeping
    from workbench.errors import NotFound

    if name.lower().endswith(_SUFFIXES):
        return document.read(name), None
    plain, _at, number = name.rpartition("@")
    try:
        kept = keeping.load(store, plain, int(number)) if plain and number.isdecimal() else keeping.load(store, name)
    except NotFound:
        if (path := keeping.shipped_files().get(name)) is None:
            raise
        return document.read(path), None
    return kept.scenario, kept.number


@contextmanager
def in_file(name: str) -> Iterator[None]:
    """Where what is done in it finds fault with a field of the document `name`: the same error with the file and the line. What is
    kept or ships has no lines to name.
    """
    from workbench.cost import document
    from workbench.errors import InputError

    try:
        yield
    except InputError as error:
        if not name.lower().endswith(_SUFFIXES):
            raise
        raise document.placed(error, name) from None


def write(path: Path, data: bytes) -> None:
    """Write a file, and say so on stderr. Raises InputError where it cannot be."""
    from workbench.errors import InputError

    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}", place=str(path), hint="Check the folder and its rights."
        ) from None
    output.say(f"Wrote {path}.")


def told(outcomes: "list[Outcome]") -> str:
    """Outcomes as a person reads them: each by itself, or side by side where there are several."""
    from workbench.cost import comparing

    if len(outcomes) == 1:
        return _one(outcomes[0])
    titles = comparing.titles(outcomes)
    rows = [
        {"": f"{row.item}, {row.side}" if row.side in (comparing.BEFORE, comparing.AFTER) else row.item}
        | {title: _figure(cell) for title, cell in zip(titles, row.cells, strict=True)}
        for row in comparing.side_by_side(outcomes)
        if row.section in ("month", "quality", "latency", "parts", "year")
    ]
    warnings = [f"{title}: {said}" for title, outcome in zip(titles, outcomes, strict=True) for said in outcome.warnings]
    return "\n\n".join([output.table(rows, ["", *titles]), *_listed("Warnings", warnings)])


def _one(outcome: "Outcome") -> str:
    from workbench.cost import comparing
    from workbench.cost.amounts import ranged, told

    found = comparing.records(outcome)
    lines: dict[str, dict[str, str]] = {}
    for record in found:
        if record.section in ("month", "quality", "latency"):
            lines.setdefault(record.item, {"a month": record.item})[record.side] = _figure(record)
    models = [_model(record, found) for record in found if record.section == "models"]
    without = comparing.left_out(outcome.after)
    year = [f"{counted(len(outcome.months), 'month')}: {ranged(outcome.year)}", comparing.left_out_of_each(outcome.after)]
    step = " ".join(filter(None, ["dollars a month", without]))
    parts = [{"step": record.item, step: _figure(record)} for record in found if record.section == "parts"]
    matters = [f"{bar.name}: {told(bar.low, 'usd')} to {told(bar.high, 'usd')}" for bar in comparing.bars(outcome)]
    blocks = [
        "\n".join(filter(None, [outcome.scenario.name, outcome.traffic])),
        output.table(list(lines.values()), ["a month", comparing.BEFORE, comparing.AFTER, comparing.SAVED]),
        output.table(parts, ["step", step]) if parts else "",
        output.table(models, ["model", "side", "dollars a month", "share of calls", "price from"]) if models else "",
        ", ".join(filter(None, year)) if outcome.months and comparing.total(outcome.after) else "",
        *_listed(", ".join(filter(None, ["What matters most", without])), matters),
        *_listed("Findings", outcome.findings),
        *_listed("Warnings", outcome.warnings),
        *_listed("Assumptions", [f"{each.name}: {each.value} ({each.source})" for each in outcome.assumptions]),
        "Ranges are p5 to p95.",
    ]
    return "\n\n".join(block for block in blocks if block)


def _model(record: "Record", found: "tuple[Record, ...]") -> dict[str, str]:
    share = next(each for each in found if (each.section, each.item, each.side) == ("share by model", record.item, record.side))
    named = {"model": record.item, "side": record.side, "price from": record.source}
    return {**named, "dollars a month": record.text or _figure(record), "share of calls": _figure(share)}


def _figure(record: "Record | None") -> str:
    """A figure with its range; what is unknown says of what."""
    from workbench.cost.amounts import span, told

    if record is None:
        return ""
    within = span(record.low, record.high, record.unit)
    if record.value is None and record.text:
        return record.text
    remark = f", {record.text}" if (record.item == "total" or record.section == "year") and record.text else ""
    return told(record.value, record.unit) + (f" ({within})" if within else "") + remark


def _listed(title: str, sentences: "list[str] | tuple[str, ...]") -> list[str]:
    return ["\n".join([title, *(f"  {said}" for said in sentences)])] if sentences else []
