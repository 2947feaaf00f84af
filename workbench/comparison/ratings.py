"""People's choices between two replies: what a rater sees next, blind; what was chosen; what is taken back; the file of all of it.

Order and sides follow from the run, the place and the rater (see `places`): a reload shows the same, and going on needs nothing but
the rows. Two replies that read the same are not shown, because there is nothing to choose and a person's time is dear.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from workbench import clock
from workbench.comparison import places
from workbench.comparison.places import Place
from workbench.comparison.tables import RatingRow
from workbench.datasets.exporting import neutral
from workbench.errors import InputError, NotFound
from workbench.ledger.tables import CallTextRow
from workbench.runner import reading
from workbench.runner.tables import CellRow, RunCaseRow, RunRow
from workbench.store.base import storable

if TYPE_CHECKING:
    from workbench.store import Store

LEFT, RIGHT, TIE, BOTH_BAD = "left", "right", "tie", "both_bad"
CHOICES = (LEFT, RIGHT, TIE, BOTH_BAD)
COLUMNS = ("run_id", "case", "repeat", "left", "right", "choice", "preferred", "note", "rater", "created_at")
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Rating:
    """A choice. `left` and `right` are positions of variants; `preferred` is one of them, or None for a tie and where both are bad."""

    place: Place
    left: int
    choice: str
    note: str
    rater: str
    created_ms: int

    @property
    def right(self) -> int:
        """The variant on the right."""
        return self.place.second if self.left == self.place.first else self.place.first

    @property
    def preferred(self) -> int | None:
        """The variant that was preferred."""
        return {LEFT: self.left, RIGHT: self.right}.get(self.choice)


@dataclass(frozen=True)
class Item:
    """What a rater is shown: the case, and a reply on each side. Which variant spoke is not in it; inputs that give away what is
    expected are not among the inputs.
    """

    place: Place
    inputs: Mapping[str, str]
    expected: str | None
    left: str
    right: str


@dataclass(frozen=True)
class Queue:
    """Where a rater stands: `item` is what comes next, None at the end. `total` counts places that can be judged, `rated` those this
    rater has judged, `identical` those that read the same on both sides, `missing` those a cell without a reply leaves out.
    """

    item: Item | None
    rated: int
    total: int
    identical: int
    missing: int


def queue(store: "Store", run_id: str, rater: str, pair: tuple[int, int] | None = None, *, first: Place | None = None) -> Queue:
    """What this rater sees next: over all pairs, or of one `pair` of variants alone. `first` comes first where it is still to be judged.

    Raises NotFound.
    """
    found = places.of(store, run_id)
    wanted = None if pair is None else (min(pair), max(pair))

    def asked(place: Place) -> bool:
        return wanted is None or (place.first, place.second) == wanted

    with store.read() as session:
        columns = (RatingRow.case_position, RatingRow.repeat, RatingRow.first_variant, RatingRow.second_variant)
        query = select(*columns).where(RatingRow.run_id == run_id, RatingRow.rater == _name(rater))
        done = {Place(*row) for row in session.execute(query)}
        waiting = [place for place in found.open if asked(place) and place not in done]
        again = first is not None and first not in done and first in found.open
        place = first if again else waiting[0] if waiting else None
        item = None if place is None else _item(session, run_id, rater, place)
    total = sum(map(asked, found.open))
    identical = sum(map(asked, found.identical))
    missing = found.missing if wanted is None else places.possible(store, run_id, pairs=1) - total - identical
    return Queue(item, total - len(waiting), total, identical, missing)


def rate(store: "Store", run_id: str, rater: str, place: Place, choice: str, *, note: str = "", now_ms: int | None = None) -> None:
    """Keep the choice of this rater; one made before for the same place is replaced. Raises NotFound, InputError."""
    if choice not in CHOICES:
        raise InputError(f"{choice!r} is not a choice", place="choice", hint=f"Choices are {', '.join(CHOICES)}.")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"a note has at most {LONGEST_NOTE:,} characters, not {len(note):,}", place="note")
    who = _name(rater)
    with store.write() as session:
        cells = (session.get(CellRow, (run_id, variant, place.case_position, place.repeat)) for variant in (place.first, place.second))
        if not all(cell is not None and cell.status == "ok" for cell in cells):
            raise NotFound(f"The run {run_id!r} has no two replies to choose between on case {place.case_position + 1}.")
        session.execute(delete(RatingRow).where(*_of(run_id, place), RatingRow.rater == who))
        session.add(
            RatingRow(
                run_id=run_id,
                case_position=place.case_position,
                repeat=place.repeat,
                first_variant=place.first,
                second_variant=place.second,
                left_variant=places.left_of(run_id, place, who),
                choice=choice,
                note=storable(note.strip()),
                rater=who,
                created_ms=clock.now_ms() if now_ms is None else now_ms,
            )
        )


def undo(store: "Store", run_id: str, rater: str) -> Rating | None:
    """Take back the newest choice of this rater, and say which it was; None where there is none. `queue(first=...)` shows it again."""
    with store.write() as session:
        newest = select(RatingRow).where(RatingRow.run_id == run_id, RatingRow.rater == _name(rater)).order_by(RatingRow.id.desc()).limit(1)
        row = session.scalars(newest).one_or_none()
        if row is None:
            return None
        session.delete(row)
        return _rating(row)


def all_of(store: "Store", run_id: str) -> list[Rating]:
    """Every rating of the run, oldest first."""
    with store.read() as session:
        return [_rating(row) for row in session.scalars(select(RatingRow).where(RatingRow.run_id == run_id).order_by(RatingRow.id))]


def export_csv(store: "Store", run_id: str) -> Iterator[str]:
    """Every rating as CSV with a header, COLUMNS; text that a spreadsheet would run gets a leading quote. Raises NotFound."""
    names = [variant.name for variant in reading.get(store, run_id).variants]
    yield _line(COLUMNS)
    for one in all_of(store, run_id):
        where = (run_id, one.place.case_position + 1, one.place.repeat + 1, names[one.left], names[one.right])
        preferred = "" if one.preferred is None else names[one.preferred]
        yield _line((*where, one.choice, preferred, one.note, one.rater, clock.iso(one.created_ms)))


def _item(session: Session, run_id: str, rater: str, place: Place) -> Item | None:
    case, run = session.get(RunCaseRow, (run_id, place.case_position)), session.get(RunRow, run_id)
    if case is None or run is None:
        return None
    inputs, expected = _question(case.inputs, case.expected, (run.plan.get("score") or {}).get("column"))
    left = places.left_of(run_id, place, _name(rater))
    right = place.second if left == place.first else place.first
    said = [_reply(session, run_id, variant, place) for variant in (left, right)]
    return Item(place, inputs, expected, *said)


def _question(inputs: Mapping[str, str], expected: str | None, column: str | None) -> tuple[dict[str, str], str | None]:
    """The inputs without those that say what is expected: a dataset's label is a column like any other. And what is expected."""
    answer = expected if expected is not None else inputs.get(column or "")
    asked = {name: value for name, value in inputs.items() if name != column and value != answer}
    return (asked, answer) if asked else (dict(inputs), expected)


