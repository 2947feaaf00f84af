"""An export: prompts with all their versions as files of one format, kept inside the folder they are written to."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from workbench.errors import InputError, NameTaken
from workbench.prompts import reading
from workbench.prompts.interchange.base import WRITERS, File, History
from workbench.store import Store


def files(store: Store, names: Iterable[str] | None, form: str) -> list[File]:
    """The files of the prompts named, of all where `names` is None. Raises NotFound, and InputError for an unknown format."""
    if form not in WRITERS:
        raise InputError(f"{form!r} is not a format", place="field format", hint=f"Formats are {', '.join(sorted(WRITERS))}.")
    written: dict[str, File] = {}
    for name in _all(store) if names is None else dict.fromkeys(names):
        for file in WRITERS[form](history(store, name)):
            apart = _apart(file, written)
            written[apart.path.casefold()] = apart
    return list(written.values())


def history(store: Store, name: str) -> History:
    """The prompt with all its versions, the oldest first."""
    prompt = reading.get(store, name)
    found = []
    after = None
    while page := reading.versions(store, name, after=after, limit=500):
        found += page
        after = page[-1].number
    return History(prompt, tuple(reversed(found)))


def save(written: Iterable[File], folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files below `folder`. Unless `force`, NameTaken where one is there that says something else; nothing is written then."""
    plan = [(folder / file.path, file.data) for file in written]
    inside = folder.resolve()
    for path, data in plan:
        if not path.resolve().is_relative_to(inside):
            raise InputError("leads out of the folder", place=str(path))
        if path.exists() and not force and path.read_bytes() != data:
            raise NameTaken(f"{path} exists and says something else.", hint="Add --force to write over it, or choose another folder.")
    for path, data in plan:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [path for path, _data in plan]


def zipped(written: Iterable[File]) -> bytes:
    """The files as one zip, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in written:
            archive.writestr(zipfile.ZipInfo(file.path), file.data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _all(store: Store) -> Iterator[str]:
    for archived in (False, True):
        after = ""
        while found := reading.page(store, archived=archived, after=after, limit=500):
            yield from (prompt.name for prompt in found)
            after = found[-1].name


def _apart(file: File, written: dict[str, File]) -> File:
    """`file` under a name of its own: two prompts may differ only in what a file system does not tell apart."""
    path, count = file.path, 1
    while path.casefold() in written:
        count += 1
        pure = PurePosixPath(file.path)
        path = str(pure.with_name(f"{pure.stem}~{count}{pure.suffix}"))
    return File(path, file.data)
