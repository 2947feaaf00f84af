"""What a grid's state means for the store: a page of cases as it was when editing began, and the edits made on it. Knows no widget."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.parts import safe
from workbench.datasets.cases import Case, Dataset
from workbench.datasets.editing import Edits
from workbench.datasets.finding import Wanted

if TYPE_CHECKING:
    import pandas as pd

LONG = 2_000  # characters a cell of the grid may hold: more is shown cut, and edited in the drawer
_OWN = ("expected", "tags", "split")


@dataclass(frozen=True)
class Shot:
    """A page of cases under one revision. Rows are resolved against it alone, whatever the store holds by then."""

    dataset: Dataset
    wanted: Wanted
    offset: int
    total: int
    cases: tuple[Case, ...]
    turn: int

    @property
    def key(self) -> str:
        """The editor's key: another page, revision or filter is another editor, and a Discard too."""
        told = repr((self.dataset.id, self.dataset.revision, self.wanted, self.offset, self.turn))
        return f"cases-{hashlib.blake2b(told.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"

    def long_columns(self) -> set[str]:
        """Frame columns in which a cell of this page is too long for the grid."""
        names = self.frame_columns()
        return {name for case in self.cases for name in names if len(_value(case, name, self.dataset.columns)) > LONG}

    def frame_columns(self) -> list[str]:
        """Names of the frame's columns: inputs by number, since an input may be called anything."""
        return [*(f"c{n}" for n in range(len(self.dataset.columns))), *_OWN]

    def frame(self) -> "pd.DataFrame":
        """The page as the editor takes it."""
        import pandas as pd

        names = self.frame_columns()
        rows = [
            {"case": case.position + 1} | {name: _shown(_value(case, name, self.dataset.columns)) for name in names} for case in self.cases
        ]
        return pd.DataFrame(rows, columns=["case", *names]).astype(dict.fromkeys(names, "object"))


def pending(state: Mapping[str, Any] | None) -> int:
    """How many rows of the editor's state differ from the store: changed, added, deleted."""
    if not state:
        return 0
    added = [row for row in state.get("added_rows", ()) if any(_text(value) for name, value in row.items() if name != "case")]
    return len(state.get("edited_rows", ())) + len(added) + len(state.get("deleted_rows", ()))


def read(state: Mapping[str, Any], shot: Shot) -> Edits:
    """The editor's state as edits of cases by id."""
    columns = shot.dataset.columns
    removed = [shot.cases[n].id for n in state.get("deleted_rows", ()) if n < len(shot.cases)]
    changed = {
        shot.cases[int(n)].id: fields
        for n, row in state.get("edited_rows", {}).items()
        if int(n) < len(shot.cases) and (fields := _fields(row, columns))
    }
    added = [fields for row in state.get("added_rows", ()) if any(map(_text, row.values())) and (fields := _fields(row, columns))]
    return Edits({key: fields for key, fields in changed.items() if key not in set(removed)}, tuple(added), tuple(removed))


def _fields(row: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """The cells of a row as the fields of a case; its number is not one of them."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        if name in _OWN:
            fields[name] = (_text(value) or None) if name == "expected" else _text(value)
        elif name.startswith("c") and name[1:].isdecimal():
            fields.setdefault("inputs", {})[columns[int(name[1:])]] = _text(value)
    return fields


def _value(case: Case, name: str, columns: tuple[str, ...]) -> str:
    if name == "tags":
        return ", ".join(case.tags)
    return (getattr(case, name) or "") if name in _OWN else case.inputs.get(columns[int(name[1:])], "")


def _shown(value: str) -> str:
    return value if len(value) <= LONG else f"{safe.plain(value[:200])}… ({len(value):,} characters)"


def _text(value: object) -> str:
    return "" if value is None else str(value)
