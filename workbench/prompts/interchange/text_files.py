"""Plain text files `name/vN.txt`, with what `index.json` above them says of name and version. Read only."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from workbench.errors import InputError
from workbench.prompts import names
from workbench.prompts.interchange import guessing, parsing, shapes
from workbench.prompts.interchange.base import INDEX, File, Parcel, reader


@reader(".txt")
def read(file: File, parcel: Parcel, beside: Mapping[str, File]) -> None:
    """Add the version in a text file to the parcel."""
    name, version = guessing.name(file)
    if version is None and len(beside) > 1:
        parcel.skipped.append((file.path, "its name is no version: name/v1.txt is read"))
        return
    text = parsing.text(file, parcel)
    if not text.strip():
        parcel.skipped.append((file.path, "it is empty"))
        return
    told: dict[str, Any] = {}
    for index in _indexes(file, beside):
        base = index.folder
        told = {**_of_version(_parsed(index, parcel), name.removeprefix(f"{base}/") if base else name, version), **told}
    told.pop("name", None)
    shapes.prompt({**told, "template": text, "version": version}, shapes.Origin(file.path, name, version), parcel)


def _indexes(file: File, beside: Mapping[str, File]) -> list[File]:
    """The index files in the folders above, the nearest first."""
    above = [str(folder / INDEX).removeprefix("./") for folder in PurePosixPath(file.path).parents]
    return [beside[path] for path in above if path in beside]


def _parsed(index: File, parcel: Parcel) -> Any:
    if index.path not in parcel.parsed:
        parcel.parsed[index.path] = parsing.from_json(parsing.text(index, parcel), index.path)
    return parcel.parsed[index.path]


def _of_version(index: Any, name: str, version: str | None) -> dict[str, Any]:
    """What an index says of one version: its own entry, and the description, tags and labels of its prompt."""
    entry = _entry(index.get("prompts", index) if isinstance(index, Mapping) else index, name)
    if not isinstance(entry, Mapping):
        return {}
    about = {key: entry[key] for key in ("description", "tags", "variables", "labels") if entry.get(key)}
    if not isinstance(about.get("labels"), Mapping):
        about.pop("labels", None)
    listed = entry.get("versions")
    pairs = (
        listed.items() if isinstance(listed, Mapping) else ((_number(item), item) for item in listed) if isinstance(listed, list) else ()
    )
    own = next((item for key, item in pairs if _same(key, version) and isinstance(item, Mapping)), {})
    labels = [label for label, target in about.pop("labels", {}).items() if _same(target, version)]
    ours = {key: value for key, value in own.items() if key not in {"version", "file", "path", "template", "versions"}}
    return {**about, **({"labels": labels} if labels else {}), **ours}


def _entry(listed: Any, name: str) -> Any:
    if isinstance(listed, Mapping):
        return listed.get(name, listed if listed.get("name") == name or "versions" in listed else None)
    if isinstance(listed, list):
        return next((item for item in listed if isinstance(item, Mapping) and item.get("name") == name), None)
    return None


def _number(item: Any) -> Any:
    return item.get("version") if isinstance(item, Mapping) else item


def _same(told: Any, version: str | None) -> bool:
    try:
        return version is not None and names.version(told) == names.version(version)
    except InputError:
        return False
