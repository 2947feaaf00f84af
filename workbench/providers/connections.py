"""Connections: the built-in providers and the ones a person added, with their limits. Owns their table; holds no key, ever."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench import clock
from workbench.errors import CallError, InputError, NameTaken, NotFound
from workbench.providers import keys
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_TEST_S = 10.0
_FRESH_S = 1.0
_LIMITS = ("requests_per_minute", "tokens_per_minute", "concurrency")
_MOST = 10_000_000


@dataclass(frozen=True)
class Connection:
    """A way to reach models. `kind` is the provider file that speaks its protocol; `key` is `not needed`, `set` or `not set`.
    Limits are None where only the provider's own answers limit.
    """

    name: str
    kind: str
    base_url: str | None = None
    key_variable: str | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None
    builtin: bool = False
    key: str = "not needed"

    def to_json(self) -> dict[str, Any]:
        """Every field by name; no key among them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Checked:
    """What a test of a connection showed: a sentence, a hint, and the models it offers."""

    ok: bool
    message: str
    models: tuple[str, ...] = ()
    hint: str = ""


BUILTIN = {
    "openai": Connection("openai", "openai", key_variable="OPENAI_API_KEY", builtin=True),
    "anthropic": Connection("anthropic", "anthropic", key_variable="ANTHROPIC_API_KEY", builtin=True),
    "local": Connection("local", "local", concurrency=2, builtin=True),
    "simulated": Connection("simulated", "simulated", builtin=True),
}
_cache: dict[str, tuple[float, dict[str, Connection]]] = {}
_lock = threading.Lock()


def page(store: "Store") -> list[Connection]:
    """Every connection: the built-in ones, then the added ones by name, each with whether its key is there."""
    return [_with_key(connection) for connection in _all(store).values()]


def get(store: "Store", name: str) -> Connection:
    """The connection `name`. Raises NotFound."""
    return _with_key(find(store, name))


def find(store: "Store | None", name: str) -> Connection:
    """The connection `name` without a look at its key; without a store only the built-in ones are known. Raises NotFound."""
    known = BUILTIN if store is None else _all(store)
    if name not in known:
        raise NotFound(f"There is no provider {name!r}.", hint=f"There are {', '.join(known)}. Add one with `workbench providers add`.")
    return known[name]


def save(store: "Store", connection: Connection, *, new: bool = False) -> Connection:
    """Add or change a connection. With `new` the name must be free. Raises InputError, NameTaken."""
    if new and connection.name in BUILTIN:
        raise NameTaken(f"There is a built-in provider {connection.name!r}.")
    _require_valid(connection)
    from workbench.providers.tables import ConnectionRow

    with store.write() as session:
        row = session.get(ConnectionRow, connection.name)
        if new and row is not None:
            raise NameTaken(f"There is a provider {connection.name!r} already.")
        if row is None:
            row = ConnectionRow(name=connection.name, created_ms=clock.now_ms())
            session.add(row)
        row.kind = connection.kind
        row.base_url = connection.base_url
        row.key_variable = connection.key_variable
        for limit in _LIMITS:
            setattr(row, limit, getattr(connection, limit))
    forget(store)
    return get(store, connection.name)


def delete(store: "Store", name: str) -> None:
    """Take a connection away; a built-in one goes back to its defaults. Calls made through it stay. Raises NotFound."""
    from workbench.providers.tables import ConnectionRow

    with store.write() as session:
        row = session.get(ConnectionRow, name)
        if row is None and name not in BUILTIN:
            raise NotFound(f"There is no provider {name!r}.", hint="`workbench providers list` shows them.")
        if row is not None:
            session.delete(row)
    forget(store)


async def test(store: "Store", name: str) -> Checked:
    """Whether the connection answers, by asking for its models; at most 10 s. Runs in the loop thread."""
    from workbench import providers
    from workbench.providers.base import within

    try:
        async with within(_TEST_S):
            models = await providers.get(name, store).models()
    except CallError as error:
        return Checked(False, keys.redact(error.message), hint=error.hint)
    shown = f"{name} answers and offers {counted(len(models), 'model')}."
    return Checked(True, shown, tuple(models))


def forget(store: "Store") -> None:
    """Read the table anew next time."""
    with _lock:
        _cache.pop(str(store.engine.url), None)


def _with_key(connection: Connection) -> Connection:
    return replace(connection, key=keys.status(connection.key_variable))


def _all(store: "Store") -> dict[str, Connection]:
    """Every connection by name. Read at most once a second: the door asks on every call, and another process may change the table."""
    address = str(store.engine.url)
    with _lock:
        read_s, known = _cache.get(address, (0.0, {}))
    if known and time.monotonic() - read_s < _FRESH_S:
        return known
    known = _read(store)
    with _lock:
        _cache[address] = (time.monotonic(), known)
    return known


def _read(store: "Store") -> dict[str, Connection]:
    from sqlalchemy import select

    from workbench.providers.tables import ConnectionRow

    known = dict(BUILTIN)
    with store.read() as session:
        for row in session.scalars(select(ConnectionRow).order_by(ConnectionRow.name)):
            known[row.name] = Connection(
                name=row.name,
                kind=row.kind,
                base_url=row.base_url,
                key_variable=row.key_variable,
                requests_per_minute=row.requests_per_minute,
                tokens_per_minute=row.tokens_per_minute,
                concurrency=row.concurrency,
                builtin=row.name in BUILTIN,
            )
    return known


def _require_valid(connection: Connection) -> None:
    from workbench import providers

    if not _NAME.fullmatch(connection.name):
        raise InputError(
            f"{connection.name[:60]!r} cannot name a provider.",
            place="name",
            hint="Small letters, digits, dot, dash, underscore; at most 60.",
        )
    builtin = BUILTIN.get(connection.name)
    if builtin is not None and builtin.kind != connection.kind:
        raise InputError(f"{connection.name} is built in and stays of its kind.", place="kind", hint="Choose another name.")
    if connection.kind not in providers.kinds():
        raise InputError(f"There is no provider kind {connection.kind!r}.", place="kind", hint=f"There are {', '.join(providers.kinds())}.")
    if connection.base_url is not None:
        require_url(connection.base_url)
    elif connection.kind == "compatible":
        raise InputError("A compatible provider needs a base URL.", place="base URL", hint="For example http://127.0.0.1:11434/v1.")
    if connection.key_variable is not None:
        keys.require_variable(connection.key_variable)
    for limit in _LIMITS:
        value = getattr(connection, limit)
        if value is not None and not 1 <= value <= _MOST:
            raise InputError(f"must be between 1 and {_MOST:,}", place=limit.replace("_", " "), hint="Leave it empty for no limit.")


def require_url(url: str) -> str:
    """`url`, if it is a base URL that may be stored. Raises InputError."""
    with _input_error():
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number raises here
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable() or " " in url or len(url) > 500:
        raise InputError("must begin with http:// or https://", place="base URL", hint="For example http://127.0.0.1:11434/v1.")
    if parts.username is not None or parts.password is not None:
        raise InputError("holds a name or password", place="base URL", hint="Name a key variable instead: keys are never stored.")
    if parts.query or parts.fragment:
        raise InputError("ends in ? or #", place="base URL", hint="Only the address and its path belong here: keys are never stored.")
    return url


@contextmanager
def _input_error() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise InputError("cannot be read", place="base URL", hint="For example http://127.0.0.1:11434/v1.") from error
