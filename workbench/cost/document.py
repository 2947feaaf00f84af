"""A scenario as a document: YAML for people and files, JSON for the store, links and programs. Owns its reading and writing.

Reading checks every field (`cost.fields`, `cost.checking`); errors name line and place. A scenario written and read again is the same.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench import clock
from workbench.cost import checking, fields
from workbench.cost.forms import At, kind_of
from workbench.cost.model import Recorded, Scenario, Trace
from workbench.errors import InputError

_EXACT = 2**53  # integers beyond are changed by programs that count in floats
_NEEDED = "A scenario has at least a name and a baseline."


def to_json(scenario: Scenario) -> dict[str, Any]:
    """Every field under its name, what is None or empty left out. Decimals are numbers where a float holds them exactly, else texts."""
    plain: dict[str, Any] = _numbers(fields.SCENARIO.plain(scenario), _json_number)
    return plain


def from_json(raw: Any, *, now_ms: int | None = None) -> Scenario:
    """The scenario that a document says; dates such as 30d count back from `now_ms`. Raises InputError."""
    if not isinstance(raw, Mapping):
        raise InputError(f"a scenario is fields with values, and this is {kind_of(raw)}", hint=_NEEDED)
    at = At(now_ms=clock.now_ms() if now_ms is None else now_ms)
    scenario: Scenario = fields.SCENARIO.read(_until_now(raw), at)
    checking.agree(scenario)
    return scenario


def to_yaml(scenario: Scenario) -> str:
    """The document as a person would write it: what stands at its default is left out."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # a value that occurs twice is written twice
            return True

    Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:f}"))
    Dumper.add_representer(_Lines, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|"))
    # What is written plain must be read as text, a number or a flag by any program: the resolver of the writer is YAML 1.1's.
    return str(yaml.dump(_short(scenario), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6))


def from_yaml(text: str, *, now_ms: int | None = None) -> Scenario:
    """The scenario of a YAML (or JSON) text. Raises InputError with line and place."""
    from workbench.cost import parsing

    raw, lines = parsing.from_yaml(text)
    try:
        return from_json(raw, now_ms=now_ms)
    except InputError as error:
        line = _line(error.place.removeprefix("field "), lines)
        if not error.place or line is None:
            raise
        raise InputError(error.message.removeprefix(f"{error.place}: "), place=f"line {line}, {error.place}", hint=error.hint) from None


def read(path: Path | str, *, now_ms: int | None = None) -> Scenario:
    """The scenario of a file; a trace is looked for beside it. Raises InputError that names the file."""
    from workbench.cost import parsing

    path = Path(path)
    try:
        size = path.stat().st_size
        if size > parsing.MOST_BYTES:
            raise InputError(f"has {size:,} bytes; a scenario has at most {parsing.MOST_BYTES:,}", place=str(path))
        scenario = from_yaml(path.read_text(encoding="utf-8-sig"), now_ms=now_ms)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=str(path), hint="Check the path.") from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", place=str(path), hint="Save it as UTF-8.") from None
    except InputError as error:
        place = f"{path}, {error.place}" if error.place and error.place != str(path) else str(path)
        said = error.message.removeprefix(f"{error.place}: ") if error.place else error.message
        raise InputError(said, place=place, hint=error.hint) from None
    if isinstance(scenario.baseline, Trace):
        beside = path.resolve().parent / Path(scenario.baseline.path).expanduser()
        return replace(scenario, baseline=replace(scenario.baseline, path=str(beside)))
    return scenario


def placed(error: InputError, path: Path | str) -> InputError:
    """The error of a field of the document in that file, with the file and the line; another error as it is."""
    from workbench.cost import parsing

    if not error.place.startswith("field "):
        return error
    try:
        _, lines = parsing.from_yaml(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, InputError):  # it was read before, and may be gone since
        lines = {}
    line = _line(error.place.removeprefix("field "), lines)
    at = f"{path}, line {line}, {error.place}" if line else f"{path}, {error.place}"
    return InputError(error.message.removeprefix(f"{error.place}: "), place=at, hint=error.hint)


def _until_now(raw: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A baseline of the ledger without an end lasts until now."""
    baseline = raw.get("baseline")
    if isinstance(baseline, Mapping) and baseline.get("source") == "ledger" and baseline.get("until") is None:
        return {**raw, "baseline": {**baseline, "until": "now"}}
    return raw


def _line(place: str, lines: Mapping[str, int]) -> int | None:
    """The line of a place, or of the nearest place around it that the document has."""
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place)


class _Lines(str):
    """Text of several lines that reads best as a block."""

    __slots__ = ()


def _short(scenario: Scenario) -> dict[str, Any]:
    written = fields.SCENARIO.plain(scenario)
    for field in fields.SCENARIO.fields:
        value, default = getattr(scenario, field.of), fields.SCENARIO.default(field)
        if default is not MISSING and value == default:
            written.pop(field.name, None)
    for lever in written.get("levers", ()):
        for kind, given in lever.items():
            _without_defaults(given, fields.LEVERS[kind])
    for name, shape in (("unsure", fields.UNSURE_SHAPE), ("limits", fields.LIMITS)):
        _without_defaults(written.get(name, {}), shape)
    if not isinstance(scenario.baseline, Recorded | Trace):
        _without_defaults(written["baseline"], fields.TYPED)
    if (note := written.get("note")) and re.fullmatch(r"[^\s#][^\r\x85\u2028\u2029\ufeff\t]*\n[^\r\x85\u2028\u2029\ufeff\t]*", note):
        written["note"] = _Lines(note)
    return dict(_numbers(written, lambda value: int(value) if value == value.to_integral_value() and abs(value) < 10**20 else value))


def _without_defaults(given: dict[str, Any], shape: Any) -> None:
    for field in shape.fields:
        default = shape.default(field)
        if field.name in given and default is not MISSING and given[field.name] == default:
            del given[field.name]


def _numbers(value: Any, number: Any) -> Any:
    """`value` with `number` of every Decimal in it."""
    if isinstance(value, Mapping):
        return {name: _numbers(item, number) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item, number) for item in value]
    return number(value) if isinstance(value, Decimal) else value


def _json_number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < _EXACT:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else f"{value.normalize():f}"
