"""Datasets by name: create, list, read, sample, rename, delete. Owns what a dataset is in the store; edits lie in `editing`.

Cases are written under a hidden name (it begins with ~) in short transactions, so that nobody who writes meanwhile has to wait
for a large import, and take their real name in one step at the end: others see all of them or none.
"""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy import delete as delete_rows
from sqlalchemy import exists as any_row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workbench import clock
from workbench.datasets import cases as shapes
from workbench.datasets.cases import Case, Dataset, NewCase, columns_of, dataset_name
from workbench.datasets.cases import columns as checked_columns
from workbench.datasets.tables import CaseRow, DatasetRow
from workbench.errors import Conflict, InputError, NameTaken, NotFound
from workbench.store import Store
from workbench.store.base import new_id, storable

T = TypeVar("T")
_BATCH = 5_000
_LAST_POSITION = 2**31 - 1  # what the column holds; databases refuse to compare with more
_ABANDONED_MS = 3_600_000  # a hidden dataset this old belongs to an import that was killed


def create(
    store: Store,
    name: str,
    cases: Iterable[NewCase] = (),
    *,
    columns: Sequence[str] | None = None,
    description: str = "",
    attribution: str = "",
    demo: bool = False,
    now_ms: int | None = None,
) -> Dataset:
    """A new dataset of `cases`; `columns` are by default the inputs of all of them. Raises NameTaken, InputError."""
    name = dataset_name(name)
    if columns is None:
        cases = list(cases)
        columns = columns_of(cases)
    with store.read() as session:
        _refuse_taken(session, name)
    about = {"description": description, "attribution": attribution, "demo": demo}
    return _publish(store, name, cases, checked_columns(columns), about=about, now_ms=now_ms or clock.now_ms())


def replace_cases(
    store: Store, name: str, cases: Iterable[NewCase], *, columns: Sequence[str] | None = None, revision: int | None = None
) -> Dataset:
    """The dataset with `cases` in place of all it had. With `revision`, raises Conflict if it has changed since."""
    old = get(store, name)
    if columns is None:
        cases = list(cases)
        columns = columns_of(cases)
    about = {"description": old.description, "attribution": old.attribution, "demo": old.demo, "created_ms": old.created_ms}
    return _publish(
        store, old.name, cases, checked_columns(columns), about=about, now_ms=clock.now_ms(), replacing=revision or old.revision
    )


def get(store: Store, name: str) -> Dataset:
    """The dataset. Raises NotFound with the names that come nearest."""
    with store.read() as session:
        return dataset(session, find(session, name))


def exists(store: Store, name: str) -> bool:
    """Whether there is a dataset of this name."""
    try:
        get(store, name)
    except NotFound:
        return False
    return True


def page(store: Store, *, search: str = "", after: str = "", limit: int = 50) -> list[Dataset]:
    """Datasets by name, the ones after `after`; `search` looks in names and descriptions."""
    query = select(DatasetRow).where(~DatasetRow.name.startswith("~"), DatasetRow.name > storable(after))
    if search.strip():
        words = storable(search.strip())
        query = query.where(DatasetRow.name.icontains(words, autoescape=True) | DatasetRow.description.icontains(words, autoescape=True))
    with store.read() as session:
        rows = session.scalars(query.order_by(DatasetRow.name).limit(limit)).all()
        counted = select(CaseRow.dataset_id, func.count()).where(CaseRow.dataset_id.in_([row.id for row in rows]))
        sizes = dict(session.execute(counted.group_by(CaseRow.dataset_id)).all())
        return [_dataset(row, sizes.get(row.id, 0)) for row in rows]


def cases(
    store: Store, name: str, *, after: int | None = None, limit: int | None = 100, split: str | None = None, tag: str | None = None
) -> list[Case]:
    """Cases in order, the ones whose position is above `after`; of one split or tag where given; all of them with limit None."""
    with store.read() as session:
        query = select(CaseRow).where(CaseRow.dataset_id == find(session, name).id, *filters(session, split, tag))
        if after is not None:
            query = query.where(CaseRow.position > max(-1, min(after, _LAST_POSITION)))
        return [case(row) for row in session.scalars(query.order_by(CaseRow.position, CaseRow.id).limit(limit))]


def walk(store: Store, name: str, *, split: str | None = None, tag: str | None = None) -> Iterator[Case]:
    """Every case in order, a page at a time: no transaction stays open between them."""
    after: int | None = None
    while found := cases(store, name, after=after, limit=_BATCH, split=split, tag=tag):
        yield from found
        after = found[-1].position


