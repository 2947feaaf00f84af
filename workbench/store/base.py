"""What every table shares: the declarative base, portable column types, ids. Owns no table of its own."""

import re
import secrets
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

# SQLite counts rows only through INTEGER PRIMARY KEY; PostgreSQL needs the wide type for a ledger of many years.
RowId = BigInteger().with_variant(Integer, "sqlite")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class PlainText(TypeDecorator[str]):
    """Text from anywhere. NUL and lone surrogates become U+FFFD: neither database can hold them, and a reply must not be lost for one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """`value` as either database can hold it."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` without the two things no database can hold: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


class Base(DeclarativeBase):
    """The declarative base of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {str: PlainText, dict[str, Any]: JSON(none_as_null=True), list[Any]: JSON(none_as_null=True)}


def new_id(now_ms: int) -> str:
    """A text id of 16 characters that sorts by time: 10 of milliseconds, 6 of chance."""
    stamp = "".join(_ALPHABET[(now_ms >> shift) & 31] for shift in range(45, -1, -5))
    return stamp + "".join(secrets.choice(_ALPHABET) for _ in range(6))
