"""Forms of values in a scenario document: how each is read, checked, written and told. Every error names its place and the remedy.

Owns no field: which field has which form stands in `cost.fields`. Guesses nothing: what is not plainly a value of its form is refused.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NoReturn, Protocol

from workbench import clock
from workbench.errors import InputError

_NUMBER = re.compile(r"([+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(%?)")
_BACK = re.compile(r"(\d{1,5})\s*([hdw])")
_HOUR_MS = 3_600_000
_UNITS_MS = {"h": _HOUR_MS, "d": 24 * _HOUR_MS, "w": 7 * 24 * _HOUR_MS}
_LAST_MS = 253_402_300_799_999  # the end of year 9999
_DIGITS = 28  # significant digits: what decimal arithmetic carries
_MOST = 1_000  # entries of a list or a mapping


@dataclass(frozen=True)
class At:
    """Where a value stands in a document, and what time it is for dates that count back from now."""

    place: str = ""
    now_ms: int = 0

    def inner(self, name: object) -> "At":
        """The place of a field within this one."""
        return replace(self, place=f"{self.place}.{name}" if self.place else str(name))

    def refuse(self, why: str, hint: str = "") -> NoReturn:
        """Raise InputError: "field levers.exact_cache.hit_rate: 1.4 is over 1"."""
        raise InputError(why, place=f"field {self.place}" if self.place else "", hint=hint)


class Form(Protocol):
    """`read` makes a value of what a document says, `check` holds a value to its bounds, `plain` writes it, `told` is for the reference."""

    @property
    def told(self) -> str:
        """What may be written, in words."""
        ...

    def read(self, raw: Any, at: At) -> Any:
        """The value that `raw` means. Raises InputError."""
        ...

    def check(self, value: Any, at: At) -> None:
        """Raise InputError where a value is out of bounds."""
        ...

    def plain(self, value: Any) -> Any:
        """`value` as JSON has it; a Decimal stays one."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number within bounds. `share`: a percent sign may be written. `whole`: an int comes back, else a Decimal."""

    low: Decimal | int = 0
    high: Decimal | int = 10**9
    unit: str = "number"
    whole: bool = False
    share: bool = False
    above: bool = False  # `low` itself is not allowed

    @property
    def told(self) -> str:
        """For example "tokens, 0 to 1,000,000,000"."""
        if self.share and (self.low, self.high) == (0, 1):
            return "share: 0 to 1, or 70 %" + (", above 0" if self.above else "")
        return f"{self.unit}, {'above ' if self.above else ''}{self.low:,} to {self.high:,}" + (", or 5 %" if self.share else "")

    def read(self, raw: Any, at: At) -> Decimal | int:
        """The number; text that is one is taken, with `_` between digits and a percent sign on shares."""
        value = self._decimal(raw, at)
        self.check(value, at)
        if self.whole:
            return int(value)
        return value.quantize(Decimal(1)) if value and int(value.as_tuple().exponent) > 0 else value

    def check(self, value: Any, at: At) -> None:
        """Refuse what is not finite, out of bounds, or longer than decimal arithmetic carries."""
        number = Decimal(value)
        if not number.is_finite():
            at.refuse(f"{value} is not a number that can be counted with", "Write a finite number.")
        if number > self.high:
            at.refuse(f"{_brief(number)} is over {self.high:,}", "Write a share as 0.7 or 70 %." if self.share and number <= 100 else "")
        if number < self.low or (self.above and number == self.low):
            at.refuse(f"{_brief(number)} is {'not above' if self.above else 'under'} {self.low:,}", self._remedy(number))
        parts = number.as_tuple()
        if len(parts.digits) > _DIGITS or int(parts.exponent) < -_DIGITS:
            at.refuse(f"has more than {_DIGITS} digits", "Round it.")
        if self.whole and number != number.to_integral_value():
            at.refuse(f"{_brief(number)} is not a whole number")

    def plain(self, value: Any) -> Any:
        """The Decimal or int."""
        return value

    def _remedy(self, number: Decimal) -> str:
        if self.unit == Number.unit or number >= 0 or self.low != 0:
            return ""
        return f"It is counted in {self.unit}, which cannot be negative."

    def _decimal(self, raw: Any, at: At) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
            at.refuse(f"is {kind_of(raw)}, and a number is wanted")
        if isinstance(raw, str):
            return self._written(raw.strip(), at)
        if isinstance(raw, int) and raw.bit_length() > 400:
            at.refuse(f"is over {self.high:,}")
        return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)

    def _written(self, text: str, at: At) -> Decimal:
        found = _NUMBER.fullmatch(text) if len(text) <= 100 else None
        if found is None:
            comma = "Write a point for decimals and no commas: 0.5, 100000 or 100_000." if "," in text else f"Write {self.told}."
            at.refuse(f"{shown(text)} is not a number", comma)
        number = Decimal(found[1].replace("_", ""))
        if found[2] and not self.share:
            at.refuse(f"{shown(text)} is a percentage, and this is counted in {self.unit}")
        if not found[2]:
            return number
        for beyond, word, bound in ((number > self.high * 100, "over", self.high), (number < self.low * 100, "under", self.low)):
            if beyond:
                at.refuse(f"{_brief(number)} % is {word} {bound * 100:,} %", "Write a share as 0.7 or 70 %." if number <= 10_000 else "")
        return number.scaleb(-2)


