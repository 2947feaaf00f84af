"""CSV: a list of prompts, one a row. Columns are found by their names; a row without a text is skipped and told. Read only."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from workbench.errors import InputError
from workbench.prompts.interchange import guessing, parsing, shapes
from workbench.prompts.interchange.base import MAX_FILE_BYTES, File, Parcel, reader

_NAMES = ("name", "act", "title", "id", "key")
_TEXTS = ("template", "user_prompt_template", "user_prompt", "prompt", "text", "content", "user")
_NUMBERS = {"temperature": float, "top_p": float, "max_tokens": int, "seed": int}
_PLAIN = (
    "version",
    "system",
    "system_prompt",
    "model",
    "engine",
    "description",
    "expected_output",
    "tags",
    "labels",
    "note",
    "author",
    "created_at",
)


@reader(".csv", ".tsv")
def read(file: File, parcel: Parcel, _beside: Mapping[str, File]) -> None:
    """Add the prompts in a CSV file to the parcel."""
    source = parsing.text(file, parcel)
    csv.field_size_limit(MAX_FILE_BYTES)
    rows = csv.reader(io.StringIO(source, newline=""), delimiter=_delimiter(source))
    try:
        header = [title.strip().lower().replace(" ", "_") for title in next(rows, [])]
        if not any(title in _TEXTS for title in header):
            raise InputError(
                f"no column holds a prompt; its columns are {', '.join(header) or 'none'}", place=f"{file.path}, line 1", hint=_HINT
            )
        for count, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                _row(dict(zip(header, row, strict=False)), file, count, parcel)
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", place=f"{file.path}, line {rows.line_num}") from None


_HINT = f"Name a column one of {', '.join(_TEXTS)}."


def _row(row: dict[str, str], file: File, count: int, parcel: Parcel) -> None:
    place = f"{file.path}, row {count}"
    text = next((row[title] for title in _TEXTS if row.get(title, "").strip()), "")
    if not text:
        parcel.skipped.append((place, "it holds no text of a prompt"))
        return
    given: dict[str, Any] = {title: row[title].strip() for title in _PLAIN if row.get(title, "").strip()}
    system = given.pop("system_prompt", None) or given.pop("system", None)
    name = next((row[title].strip() for title in _NAMES if row.get(title, "").strip()), "")
    try:
        settings = {title: kind(row[title]) for title, kind in _NUMBERS.items() if row.get(title, "").strip()}
        given |= {"messages": [*([{"role": "system", "content": system}] if system else []), {"role": "user", "content": text}]}
        shapes.prompt({**given, **settings}, shapes.Origin(place, name or f"{guessing.name(file)[0]}/{count - 1}"), parcel)
    except (InputError, ValueError) as error:
        told = error.message.removeprefix(f"{place}, ").removeprefix(f"{place}: ") if isinstance(error, InputError) else str(error)
        parcel.skipped.append((place, told))


def _delimiter(source: str) -> str:
    first = source.split("\n", 1)[0]
    return max(",;\t|", key=first.count)
