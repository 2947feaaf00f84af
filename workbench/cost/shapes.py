"""Fields, lists and mappings of a document as the frozen values of `cost.model`: read, checked, written.

Owns the walk over fields; which fields there are stands in `cost.fields`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from dataclasses import fields as parts_of
from typing import Any

from workbench.cost.forms import At, Form, Text, few, kind_of, mapping, near, shown
from workbench.errors import InputError


@dataclass(frozen=True)
class Field:
    """One field: its name in a document, its form, what it means; `attribute` where the dataclass calls it otherwise.

    `optional`: it may be left out though the dataclass asks for it, and is None then.
    """

    name: str
    form: Form
    says: str
    attribute: str = ""
    optional: bool = False

    @property
    def of(self) -> str:
        """The dataclass's name for it."""
        return self.attribute or self.name


@dataclass(frozen=True)
class Shape:
    """The fields of a dataclass, as a form of its own: a mapping in a document."""

    of: type
    fields: tuple[Field, ...]
    told: str = "fields"

    def read(self, raw: Any, at: At) -> Any:
        """The value. Raises InputError for an unknown or missing field."""
        return self.of(**self.values(mapping(raw, at), at))

    def values(self, raw: Mapping[Any, Any], at: At) -> dict[str, Any]:
        """What the fields of `raw` say, by attribute; a field that stands empty is left out."""
        names = tuple(field.name for field in self.fields)
        if stray := next((name for name in raw if name not in names), None):
            raise unknown(str(stray), names, at)
        given = {
            field.of: field.form.read(raw[field.name], at.inner(field.name)) for field in self.fields if raw.get(field.name) is not None
        }
        given |= {field.of: None for field in self.fields if field.optional and field.of not in given}
        missing = next((field for field in self.fields if field.of not in given and self.required(field)), None)
        if missing is not None:
            at.inner(missing.name).refuse("is missing", f"{missing.says} Write {missing.form.told}.")
        return given

    def check(self, value: Any, at: At) -> None:
        """Hold every field of `value` to its bounds."""
        for field in self.fields:
            if (given := getattr(value, field.of)) is not None and not self._empty(field, given):
                field.form.check(given, at.inner(field.name))

    def plain(self, value: Any) -> Any:
        """The fields that say something; None and what is empty by default are left out."""
        written = ((field, getattr(value, field.of)) for field in self.fields)
        return {field.name: field.form.plain(given) for field, given in written if given is not None and not self._empty(field, given)}

    def required(self, field: Field) -> bool:
        """Whether the dataclass cannot be made without it."""
        return self.default(field) is MISSING and not field.optional

    def default(self, field: Field) -> Any:
        """What it is where it is left out; MISSING where it cannot be."""
        part = next(part for part in parts_of(self.of) if part.name == field.of)
        return part.default if part.default_factory is MISSING else part.default_factory()

    def _empty(self, field: Field, given: Any) -> bool:
        default = self.default(field)
        return isinstance(given, str | tuple | Mapping) and not given and default is not MISSING and not default


@dataclass(frozen=True)
class Names:
    """A list of texts, none twice; a single text is a list of one."""

    each: Text

    @property
    def told(self) -> str:
        """In words."""
        return "list of texts"

    def read(self, raw: Any, at: At) -> tuple[str, ...]:
        """The texts in their order."""
        listed = [raw] if isinstance(raw, str) else raw
        if not isinstance(listed, Sequence):
            at.refuse(f"is {kind_of(raw)}, and a list is wanted", "Write [a, b].")
        names = tuple(self.each.read(item, at.inner(place)) for place, item in enumerate(listed, 1))
        self.check(names, at)
        return names

    def check(self, value: Any, at: At) -> None:
        """Refuse doubles and what is too long."""
        few(value, at)
        for place, item in enumerate(value, 1):
            self.each.check(item, at.inner(place))
        if double := next((item for place, item in enumerate(value) if item in value[:place]), None):
            at.refuse(f"names {shown(double)} twice", "Name it once.")

    def plain(self, value: Any) -> Any:
        """A list."""
        return list(value)


