"""Runs by what they are of: of a model, of a stretch of time; and the models that runs have asked. Reads only, ids and names alone."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from workbench.runner.tables import RunRow, RunVariantRow

if TYPE_CHECKING:
    from workbench.store import Store


def of_model(store: "Store", provider: str, model: str, *, limit: int = 50) -> list[str]:
    """The ids of runs that asked the model, newest first."""
    asked = select(RunVariantRow.run_id).where(RunVariantRow.provider == provider, RunVariantRow.model == model)
    query = select(RunRow.id).where(RunRow.id.in_(asked)).order_by(RunRow.created_ms.desc(), RunRow.id.desc()).limit(limit)
    with store.read() as session:
        return list(session.scalars(query))


def between(store: "Store", since_ms: int, until_ms: int, *, limit: int = 50) -> list[str]:
    """The ids of runs that were planned in [since_ms, until_ms), newest first."""
    query = select(RunRow.id).where(RunRow.created_ms >= since_ms, RunRow.created_ms < until_ms)
    with store.read() as session:
        return list(session.scalars(query.order_by(RunRow.created_ms.desc(), RunRow.id.desc()).limit(limit)))


def models(store: "Store") -> list[tuple[str, str]]:
    """Provider and model of everything that a run has asked, sorted."""
    query = select(RunVariantRow.provider, RunVariantRow.model).distinct()
    with store.read() as session:
        return sorted((provider, model) for provider, model in session.execute(query))
