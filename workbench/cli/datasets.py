"""`workbench datasets`: lists of cases, in and out of files, split and tagged."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.datasets.cases import Case, Dataset

_FORMATS = ("csv", "jsonl", "xlsx")  # a test holds this to what the library writes; importing it here would cost half a second


@click.group()
def datasets() -> None:
    """Datasets: import, export, split, sample."""


@datasets.command("list")
@click.option("--search", default="", help="Words in the name or description.")
@click.option("--after", default="", help="The last name seen: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@output.json_option
def list_(search: str, after: str, limit: int, as_json: bool) -> None:
    """Datasets by name."""
    from workbench import store
    from workbench.datasets import registry

    found = [_told(each) for each in registry.page(store.current(), search=search, after=after, limit=limit)]
    none = "No datasets. `workbench datasets import FILE --name NAME` adds one."
    rows = [{**each, "columns": ", ".join(each["columns"])} for each in found]
    output.emit(found, as_json, output.table(rows, ["name", "cases", "columns", "description"]) if rows else none)


@datasets.command()
@click.argument("name")
@click.option("--split", help="Only cases of this split.")
@click.option("--tag", help="Only cases with this tag.")
@click.option("--after", type=int, help="The position of the last case seen: the next page.")
@click.option("--limit", type=click.IntRange(0, 10_000), default=10, show_default=True)
@output.json_option
def show(name: str, *, split: str | None, tag: str | None, after: int | None, limit: int, as_json: bool) -> None:
    """A dataset and its first cases."""
    from workbench import store
    from workbench.datasets import registry

    found = registry.get(store.current(), name)
    cases = registry.cases(store.current(), name, after=after, limit=limit, split=split, tag=tag)
    splits = registry.splits(store.current(), name)
    about = [f"{found.name}: {counted(found.cases, 'case')}, revision {found.revision}", found.description, found.attribution]
    if set(splits) - {""}:
        about.append("splits: " + ", ".join(f"{split or 'none'} {size:,}" for split, size in splits.items()))
    text = "\n".join([*filter(None, about), "", _cases_text(found.columns, cases)])
    output.emit({**_told(found), "splits": splits, "items": [_case(case) for case in cases]}, as_json, text)


@datasets.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What to call the dataset.")
@click.option("--expected", metavar="COLUMN", help="The column that holds the right reply.")
@click.option("--tags", metavar="COLUMN", help="The column of tags, separated by commas or semicolons.")
@click.option("--split", metavar="COLUMN", help="The column that names each case's split.")
@click.option("--column", "columns", metavar="COLUMN", multiple=True, help="A column to keep as an input; all by default. Repeatable.")
@click.option("--sheet", help="The sheet of a workbook; its first by default.")
@click.option("--delimiter", help="What separates columns, where the guess is wrong.")
@click.option("--encoding", help="The encoding of the file, where the guess is wrong.")
@click.option("--no-header", is_flag=True, help="The first row is a case already.")
@click.option("--replace", is_flag=True, help="Put the cases in place of those of a dataset of that name.")
@click.option("--description", default="")
@click.option("--attribution", default="", help="Source and licence, shown wherever the data is.")
@output.json_option
def import_(file: Path, *, name: str, columns: tuple[str, ...], no_header: bool, replace: bool, as_json: bool, **given: Any) -> None:
    """Import CSV, TSV, JSONL, JSON or XLSX: every column becomes an input under its header."""
    from workbench import store
    from workbench.datasets import importing

    mapping = importing.ColumnMap(given["expected"], given["tags"], given["split"], columns or None)
    options = importing.Options(not no_header, given["sheet"], given["delimiter"], given["encoding"])
    about = {"description": given["description"], "attribution": given["attribution"]}
    report = importing.load(store.current(), name, file, mapping, options=options, replace=replace, **about)
    how = ", ".join(filter(None, [report.format, report.encoding]))
    taken = f"{counted(report.taken, 'row')} taken, {report.skipped:,} skipped ({how})"
    lines = [f"{report.dataset}: {taken}; columns {', '.join(report.columns)}"]
    lines += [*report.notes, *(f"row {row} {why}" for row, why in report.reasons[:10])]
    if len(report.reasons) > 10:
        lines.append(f"… and {report.skipped - 10:,} more; --json lists the first {len(report.reasons)}")
    output.emit(report.to_json(), as_json, "\n".join(lines))


@datasets.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="By default what the file's name ends in, else csv.")
@click.option("--output", "-o", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--split", help="Only cases of this split.")
@click.option("--tag", help="Only cases with this tag.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@output.json_option
def export(name: str, *, form: str | None, target: Path, split: str | None, tag: str | None, force: bool, as_json: bool) -> None:
    """Write a dataset into a file. Cells that a spreadsheet would run as a formula get a ' in front, except in JSONL."""
    from workbench import store
    from workbench.datasets import exporting, registry

    registry.get(store.current(), name)
    if target.exists() and not force:
        output.fail(f"{target} is there already.", "Choose another file, or add --force.")
    ending = target.suffix[1:].lower()
    form = form or (ending if ending in _FORMATS else "csv")
    part = target.with_name(target.name + ".part")  # a write that breaks leaves the old file as it was
    try:
        with part.open("wb") as out:
            written = exporting.write(store.current(), name, form, out, exporting.Which(split, tag))
        part.replace(target)
    except OSError as error:
        output.fail(f"{target} cannot be written: {error.strerror}.")
    finally:
        part.unlink(missing_ok=True)
    output.emit({"file": str(target), "format": form, "cases": written}, as_json, f"{counted(written, 'case')} written to {target}")