def count(store: Store, name: str, *, split: str | None = None, tag: str | None = None) -> int:
    """How many cases, of one split or tag where given."""
    with store.read() as session:
        where = (CaseRow.dataset_id == find(session, name).id, *filters(session, split, tag))
        return session.scalar(select(func.count()).select_from(CaseRow).where(*where)) or 0


def sample(store: Store, name: str, n: int, seed: int = 0, *, split: str | None = None, tag: str | None = None) -> list[Case]:
    """`n` cases drawn without repeats, in the dataset's order: the same ones for the same seed and cases."""
    with store.read() as session:
        where = (CaseRow.dataset_id == find(session, name).id, *filters(session, split, tag))
        ids = session.scalars(select(CaseRow.id).where(*where).order_by(CaseRow.position, CaseRow.id)).all()
        drawn = random.Random(seed).sample(ids, min(max(n, 0), len(ids)))  # noqa: S311 (a sample, not a secret)
        rows = [row for part in parts(drawn, 500) for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(part)))]
        return [case(row) for row in sorted(rows, key=lambda row: (row.position, row.id))]


def splits(store: Store, name: str) -> dict[str, int]:
    """Each split and its number of cases; the empty name counts the cases of no split."""
    with store.read() as session:
        query = select(CaseRow.split, func.count()).where(CaseRow.dataset_id == find(session, name).id)
        return dict(session.execute(query.group_by(CaseRow.split).order_by(CaseRow.split)).all())


def values(store: Store, name: str, column: str, *, limit: int = 200) -> list[str]:
    """The distinct values of a column (or of `expected`), in order of first appearance, at most `limit`."""
    found: dict[str, None] = {}
    for each in walk(store, name):
        value = each.expected if column == "expected" and "expected" not in each.inputs else each.inputs.get(column)
        if value:
            found.setdefault(value)
        if len(found) >= limit:
            break
    return list(found)


