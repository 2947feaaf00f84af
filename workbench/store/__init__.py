"""The store: one database, its migrations, its backup. Owns transactions; every table belongs to the package that uses it.

Importing this package is cheap; SQLAlchemy is loaded with the first name that needs it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.store.engine import Store, close_all, current, open_store

__all__ = ["Store", "close_all", "current", "open_store"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from workbench.store import engine

        return getattr(engine, name)
    raise AttributeError(name)
