"""Files of an import from wherever they come: a file, a folder, a zip, bytes that were uploaded. Bounded; nothing outside is followed."""

import io
import os
import zipfile
from pathlib import Path, PurePosixPath

from workbench.errors import InputError
from workbench.prompts.interchange.base import INDEX, MAX_FILE_BYTES, READERS, File

_MOST_FILES, _MOST_BYTES = 5_000, 200_000_000
_TOO_BIG = f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB"
Skipped = list[tuple[str, str]]


def gather(source: Path | bytes, filename: str, skipped: Skipped) -> list[File]:
    """The files to read, by path. What is not read is added to `skipped`. Raises InputError."""
    if isinstance(source, bytes):
        return _bytes(source, filename or "upload", "", skipped)
    if source.is_dir():
        return _folder(source, skipped)
    if not source.is_file():
        raise InputError("there is no such file or folder", place=str(source))
    if source.stat().st_size > (_MOST_BYTES if source.suffix.lower() == ".zip" else MAX_FILE_BYTES):
        raise InputError(_TOO_BIG, place=source.name)
    if source.name == INDEX and (listed := _indexed(source)):
        return listed
    try:
        return _bytes(source.read_bytes(), filename or source.name, source.resolve().parent.name, skipped)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(source)) from None


def _bytes(data: bytes, filename: str, parent: str, skipped: Skipped) -> list[File]:
    name = PurePosixPath(filename.replace("\\", "/")).name or "upload"
    if name.lower().endswith(".zip"):
        return _zip(data, name, skipped)
    file = File(name, data, parent)
    if len(data) > MAX_FILE_BYTES:
        raise InputError(_TOO_BIG, place=name)
    if file.suffix not in READERS:
        raise InputError(
            f"{file.suffix or 'a file without an ending'} cannot be read", place=name, hint=f"Files are {', '.join(READERS)} or .zip."
        )
    if not data.strip():
        raise InputError("the file is empty", place=name)
    return [file]


def _indexed(index: Path) -> list[File]:
    """An index.json with the text files it stands above; empty where there are none."""
    beside = [file for file in _folder(index.parent, []) if file.path == INDEX or (file.suffix == ".txt" and file.folder)]
    return beside if len(beside) > 1 else []


def _folder(root: Path, skipped: Skipped) -> list[File]:
    inside = root.resolve()
    found: list[File] = []
    for folder, children, files in os.walk(root, followlinks=False):
        children[:] = sorted(child for child in children if not child.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            place = path.relative_to(root).as_posix()
            if name.startswith(".") or not _wanted(place, skipped):
                continue
            if not path.resolve().is_relative_to(inside) or not path.is_file():
                skipped.append((place, "it leads out of the folder"))
            elif path.stat().st_size > MAX_FILE_BYTES:
                skipped.append((place, _TOO_BIG))
            else:
                found.append(File(place, path.read_bytes(), inside.name))
                _bounded(found, root.name)
    return _some(found, root.name)


def _zip(data: bytes, name: str, skipped: Skipped) -> list[File]:
    found: list[File] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                path = PurePosixPath(entry.filename.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                    skipped.append((entry.filename, "its path leads out of the archive"))
                elif any(part.startswith((".", "__MACOSX")) for part in path.parts) or not _wanted(str(path), skipped):
                    continue
                else:
                    found += _unpacked(archive, entry, str(path), skipped)
                    _bounded(found, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"is not a zip that can be read: {error}", place=name) from None
    return _some(found, name)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, skipped: Skipped) -> list[File]:
    with archive.open(entry) as packed:
        data = packed.read(MAX_FILE_BYTES + 1)  # the size a zip tells may be a lie
    if len(data) > MAX_FILE_BYTES:
        skipped.append((path, _TOO_BIG))
        return []
    return [File(path, data)]


def _wanted(path: str, skipped: Skipped) -> bool:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in READERS:
        skipped.append((path, f"{suffix or 'a file without an ending'} cannot be read"))
        return False
    return True


def _bounded(found: list[File], name: str) -> None:
    if len(found) > _MOST_FILES or sum(len(file.data) for file in found[-50:]) > _MOST_BYTES:
        raise InputError(f"holds more than {_MOST_FILES:,} files", place=name, hint="Import it in parts.")


def _some(found: list[File], name: str) -> list[File]:
    if sum(len(file.data) for file in found) > _MOST_BYTES:
        raise InputError(f"holds more than {_MOST_BYTES // 1_000_000} MB", place=name, hint="Import it in parts.")
    if not found:
        raise InputError("holds no file that can be read", place=name, hint=f"Files are {', '.join(READERS)}.")
    return found