@datasets.command()
@click.argument("name")
@click.argument("n", type=click.IntRange(1))
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--split", help="Only cases of this split.")
@click.option("--tag", help="Only cases with this tag.")
@output.json_option
def sample(name: str, n: int, *, seed: int, split: str | None, tag: str | None, as_json: bool) -> None:
    """N cases by chance: the same ones for the same seed."""
    from workbench import store
    from workbench.datasets import registry

    found = registry.get(store.current(), name)
    cases = registry.sample(store.current(), name, n, seed, split=split, tag=tag)
    output.emit([_case(case) for case in cases], as_json, _cases_text(found.columns, cases))


@datasets.command()
@click.argument("name")
@click.argument("shares", nargs=-1, required=True, metavar="SPLIT=SHARE...")
@click.option("--seed", type=int, default=0, show_default=True)
@output.json_option
def split(name: str, shares: tuple[str, ...], *, seed: int, as_json: bool) -> None:
    """Divide the cases by chance, for example train=0.8 test=0.2."""
    from workbench import store
    from workbench.datasets import editing, registry

    editing.set_split(store.current(), name, dict(_share(each) for each in shares), seed)
    sizes = registry.splits(store.current(), name)
    output.emit(sizes, as_json, "\n".join(f"{split or 'none'}  {size:,}" for split, size in sizes.items()))


@datasets.command()
@click.argument("name")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@click.option("--case", "ids", type=int, multiple=True, metavar="ID", help="Only this case. Repeatable; all by default.")
@click.option("--remove", is_flag=True, help="Take the tags off.")
@output.json_option
def tag(name: str, tags: tuple[str, ...], *, ids: tuple[int, ...], remove: bool, as_json: bool) -> None:
    """Add tags to cases, or take them off."""
    from workbench import store
    from workbench.datasets import editing

    change = editing.remove_tags if remove else editing.add_tags
    found = change(store.current(), name, tags, list(ids) or None)
    output.emit(_told(found), as_json, f"{found.name} is at revision {found.revision}")


@datasets.command()
@click.argument("name")
@click.argument("new_name")
@output.json_option
def rename(name: str, new_name: str, *, as_json: bool) -> None:
    """Give a dataset another name; runs keep the name they were made with."""
    from workbench import store
    from workbench.datasets import registry

    found = registry.rename(store.current(), name, new_name)
    output.emit(_told(found), as_json, f"{name} is now {found.name}")


@datasets.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.json_option
def delete(name: str, *, yes: bool, as_json: bool) -> None:
    """Delete a dataset and its cases. Runs keep theirs."""
    from workbench import store
    from workbench.datasets import registry

    found = registry.get(store.current(), name)
    if not yes:
        click.confirm(f"Delete {found.name} and its {counted(found.cases, 'case')}?", abort=True, err=True)
    registry.delete(store.current(), name)
    output.emit({"deleted": found.name, "cases": found.cases}, as_json, f"{found.name} deleted")


def _share(text: str) -> tuple[str, float]:
    name, _, share = text.partition("=")
    try:
        return name, float(share)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not SPLIT=SHARE", param_hint="SPLIT=SHARE") from None


def _told(found: "Dataset") -> dict[str, Any]:
    return {**{key: value for key, value in vars(found).items() if key != "id"}, "columns": list(found.columns)}


def _case(case: "Case") -> dict[str, Any]:
    from workbench.datasets import cases

    return {"id": case.id, "position": case.position, **cases.to_json(case)}


def _cases_text(columns: Sequence[str], cases: Sequence["Case"]) -> str:
    extra = [name for name in ("expected", "tags", "split") if any(getattr(case, name) for case in cases)]
    rows = [
        {"id": case.id, **case.inputs, **{name: _plain(getattr(case, name)) for name in extra if name not in columns}} for case in cases
    ]
    shown = ["id", *columns, *(name for name in extra if name not in columns)]
    return output.table(rows, shown) if rows else "No cases."


def _plain(value: object) -> object:
    return ", ".join(value) if isinstance(value, tuple) else value
