"""YAML text into plain values, within bounds. Numbers and dates stay the text they were written as, so that none is changed on the way.

Refuses what is too large, too deep, unfolds endlessly, or names a key twice. Knows no field of a scenario.
"""

from typing import Any, cast

from workbench.errors import InputError

MOST_BYTES = 1_000_000
_DEEPEST, _MOST = 20, 50_000


def from_yaml(text: str) -> tuple[Any, dict[str, int]]:
    """The document, and the line on which each place ("levers.exact_cache.hit_rate") stands. Raises InputError."""
    import yaml

    if len(text) > MOST_BYTES:
        raise InputError(
            f"the document has {len(text):,} characters; at most {MOST_BYTES:,} are read", hint="Keep data in the ledger or a trace."
        )
    try:
        _shallow(text)
        # The loader's own resolver would turn 010 into 8, 1:30 into 90, and 0.1 into a float: plain texts stay texts here.
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        lines: dict[str, int] = {}
        return (None if node is None else _Reading(lines).value(node, "", 0)), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"
        raise InputError(f"is not YAML: {error.problem or error.context}", place=place, hint=_HINT) from None
    except yaml.YAMLError as error:
        raise InputError(f"is not YAML: {str(error).splitlines()[0]}", hint=_HINT) from None


_HINT = "Indent with spaces, and put texts with : or # in quotes."


def _shallow(text: str) -> None:
    """Refuse depth before anything is composed: the composer goes down with it, one call a level."""
    import yaml

    depth, events = 0, cast("Any", yaml.parse(text, Loader=yaml.BaseLoader))
    for count, event in enumerate(events):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise InputError("is nested too deep", place=f"line {event.start_mark.line + 1}", hint=f"At most {_DEEPEST} levels are read.")
        if count > _MOST:
            raise InputError(f"holds more than {_MOST:,} values", place=f"line {event.start_mark.line + 1}")


class _Reading:
    """One document on its way into values; counts them, so that aliases cannot unfold for ever."""

    def __init__(self, lines: dict[str, int]) -> None:
        self.lines, self.count = lines, 0

    def value(self, node: Any, place: str, depth: int) -> Any:
        """What the node says: a mapping, a list, a text, true, false or None."""
        import yaml

        self.count += 1
        if self.count > _MOST or depth > _DEEPEST:
            raise InputError(
                "its aliases unfold to more than can be read", place=f"line {node.start_mark.line + 1}", hint="Write the values out."
            )
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, place, number, depth) for number, item in enumerate(node.value, 1)]
        return node.value if node.style in ("'", '"', "|", ">") else _plain(node.value)

    def _mapping(self, node: Any, place: str, depth: int) -> dict[str, Any]:
        import yaml

        read: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("has a key that is no name", place=f"line {line}", hint="Write `name: value` lines.")
            if key.value in read:
                raise InputError(f"names {key.value[:60]!r} twice", place=f"line {line}", hint="Keep one of the two.")
            inner = f"{place}.{key.value}" if place else key.value
            self.lines.setdefault(inner, line)
            read[key.value] = self.value(value, inner, depth + 1)
        return read

    def _item(self, node: Any, place: str, number: int, depth: int) -> Any:
        # Levers are told by their kind, not by their number: fields.LeversForm names places so.
        return self.value(node, place if place == "levers" else f"{place}.{number}", depth + 1)


def _plain(text: str) -> Any:
    return {"": None, "~": None, "null": None, "true": True, "false": False}.get(text.lower() if len(text) < 6 else text, text)
