"""Providers: the ways to reach a model, one file each. Owns protocols, connections and keys; knows no ledger, no retry.

A provider file registers a class of `base.Provider` under the file's own name; adding one is adding a file. Importing this
package is cheap: SDKs are loaded with the first call that needs them.
"""

import threading
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from workbench.errors import NotFound, ProviderMissing
from workbench.providers import base, connections

if TYPE_CHECKING:
    from workbench.providers.base import Provider
    from workbench.store import Store

_made: "dict[connections.Connection, Provider]" = {}
_lock = threading.Lock()


def get(name: str, store: "Store | None" = None) -> "Provider":
    """The provider of the connection `name`: one instance a process as long as its settings stay. Raises ProviderMissing.

    Without a store, a built-in name means its defaults; any other is looked up in the store of this process.
    """
    if store is None and name not in connections.BUILTIN:
        from workbench import store as stores

        store = stores.current()
    try:
        connection = connections.find(store, name)
    except NotFound as error:
        raise ProviderMissing(error.message, hint=error.hint) from error
    made = _made.get(connection)
    return made if made is not None else _make(connection)


def names(store: "Store | None" = None) -> list[str]:
    """The names of every connection, built-in ones first."""
    return [*connections.BUILTIN] if store is None else [connection.name for connection in connections.page(store)]


@cache
def kinds() -> tuple[str, ...]:
    """Every registered kind of provider, sorted. Imports each provider file, none of their SDKs."""
    for module in iter_modules(__path__):
        if module.name != "tables":  # the one file that needs the database's library
            import_module(f"{__name__}.{module.name}")
    return tuple(sorted(base.registered()))


async def close() -> None:
    """Give back every connection and child process."""
    with _lock:
        gone = list(_made.values())
        _made.clear()
    for provider in gone:
        await provider.close()


def _make(connection: connections.Connection) -> "Provider":
    if connection.kind not in base.registered():
        try:
            import_module(f"{__name__}.{connection.kind}")
        except ModuleNotFoundError as error:
            raise ProviderMissing(f"No provider speaks {connection.kind!r}.", hint=f"Kinds are {', '.join(kinds())}.") from error
    with _lock:
        if connection not in _made:
            _made[connection] = base.registered()[connection.kind].connect(connection)
        return _made[connection]
