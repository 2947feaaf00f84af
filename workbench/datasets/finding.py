"""Cases of one dataset found by what they say: a page of them by number, and what there is to filter by. Reads only."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session

from workbench.datasets import registry
from workbench.datasets.cases import Case
from workbench.datasets.tables import CaseRow
from workbench.store import Store
from workbench.store.base import storable

_PART = 500


@dataclass(frozen=True)
class Wanted:
    """The cases that hold `search` in an input or in expected (capital letters do not matter), of one split and tag where given."""

    search: str = ""
    split: str | None = None
    tag: str | None = None


@dataclass(frozen=True)
class Found:
    """How many cases there are, and one page of them in order."""

    total: int
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Facets:
    """What the cases of a dataset can be told apart by: splits with their sizes, tags, whether any has an expected reply."""

    splits: dict[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    expected: bool = False


ALL = Wanted()


def page(store: Store, name: str, wanted: Wanted = ALL, *, offset: int = 0, limit: int = 50) -> Found:
    """The cases from the `offset`th on, at most `limit`. Raises NotFound."""
    with store.read() as session:
        ids = _ids(session, name, wanted)
        total = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
        part = session.scalars(ids.order_by(CaseRow.position, CaseRow.id).offset(offset).limit(limit)).all()
        rows = session.scalars(select(CaseRow).where(CaseRow.id.in_(part)).order_by(CaseRow.position, CaseRow.id))
        return Found(total, tuple(registry.case(row) for row in rows))


def ids(store: Store, name: str, wanted: Wanted = ALL) -> list[int]:
    """The ids of all of them, in order. Raises NotFound."""
    with store.read() as session:
        return list(session.scalars(_ids(session, name, wanted).order_by(CaseRow.position, CaseRow.id)))


def by_id(store: Store, name: str, wanted: list[int]) -> dict[int, Case]:
    """The cases with these ids that are still there. Raises NotFound."""
    with store.read() as session:
        of = registry.find(session, name).id
        return {
            row.id: registry.case(row)
            for part in registry.parts(wanted, _PART)
            for row in session.scalars(select(CaseRow).where(CaseRow.dataset_id == of, CaseRow.id.in_(part)))
        }


def facets(store: Store, name: str, *, tags: int = 200) -> Facets:
    """What to filter by; at most `tags` tags, by name. Raises NotFound."""
    splits = registry.splits(store, name)
    with store.read() as session:
        of = CaseRow.dataset_id == registry.find(session, name).id
        each = func.json_each if _sqlite(session) else func.json_array_elements_text
        values = each(CaseRow.tags).table_valued("value")
        found = session.scalars(select(values.c.value).select_from(CaseRow).join(values, true()).where(of).distinct().limit(tags))
        expected = session.scalar(select(exists().where(of, CaseRow.expected.is_not(None))))
        return Facets(splits, tuple(sorted(found)), bool(expected))


def _ids(session: Session, name: str, wanted: Wanted) -> Select[Any]:
    where = [CaseRow.dataset_id == registry.find(session, name).id, *registry.filters(session, wanted.split, wanted.tag)]
    if words := storable(wanted.search.strip()):
        where.append(or_(CaseRow.expected.icontains(words, autoescape=True), _in_an_input(session, words)))
    return select(CaseRow.id).where(*where)


def _in_an_input(session: Session, words: str) -> ColumnElement[bool]:
    """Values alone: the names of columns stand in every case."""
    each = func.json_each if _sqlite(session) else func.json_each_text
    inputs = each(CaseRow.inputs).table_valued("key", "value")
    return exists(select(1).select_from(inputs).where(inputs.c.value.icontains(words, autoescape=True)))


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
