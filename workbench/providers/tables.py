"""The table of connections: providers a person added or set limits for. Holds no key, ever."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base


class ConnectionRow(Base):
    """A named connection. `kind` is the registered provider that speaks its protocol; `key_variable` names the environment
    variable (and keyring entry) of its key. For a built-in provider the row only holds what a person changed.
    """

    __tablename__ = "connections"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    base_url: Mapped[str | None]
    key_variable: Mapped[str | None] = mapped_column(String(100))
    requests_per_minute: Mapped[int | None]
    tokens_per_minute: Mapped[int | None]
    concurrency: Mapped[int | None]
    created_ms: Mapped[int] = mapped_column(BigInteger)
