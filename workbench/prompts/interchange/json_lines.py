"""JSON lines: a prompt a line, as exports and logs hold them. Read only; a line that holds none is skipped and told."""

from collections.abc import Mapping

from workbench.errors import InputError
from workbench.prompts.interchange import guessing, json_files, parsing, shapes
from workbench.prompts.interchange.base import File, Parcel, reader


@reader(".jsonl", ".ndjson")
def read(file: File, parcel: Parcel, _beside: Mapping[str, File]) -> None:
    """Add the prompts in a file of JSON lines to the parcel."""
    for count, line in enumerate(parsing.text(file, parcel).split("\n"), 1):
        place = f"{file.path}, line {count}"
        if not line.strip():
            continue
        try:
            given = parsing.from_json(line, place)
        except InputError as error:
            parcel.skipped.append((place, error.message.partition(": ")[2] or error.message))
            continue
        json_files.item(given, shapes.Origin(place, f"{guessing.name(file)[0]}/{count}"), parcel)
