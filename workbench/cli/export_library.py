"""`workbench export library | templates | brand`: what belongs to all documents."""

import sys
from pathlib import Path

import click

from workbench.cli import output


@click.command()
@click.option("-o", "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip file.")
def library(path: Path) -> None:
    """All prompts as a static site with index and search: unpack it anywhere and open index.html."""
    from workbench import store
    from workbench.cli.export_documents import write
    from workbench.export import history
    from workbench.export import library as site

    target = store.current()
    with click.progressbar(length=1000, label="Writing", file=sys.stderr) as bar:
        made = site.file(target, progress=lambda done, total: bar.update(max(0, 1000 * done // max(1, total) - bar.pos)))
    write(path, made.data)
    history.keep(target, made, name=path.name)
    output.say(f"{path}: {len(made.data):,} bytes.")


@click.command()
@click.argument("kind", default="")
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), help="The folder.  [default: where they are looked for]"
)
def templates(kind: str, *, folder: Path | None) -> None:
    """Write the templates of KIND (of all kinds) out. A file in that folder is used instead of the shipped one; none is overwritten.

    A file of another name becomes a section of its own. WORKBENCH_TEMPLATES names another folder.
    """
    from workbench.cli.export_documents import write
    from workbench.errors import InputError
    from workbench.export import figures, kinds, templating

    base = folder or templating.folder()
    if kind:
        kinds.get(kind)
    written = 0
    for path in sorted((templating.SHIPPED / kind).rglob("*.md")):
        target = base / path.relative_to(templating.SHIPPED)
        if not target.exists():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"{target.parent} cannot be made: {error.strerror}", hint="Name another folder with -o.") from error
            write(target, path.read_bytes())
            written += 1
    output.say(f"{figures.counted(written, 'template')} written to {base}." if written else f"All of them are in {base} already.")


@click.command()
@click.option("--accent", help="A colour dark enough to be read on white: #2f5d8a.")
@click.option("--logo", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A PNG picture.")
@click.option("--no-logo", is_flag=True, help="Without a logo.")
@click.option("--name", help="The name on documents.")
@output.json_option
def brand(*, accent: str | None, logo: Path | None, no_logo: bool, name: str | None, as_json: bool) -> None:
    """Show or set how all documents look."""
    from dataclasses import replace

    from workbench import store
    from workbench.export import setup

    target = store.current()
    now = setup.brand(target)
    picture = b"" if no_logo else logo.read_bytes() if logo else now.logo
    made = replace(now, accent=accent or now.accent, logo=picture, name=now.name if name is None else name)
    if made != now:
        setup.put_brand(target, made)
        made = setup.brand(target)
    shown = {"accent": made.accent, "name": made.name, "logo_bytes": len(made.logo)}
    output.emit(shown, as_json, f"accent {made.accent}, name {made.name or 'none'}, logo of {len(made.logo):,} bytes")
