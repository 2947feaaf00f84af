"""How the fields of a plan's document are read: each by its form, each refusal with the field's place. Owns no field.

What is not plainly a value of its form is refused, never guessed: a date is 2026-11-21, a number is a number or reads as one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn, TypeVar

from workbench.errors import InputError
from workbench.store.base import storable

_MOST = 1e15
_LARGEST = 16  # characters of a whole number
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class At:
    """A mapping of a document and where it stands."""

    raw: Mapping[str, Any]
    place: str = ""

    def refuse(self, name: str, why: str, hint: str = "") -> NoReturn:
        """Raise InputError at the field: "field tasks.2.end: ..."."""
        raise InputError(why, place=f"field {self._at(name)}", hint=hint)

    def only(self, *names: str) -> None:
        """Refuse fields that are none of these."""
        for name in self.raw:
            if name not in names:
                self.refuse(str(name)[:80], "is no field here", f"Fields are {', '.join(names)}.")

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        """The text of the field, empty where there is none."""
        value = self.raw.get(name)
        if isinstance(value, bool | Mapping | list | tuple):
            self.refuse(name, f"is {_kind(value)} and should be text")
        text = storable("" if value is None else str(value))
        text = text.strip() if needed else text
        if needed and not text:
            self.refuse(name, "is empty", "Give it a name.")
        if len(text) > most:
            self.refuse(name, f"has {len(text):,} characters", f"At most {most:,}.")
        return text

    def number(self, name: str) -> float | None:
        """The number of the field."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or abs(number) > _MOST:
            self.refuse(name, f"{str(value)[:40]!r} is no number to reckon with", "Write it like 0.9.")
        return number

    def whole(self, name: str, low: int, high: int, *, default: int | None = None) -> int | None:
        """The whole number of the field, from `low` to `high`."""
        value = self.raw.get(name)
        if value is None or value == "":
            return default
        try:
            number = float(value) if not isinstance(value, bool) and len(str(value)) <= _LARGEST else math.nan
        except (TypeError, ValueError):
            number = math.nan
        if not low <= number <= high or number != int(number):
            self.refuse(name, f"{str(value)[:40]!r} is no whole number from {low} to {high}")
        return int(number)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.raw.get(name)
        if value not in (None, "", False, True):
            self.refuse(name, f"{str(value)[:40]!r} is neither true nor false")
        return bool(value)

    def day(self, name: str) -> date | None:
        """The day of the field."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(str(value))
        except ValueError:
            self.refuse(name, f"{str(value)[:40]!r} is no day", "Write days like 2026-11-21.")
        if not 1970 <= found.year <= 2200:
            self.refuse(name, f"{found} is too far away", "Days are from 1970 to 2200.")
        return found

    def choice(self, name: str, allowed: tuple[Word, ...], default: Word | None = None) -> Word:
        """One of `allowed`."""
        value = self.raw.get(name, default)
        found = next((one for one in allowed if one == value), None)
        if found is None:
            self.refuse(name, f"{str(value)[:40]!r} is none of {', '.join(allowed)}" if value is not None else "is missing")
        return found

    def words(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        """The texts of a list, each once."""
        value = self.raw.get(name)
        if value is None:
            return ()
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple):
            self.refuse(name, f"is {_kind(value)} and should be a list of texts")
        if len(given) > most:
            self.refuse(name, f"has {len(given):,} entries", f"At most {most:,}.")
        cleaned = (At({"": one}, f"{self._at(name)}.{number}").text("", longest).strip() for number, one in enumerate(given, 1))
        return tuple(dict.fromkeys(one for one in cleaned if one))

    def rows(self, name: str, most: int) -> list["At"]:
        """The mappings of a list."""
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.refuse(name, f"is {_kind(value)} and should be a list")
        if len(value) > most:
            self.refuse(name, f"has {len(value):,} entries", f"At most {most:,}.")
        return [at(one, f"{self._at(name)}.{number}") for number, one in enumerate(value, 1)]

    def inner(self, name: str) -> "At | None":
        """The mapping of the field; None where there is none."""
        value = self.raw.get(name)
        return None if value is None else at(value, self._at(name))

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}".strip(".")


def at(raw: Any, place: str) -> At:
    """`raw` to be read as a mapping. Raises InputError where it is none."""
    whole = place if place.startswith("a ") else ""
    if not isinstance(raw, Mapping):
        said = f"{whole} is fields with values, and this is {_kind(raw)}" if whole else f"is {_kind(raw)} and should be fields with values"
        raise InputError(said, place="" if whole else f"field {place}")
    return At(raw, "" if whole else place)


def _kind(value: Any) -> str:
    names: dict[type, str] = {bool: "true or false", str: "text", list: "a list", tuple: "a list", dict: "fields with values"}
    return "nothing" if value is None else names.get(type(value), "a number" if isinstance(value, int | float) else "something else")
