"""What the Overview can be narrowed to: the names that the rollups know, and how new the ledger is. Reads only, and no calls."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from workbench.ledger.fields import TRIALS
from workbench.ledger.tables import CallRow, SeriesRow

if TYPE_CHECKING:
    from workbench.store import Store

_MOST = 500  # names of a kind
_FACETS = {"prompt": "version", "label": "version", "provider": "model", "model": "model", "source": "source"}


@dataclass(frozen=True, slots=True)
class Choices:
    """Names that calls carry, in alphabetical order, at most 500 of a kind. A prompt "" is among them where calls carry none."""

    prompts: tuple[str, ...]
    labels: tuple[str, ...]
    providers: tuple[str, ...]
    models: tuple[str, ...]
    sources: tuple[str, ...]
    error_types: tuple[str, ...]

    @property
    def mixed(self) -> bool:
        """Whether there are calls of production and others that were tried out here."""
        return 0 < len({*self.sources} & {*TRIALS}) < len(self.sources)


def look(store: "Store") -> Choices:
    """The names in the rollups now."""
    found = {name: _names(store, name, facet) for name, facet in _FACETS.items()}
    return Choices(
        prompts=found["prompt"],
        labels=tuple(filter(None, found["label"])),
        providers=found["provider"],
        models=found["model"],
        sources=found["source"],
        error_types=tuple(filter(None, _names(store, "outcome", "source"))),
    )


def versions(store: "Store", prompt: str) -> tuple[int, ...]:
    """The versions of a prompt that were called, newest first."""
    column = SeriesRow.version
    query = select(column).distinct().where(SeriesRow.facet == "version", SeriesRow.prompt == prompt, column >= 0)
    with store.read() as session:
        return tuple(session.scalars(query.order_by(column.desc()).limit(_MOST)))


def newest(store: "Store") -> int:
    """The id of the newest call; 0 where there is none."""
    with store.read() as session:
        return session.scalar(select(func.max(CallRow.id))) or 0


def _names(store: "Store", name: str, facet: str) -> tuple[str, ...]:
    column = getattr(SeriesRow, name)
    with store.read() as session:
        return tuple(session.scalars(select(column).distinct().where(SeriesRow.facet == facet).order_by(column).limit(_MOST)))
