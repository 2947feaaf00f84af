"""`workbench cost scenarios`: what is kept of scenarios: list, show, save, export, rename, archive, restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.cli.cost_scenario import open_scenario, write

if TYPE_CHECKING:
    from workbench.cost.keeping import Listing


@click.group()
def scenarios() -> None:
    """Scenarios kept here: list, show, save, export, rename, archive."""


@scenarios.command("list")
@click.option("--search", default="", help="Words in the name.")
@click.option("--after", default="", help="The last name seen: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--archived", is_flag=True, help="Those in the archive.")
@output.json_option
def list_(search: str, after: str, limit: int, *, archived: bool, as_json: bool) -> None:
    """Scenarios by name, and the examples that ship."""
    from workbench import store
    from workbench.cost import keeping

    found = [_listed(each) for each in keeping.page(store.current(), search=search, after=after, limit=limit, archived=archived)]
    shipped = list(keeping.shipped_files())
    kept = (
        output.table(found, ["name", "version", "note", "updated"])
        if found
        else "None kept. `workbench cost scenarios save FILE` keeps one."
    )
    examples = f"\n\nExamples that ship: {', '.join(shipped)}" if shipped and not archived else ""
    output.emit({"scenarios": found, "shipped": shipped}, as_json, kept + examples)


@scenarios.command()
@click.argument("name", metavar="NAME[@VERSION]")
@output.json_option
def show(name: str, as_json: bool) -> None:
    """A scenario's document: YAML, or JSON with --json."""
    from workbench import store
    from workbench.cost import document

    found = open_scenario(store.current(), name)
    output.emit(document.to_json(found), as_json, document.to_yaml(found).rstrip("\n"))


@scenarios.command()
@click.argument("name", metavar="NAME")
@output.json_option
def versions(name: str, as_json: bool) -> None:
    """Every version of a scenario, the latest first."""
    from workbench import clock, store
    from workbench.cost import keeping

    found = [
        {"version": kept.number, "note": kept.note, "saved": clock.iso(kept.created_ms)} for kept in keeping.versions(store.current(), name)
    ]
    output.emit(found, as_json, output.table(found, ["version", "note", "saved"]))


@scenarios.command()
@click.argument("file", metavar="FILE|EXAMPLE")
@click.option("--name", help="Keep it under this name.  [default: the document's]")
@click.option("--note", default="", help="What is new in this version.")
@output.json_option
def save(file: str, *, name: str | None, note: str, as_json: bool) -> None:
    """Keep a scenario as the next version under its name; equal content makes no new one."""
    from dataclasses import replace

    from workbench import store
    from workbench.cost import keeping

    found = open_scenario(store.current(), file)
    kept = keeping.save(store.current(), replace(found, name=name.strip()) if name else found, note)
    said = (
        f"Kept {kept.name} as version {kept.number}."
        if kept.new
        else f"Version {kept.number} of {kept.name} says the same: nothing new to keep."
    )
    output.emit({"name": kept.name, "version": kept.number, "new": kept.new}, as_json, said)


@scenarios.command()
@click.argument("name", metavar="NAME[@VERSION]")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def export(name: str, path: Path) -> None:
    """Write a scenario's document into FILE: JSON where it ends in .json, else YAML."""
    import json

    from workbench import store
    from workbench.cost import document

    found = open_scenario(store.current(), name)
    as_json = path.suffix.lower() == ".json"
    text = json.dumps(document.to_json(found), ensure_ascii=False, indent=2) + "\n" if as_json else document.to_yaml(found)
    write(path, text.encode())


@scenarios.command()
@click.argument("name")
@click.argument("new_name")
@output.json_option
def rename(name: str, new_name: str, as_json: bool) -> None:
    """Call a scenario something else; its versions come along."""
    from workbench import store
    from workbench.cost import keeping

    found = keeping.rename(store.current(), name, new_name)
    output.emit(_listed(found), as_json, f"{name} is {found.name} now.")


@scenarios.command()
@click.argument("name")
@output.json_option
def archive(name: str, as_json: bool) -> None:
    """Take a scenario out of the list; `restore` brings it back."""
    from workbench import store
    from workbench.cost import keeping

    output.emit(_listed(keeping.archive(store.current(), name)), as_json, f"{name} is in the archive. `restore` brings it back.")


@scenarios.command()
@click.argument("name")
@output.json_option
def restore(name: str, as_json: bool) -> None:
    """Bring a scenario back from the archive."""
    from workbench import store
    from workbench.cost import keeping

    output.emit(_listed(keeping.restore(store.current(), name)), as_json, f"{name} is in the list again.")


def _listed(each: "Listing") -> dict[str, Any]:
    from workbench import clock

    archived = None if each.archived_ms is None else clock.iso(each.archived_ms)
    told = {"name": each.name, "version": each.latest, "note": each.note, "created": clock.iso(each.created_ms)}
    return {**told, "updated": clock.iso(each.updated_ms), "archived": archived}