@dataclass(frozen=True)
class Text:
    """Text within bounds: one line of printable characters that is not empty, or with `long` any text."""

    most: int = 200
    long: bool = False

    @property
    def told(self) -> str:
        """For example "text, up to 200 characters"."""
        return f"text, {'' if self.long else 'one line, '}up to {self.most:,} characters"

    def read(self, raw: Any, at: At) -> str:
        """The text; a number is taken as it is written."""
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            at.refuse(f"is {kind_of(raw)}, and a text is wanted", "Put it in quotes." if isinstance(raw, bool) else "")
        text = str(raw) if self.long else str(raw).strip()
        self.check(text, at)
        return text

    def check(self, value: Any, at: At) -> None:
        """Refuse what is empty, too long or not printable."""
        if len(value) > self.most:
            at.refuse(f"has {len(value):,} characters; at most {self.most:,} are kept", "Shorten it.")
        if self.long:
            if any(c in value for c in "\x00") or any(unicodedata.category(c) == "Cs" for c in value):
                at.refuse("holds a character that cannot be kept", "Take it out.")
            return
        if not value.strip() or value != value.strip():
            at.refuse("is empty" if not value.strip() else "begins or ends with a space", "Write a name.")
        if not all(c.isprintable() for c in value):
            at.refuse("holds a line break or a control character", "Write it in one line.")

    def plain(self, value: Any) -> Any:
        """The text."""
        return value


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    told: str = "true or false"

    def read(self, raw: Any, at: At) -> bool:
        """The flag, from true, false, yes, no, on, off."""
        if isinstance(raw, bool):
            return raw
        found = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(str(raw).strip().lower())
        if found is None or not isinstance(raw, str):
            at.refuse(f"{shown(raw)} is neither true nor false")
        return found

    def check(self, value: Any, at: At) -> None:
        """Both are allowed."""

    def plain(self, value: Any) -> Any:
        """The flag."""
        return value


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def told(self) -> str:
        """For example "5m or 1h"."""
        return " or ".join(self.words)

    def read(self, raw: Any, at: At) -> str:
        """The word."""
        text = str(raw).strip() if isinstance(raw, str | int) else kind_of(raw)
        self.check(text, at)
        return text

    def check(self, value: Any, at: At) -> None:
        """Refuse any other word, naming the nearest."""
        if value not in self.words:
            at.refuse(f"{shown(value)} is not known here", near(str(value), self.words) + f"Write {self.told}.")

    def plain(self, value: Any) -> Any:
        """The word."""
        return value


@dataclass(frozen=True)
class Moment:
    """A moment as UTC epoch milliseconds; written as ISO 8601, or as `30d`, counted back from the end of the present hour."""

    told: str = "date (2026-03-01 or 2026-03-01T12:00Z; UTC), now, or so long ago: 12h, 30d, 4w"

    def read(self, raw: Any, at: At) -> int:
        """Milliseconds. The end of the hour holds what has just happened, and the same question an hour long has one answer."""
        if not isinstance(raw, str):
            at.refuse(f"{shown(raw)} is not a date", f"Write a {self.told}.")
        text, now_ms = raw.strip(), -(-at.now_ms // _HOUR_MS) * _HOUR_MS
        if text == "now":
            return now_ms
        if back := _BACK.fullmatch(text):
            value = now_ms - int(back[1]) * _UNITS_MS[back[2]]
        else:
            try:
                value = clock.from_iso(text)
            except (ValueError, OverflowError):
                at.refuse(f"{shown(text)} is not a date", f"Write a {self.told}.")
        self.check(value, at)
        return value

    def check(self, value: Any, at: At) -> None:
        """Refuse what lies before 1970 or after 9999."""
        if not 0 <= value <= _LAST_MS:
            at.refuse("lies outside 1970 to 9999")

    def plain(self, value: Any) -> Any:
        """ISO 8601 in UTC; a midnight is a date."""
        text = clock.iso(value)
        return text.removesuffix("T00:00:00.000Z")


def mapping(raw: Any, at: At) -> Mapping[Any, Any]:
    """`raw` where it is a mapping; nothing at all is an empty one. Raises InputError."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        at.refuse(f"is {kind_of(raw)}, and fields with values are wanted", "Write `name: value` lines.")
    few(raw, at)
    return raw


def few(value: Any, at: At) -> Any:
    """`value` where it has no more entries than anybody means. Raises InputError."""
    if len(value) > _MOST:
        at.refuse(f"has {len(value):,} entries; at most {_MOST:,} are read", "Leave some out.")
    return value


def near(name: str, names: Sequence[str]) -> str:
    """A question that names the nearest of `names` and ends in a space; empty where none is near."""
    found = difflib.get_close_matches(name[:100], names, n=1, cutoff=0.6)
    return f"Did you mean {found[0]}? " if found else ""


def kind_of(raw: Any) -> str:
    """What a value of a document is, in words."""
    kinds = (
        (bool, "true or false"),
        (str, "a text"),
        (Mapping, "a mapping"),
        (list | tuple, "a list"),
        (int | float | Decimal, "a number"),
    )
    return next((name for kind, name in kinds if isinstance(raw, kind)), "empty" if raw is None else f"a {type(raw).__name__}")


def shown(raw: Any) -> str:
    """`raw` as an error shows it: cut at 60 characters, texts in quotes."""
    text = repr(raw) if isinstance(raw, str) else str(raw)
    return text if len(text) <= 60 else text[:59] + "…"


def _brief(number: Decimal) -> str:
    text = f"{number:f}" if abs(number.adjusted()) < 40 else str(number)
    return shown(Decimal(text)) if len(text) <= 60 else f"{number:.6e}"