@dataclass(frozen=True)
class Mapped:
    """Names with a value of one form each."""

    each: Form
    of: str = "model"
    some: bool = False  # at least one

    @property
    def told(self) -> str:
        """For example "model: share: 0 to 1"."""
        return f"{self.of} → {self.each.told}"

    def read(self, raw: Any, at: At) -> dict[str, Any]:
        """The mapping in its order."""
        read = {}
        for name, value in mapping(raw, at).items():
            here = at.inner(name)
            key = Text().read(name, here)
            if key in read:
                here.refuse(f"names {shown(key)} twice", "Name it once.")
            if value is None:
                here.refuse("has no value", f"Write {self.each.told}.")
            read[key] = self.each.read(value, here)
        self.check(read, at)
        return read

    def check(self, value: Any, at: At) -> None:
        """Refuse names and values out of bounds."""
        few(value, at)
        if self.some and not value:
            at.refuse("is empty", f"Name at least one {self.of}.")
        for name, item in value.items():
            Text().check(name, at.inner(name))
            self.each.check(item, at.inner(name))

    def plain(self, value: Any) -> Any:
        """A mapping."""
        return {name: self.each.plain(item) for name, item in value.items()}


@dataclass(frozen=True)
class Listed:
    """A list of values of one shape."""

    each: Shape

    @property
    def told(self) -> str:
        """In words."""
        return f"list of {self.each.told}"

    def read(self, raw: Any, at: At) -> tuple[Any, ...]:
        """The values in their order."""
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            at.refuse(f"is {kind_of(raw)}, and a list is wanted", "Write each with a dash in front.")
        return tuple(self.each.read(item, at.inner(place)) for place, item in enumerate(few(raw, at), 1))

    def check(self, value: Any, at: At) -> None:
        """Check each of them."""
        for place, item in enumerate(few(value, at), 1):
            self.each.check(item, at.inner(place))

    def plain(self, value: Any) -> Any:
        """A list of mappings."""
        return [self.each.plain(item) for item in value]


@dataclass(frozen=True)
class Chosen:
    """A value of one of several shapes, told by a field of its mapping (`source: typed`)."""

    by: str
    shapes: Mapping[str, Shape]

    @property
    def told(self) -> str:
        """In words."""
        return f"fields, with {self.by}: {' or '.join(self.shapes)}"

    def read(self, raw: Any, at: At) -> Any:
        """The value of the shape that `raw` names."""
        given = mapping(raw, at)
        name, rest = given.get(self.by), {key: value for key, value in given.items() if key != self.by}
        if name is None:
            at.inner(self.by).refuse("is missing", f"Write one of {', '.join(self.shapes)}.")
        if name not in self.shapes:
            at.inner(self.by).refuse(
                f"{name!r:.60} is not known", f"{near(str(name), tuple(self.shapes))}Write one of {', '.join(self.shapes)}."
            )
        return self.shapes[name].read(rest, at)

    def check(self, value: Any, at: At) -> None:
        """Check it as its shape."""
        self.shapes[self._name(value)].check(value, at)

    def plain(self, value: Any) -> Any:
        """Its mapping, with the field that names the shape first."""
        name = self._name(value)
        return {self.by: name, **self.shapes[name].plain(value)}

    def _name(self, value: Any) -> str:
        return next(name for name, shape in self.shapes.items() if isinstance(value, shape.of))


def unknown(name: str, names: Sequence[str], at: At) -> InputError:
    """The error for a field that is not there, with the nearest name."""
    shown = name if len(name) <= 60 else name[:59] + "…"
    return InputError(
        "there is no such field", place=f"field {at.inner(shown).place}", hint=f"{near(name, names)}Fields: {', '.join(names)}."
    )
