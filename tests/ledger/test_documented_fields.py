"""The documents' table of a call's fields is the ledger's own list: names, order, widths, examples that are taken, what is required."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import InputError
from workbench.ledger import record
from workbench.ledger.fields import FIELDS, TEXTS, WIDTHS, check_call
from workbench.ledger.importers import TARGETS
from workbench.ledger.recording.record import completed

TEXT = (Path(__file__).parents[2] / "docs" / "watch.md").read_text("utf-8")
SECTION = TEXT.split("### Fields of a call\n", 1)[1].split("\n### ", 1)[0]
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in SECTION.splitlines() if line.startswith("| `")]
EXAMPLES: dict[str, Any] = {row[0].strip("`"): json.loads(row[3].strip("`")) for row in ROWS}
TYPES = {
    "time": int, "whole number": int, "number": float, "text": str, "true or false": bool, "list of texts": list, "list": list,
    "object": dict, "object, messages or text": dict,
}  # fmt: skip


def test_every_field_has_one_row_in_the_order_of_the_ledger() -> None:
    assert [row[0] for row in ROWS] == [f"`{name}`" for name in (*FIELDS, *TEXTS)]
    assert all(len(row) == 5 for row in ROWS)


def test_types_widths_and_files_are_as_the_table_says() -> None:
    for row in ROWS:
        name = row[0].strip("`")
        assert type(EXAMPLES[name]) is TYPES[row[1]], name
        width = re.search(r"at most (\d+) characters", row[2])
        assert (int(width[1]) if width else None) == (None if name == "status" else WIDTHS.get(name)), name
        assert ("not in a file" in row[4]) == (name not in TARGETS), name


def test_the_examples_are_taken_together_and_alone() -> None:
    whole = check_call(EXAMPLES).to_json(texts=True)
    assert {name: whole[name] for name in EXAMPLES} == EXAMPLES
    for name, value in EXAMPLES.items():
        asked = completed({"model": "openai/gpt-5-mini"} | {name: value} if name != "model" else {"model": value, "provider": "openai"})
        assert check_call(asked).to_json(texts=True)[name] == value


def test_what_is_required_is_what_the_ledger_asks_for() -> None:
    assert [row[0] for row in ROWS if row[4].startswith("yes")] == ["`provider`", "`model`"]
    for missing in ("provider", "model"):
        with pytest.raises(InputError, match=r"is missing|does not name a provider"):
            check_call(completed({"provider": "openai", "model": "gpt-5-mini"} | {missing: None}))


def test_record_names_every_field_in_its_docstring() -> None:
    said = set(re.findall(r"\w+", record.__doc__ or ""))
    assert not [name for name in (*FIELDS, *TEXTS) if name not in said]