def _reply(session: Session, run_id: str, variant: int, place: Place) -> str:
    cell = session.get(CellRow, (run_id, variant, place.case_position, place.repeat))
    text = session.get(CallTextRow, cell.call_id) if cell is not None and cell.call_id is not None else None
    if text is None:
        return ""
    tools = [f"Tool call: {call.get('name')}({call.get('arguments')})" for call in text.tool_calls or () if isinstance(call, Mapping)]
    return "\n".join([*([text.reply] if text.reply else []), *tools])


def _name(rater: str) -> str:
    """Who rates, as it is kept. Raises InputError."""
    name = storable(rater).strip()
    if not 0 < len(name) <= 200:
        raise InputError("a rater has a name of 1 to 200 characters", place="rater")
    return name


def _of(run_id: str, place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        RatingRow.run_id == run_id,
        RatingRow.case_position == place.case_position,
        RatingRow.repeat == place.repeat,
        RatingRow.first_variant == place.first,
        RatingRow.second_variant == place.second,
    )


def _rating(row: RatingRow) -> Rating:
    place = Place(row.case_position, row.repeat, row.first_variant, row.second_variant)
    return Rating(place, row.left_variant, row.choice, row.note, row.rater, row.created_ms)


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([neutral(value) if isinstance(value, str) else value for value in values])
    return out.getvalue()