def content_hash(store: Store, name: str) -> str:
    """A sha256 over the inputs and expected replies of all cases in order: equal for equal content, whatever the edits before."""
    digest = hashlib.sha256(b"dataset 1\n")
    for each in walk(store, name):
        line = json.dumps([dict(each.inputs), each.expected], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def update(store: Store, name: str, *, description: str | None = None, attribution: str | None = None) -> Dataset:
    """The dataset with the fields given in place of what it had."""
    with store.write() as session:
        row = find(session, name)
        row.description = row.description if description is None else description
        row.attribution = row.attribution if attribution is None else attribution
        row.updated_ms = clock.now_ms()
        return dataset(session, row)


def rename(store: Store, name: str, new_name: str) -> Dataset:
    """The dataset under its new name; runs keep the name they were planned with. Raises NameTaken."""
    new_name = dataset_name(new_name)
    try:
        with store.write() as session:
            row = find(session, name)
            if new_name != row.name:
                _refuse_taken(session, new_name)
            row.name, row.updated_ms = new_name, clock.now_ms()
            return dataset(session, row)
    except IntegrityError as error:
        raise NameTaken(f"There is a dataset {new_name!r} already.") from error


def delete(store: Store, name: str) -> None:
    """Delete the dataset and its cases. Runs are not touched: they hold the cases they were planned with."""
    with store.write() as session:
        session.execute(delete_rows(DatasetRow).where(DatasetRow.id == find(session, name).id))


def remove_demo(store: Store) -> int:
    """Delete every demo dataset; how many there were."""
    with store.write() as session:
        ids = session.scalars(select(DatasetRow.id).where(DatasetRow.demo)).all()
        session.execute(delete_rows(DatasetRow).where(DatasetRow.id.in_(ids)))
        return len(ids)


def find(session: Session, name: str, *, lock: bool = False) -> DatasetRow:
    """The row of a dataset, for this package. Raises NotFound."""
    query = select(DatasetRow).where(DatasetRow.name == storable(name.strip()))
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None or row.name.startswith("~"):
        names = session.scalars(select(DatasetRow.name).where(~DatasetRow.name.startswith("~")).order_by(DatasetRow.name).limit(20)).all()
        there = f"Datasets: {', '.join(names)}." if names else "There is none yet: `workbench datasets import FILE --name NAME` adds one."
        raise NotFound(f"There is no dataset {name!r}.", hint=there)
    return row


def dataset(session: Session, row: DatasetRow) -> Dataset:
    """What a row says, with its number of cases, for this package."""
    return _dataset(row, session.scalar(select(func.count()).select_from(CaseRow).where(CaseRow.dataset_id == row.id)) or 0)


def case(row: CaseRow) -> Case:
    """What a row of a case says, for this package."""
    return Case(row.id, row.position, row.inputs, row.expected, tuple(row.tags), row.split)


def storable_case(new: NewCase, columns: Sequence[str]) -> dict[str, Any]:
    """The values of a case's row, every column filled, for this package. Raises InputError for an input that is no column."""
    given = new.inputs
    if not given.keys() <= set(columns):
        given = {storable(column): value for column, value in given.items()}
        if stray := next((column for column in given if column not in columns), None):
            raise InputError(f"there is no column {stray!r}", place="inputs", hint=f"Columns are {', '.join(columns)}.")
    inputs = {column: storable(given.get(column, "")) for column in columns}
    return {
        "inputs": inputs,
        "expected": new.expected,
        "tags": [storable(tag) for tag in new.tags],
        "split": shapes.split(storable(new.split)),
    }


def _publish(
    store: Store,
    name: str,
    cases: Iterable[NewCase],
    columns: tuple[str, ...],
    *,
    about: dict[str, Any],
    now_ms: int,
    replacing: int | None = None,
) -> Dataset:
    """Write `cases` under a hidden name, then give them `name`, in the place of revision `replacing` if there is one."""
    columns = tuple(storable(column) for column in columns)
    with store.write() as session:
        session.execute(
            delete_rows(DatasetRow).where(DatasetRow.name.startswith("~"), DatasetRow.updated_ms < clock.now_ms() - _ABANDONED_MS)
        )
        fields = {"created_ms": now_ms, "revision": 1, **about}
        hidden = DatasetRow(name=f"~{new_id(now_ms)}", columns=list(columns), updated_ms=clock.now_ms(), **fields)
        session.add(hidden)
        session.flush()
        hidden_id = hidden.id
    try:
        size = _write_cases(store, hidden_id, cases, columns)
        with store.write() as session:
            row = session.get_one(DatasetRow, hidden_id)
            if replacing is not None:
                old = find(session, name, lock=True)
                if old.revision != replacing:
                    raise Conflict(f"The dataset {name!r} has changed meanwhile.", theirs=dataset(session, old))
                row.revision = old.revision + 1
                session.delete(old)
                session.flush()
            row.name, row.updated_ms = name, now_ms
            session.flush()
            return _dataset(row, size)
    except BaseException as error:
        with store.write() as session:
            session.execute(delete_rows(DatasetRow).where(DatasetRow.id == hidden_id))
        if isinstance(error, IntegrityError):
            raise NameTaken(f"There is a dataset {name!r} already.") from error
        raise


def _write_cases(store: Store, dataset_id: int, cases: Iterable[NewCase], columns: tuple[str, ...]) -> int:
    position = 0
    for part in parts(cases, _BATCH):
        rows = [{"dataset_id": dataset_id, "position": at, **storable_case(new, columns)} for at, new in enumerate(part, position)]
        with store.write() as session:
            session.execute(insert(CaseRow.__table__), rows)  # type: ignore[arg-type]  # the table, not the class: no ORM bookkeeping a row
        position += len(rows)
    return position


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`, for this package."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def filters(session: Session, split: str | None, tag: str | None) -> list[ColumnElement[bool]]:
    """What a case must meet to be of the split and the tag, for this package."""
    found: list[ColumnElement[bool]] = []
    if split is not None:
        found.append(CaseRow.split == storable(split))
    if tag is not None:
        each = func.json_each if session.get_bind().dialect.name == "sqlite" else func.json_array_elements_text
        tags = each(CaseRow.tags).table_valued("value")
        found.append(any_row(select(1).select_from(tags).where(tags.c.value == storable(tag))))
    return found


def _refuse_taken(session: Session, name: str) -> None:
    if session.scalar(select(DatasetRow.id).where(DatasetRow.name == name)) is not None:
        raise NameTaken(f"There is a dataset {name!r} already.")


def _dataset(row: DatasetRow, size: int) -> Dataset:
    return Dataset(
        row.name,
        row.description,
        row.attribution,
        tuple(row.columns),
        row.revision,
        size,
        row.demo,
        row.created_ms,
        row.updated_ms,
        row.id,
    )
