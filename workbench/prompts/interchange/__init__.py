"""Prompt files in and out, one file a format, which registers itself.

An import is all or nothing, and says what it took, skipped and guessed.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.prompts.interchange.base import File, Parcel, Report
    from workbench.store import Store

__all__ = ["exporting", "formats", "importing", "reading", "suffixes", "zipped"]


def importing(
    store: "Store",
    source: Path | str | bytes,
    *,
    filename: str = "",
    name: str | None = None,
    renumber: bool = False,
    dry_run: bool = False,
    demo: bool = False,
) -> "Report":
    """Import a file, folder or zip, or the bytes of a file called `filename`; with `dry_run` only tell what would be done.

    `name` replaces the name of the one prompt in it. Raises InputError that names file, line and column, and NameTaken.
    """
    from workbench.prompts.interchange import incoming

    return incoming.take(store, reading(source, filename, name=name), renumber=renumber, dry_run=dry_run, demo=demo)


def reading(source: Path | str | bytes, filename: str = "", *, name: str | None = None) -> "Parcel":
    """What a file, folder, zip or the bytes of a file hold, before anything is saved. Raises InputError."""
    from workbench.prompts.interchange import incoming

    _formats()
    return incoming.read(Path(source) if isinstance(source, str) else source, filename, name=name)


def exporting(store: "Store", names: Iterable[str] | None = None, form: str = "json") -> "list[File]":
    """The files of the prompts named (all of them where None) in the format json, yaml or folder; `outgoing.save` writes them."""
    from workbench.prompts.interchange import outgoing

    _formats()
    return outgoing.files(store, names, form)


def zipped(files: "Iterable[File]") -> bytes:
    """Files of an export as one zip."""
    from workbench.prompts.interchange import outgoing

    return outgoing.zipped(files)


def formats() -> list[str]:
    """Names of the formats that can be written."""
    from workbench.prompts.interchange.base import WRITERS

    _formats()
    return sorted(WRITERS)


def suffixes() -> list[str]:
    """Endings of the files that can be read."""
    from workbench.prompts.interchange.base import READERS

    _formats()
    return [*READERS, ".zip"]


def _formats() -> None:
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
