"""What a command says: JSON alone on stdout, sentences for people, errors with their hint on stderr, one set of exit codes."""

import json
import sys
from typing import Any, NoReturn

import click

YES, ERROR, USAGE, UNDECIDED, NO = 0, 1, 2, 3, 4

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


def emit(data: Any, as_json: bool, text: str = "") -> None:
    """Print `data` as JSON, or `text` for a person. Characters that would steer a terminal are taken out of `text`."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(plain(text))


def say(text: str) -> None:
    """A sentence to stderr: progress, quotes, notes."""
    click.echo(plain(text), err=True)


def fail(message: str, hint: str = "", code: int = ERROR) -> NoReturn:
    """Print the error and its hint to stderr and leave with `code`."""
    say(f"Error: {message}" + (f"\n{hint}" if hint else ""))
    sys.exit(code)


def table(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """`rows` as aligned text under a header; cells are cut at 60 characters."""
    cells = [columns, *([_cell(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells)


def plain(text: str) -> str:
    """`text` without control characters other than newline and tab: a reply must not steer the terminal."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def _cell(value: Any) -> str:
    text = "" if value is None else str(value).replace("\n", " ")
    return text if len(text) <= 60 else text[:59] + "…"
