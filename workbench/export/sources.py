"""Where the figures of a document came from: ids, hashes and dates, and a digest that changes when what was shown does."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """One thing a document was written from.

    `kind` is version, labels, cases, run, verdict, calls, metrics, scenario, plan, alerts, prices, prose, template or
    assessment; `id` is stable in the store; `name` is for people; `at_ms` is the date of the data;
    `facts` are the few figures that a person would want to see when they change ("p95": "1.2 s").
    """

    kind: str
    id: str
    name: str
    digest: str
    at_ms: int | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "facts": dict(self.facts)}


def source(kind: str, key: str | int, name: str, shown: Any, *, at_ms: int | None = None, facts: Mapping[str, str] | None = None) -> Source:
    """A source whose digest covers `shown`: everything of it that the document shows, as JSON values."""
    return Source(kind, str(key), name, digest(shown), at_ms, tuple((facts or {}).items()))


def digest(shown: Any) -> str:
    """SHA-256 of the canonical JSON of `shown`, the first 16 bytes in hex. Fractions count to nine digits: what a sum in another order
    differs by, nobody is shown. Raises TypeError for what has no one text (an object without fields).
    """
    text = json.dumps(_canonical(shown), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _canonical(value: Any) -> Any:
    """The same as JSON values: equal things come out equal, in any process."""
    if isinstance(value, Mapping):
        return {str(name): _canonical(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((_canonical(inner) for inner in value), key=repr)
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_canonical(getattr(value, one.name)) for one in fields(value))]
    return _single(value)


def _single(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if repr(value).startswith("<"):
        raise TypeError(f"{type(value).__name__} has no digest: its text names a place in memory")
    return str(value)


def from_json(raw: Mapping[str, Any]) -> Source:
    """A source back from JSON. Raises KeyError or TypeError where it is none."""
    facts = tuple((str(name), str(value)) for name, value in dict(raw.get("facts") or {}).items())
    at_ms = raw.get("at_ms")
    return Source(str(raw["kind"]), str(raw["id"]), str(raw["name"]), str(raw["digest"]), None if at_ms is None else int(at_ms), facts)
