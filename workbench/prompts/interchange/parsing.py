"""Bytes from anywhere into text, JSON and YAML, within bounds; what cannot be read is an InputError with file, line and column."""

import json
import re
from typing import Any

from workbench.errors import InputError
from workbench.prompts.interchange.base import File, Parcel

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DEEPEST = 100
_MOST_NODES = 500_000  # of a YAML document, its aliases written out


def text(file: File, parcel: Parcel) -> str:
    """The file as text: UTF-8, UTF-16 with its mark, else Windows-1252, which is reported. Line ends stay as they are."""
    if file.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return file.data.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError("is not a text file", place=file.path) from None
    try:
        return file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\x00" in file.data:
            raise InputError("is not a text file", place=file.path, hint="Save it as UTF-8.") from None
        line = file.data.count(b"\n", 0, error.start) + 1
        parcel.guess(file.path, f"line {line} is not UTF-8: the file was read as Windows-1252")
        return file.data.decode("cp1252", "replace")


def from_json(source: str, place: str) -> Any:
    """The JSON in `source`. Raises InputError."""
    try:
        return json.loads(source, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", place=f"{place}, line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise InputError("is nested too deep", place=place) from None
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", place=place) from None


def from_yaml(source: str, place: str, first_line: int = 1) -> Any:
    """The YAML document in `source`, which begins at `first_line` of its file. Dates stay text. Raises InputError."""
    import yaml

    source = _readable(source, place, first_line)
    loader = _loader()(source)
    try:
        _shallow(source, place)
        node = loader.get_single_node()
        if node is None:
            return None
        _bounded(node, place)
        _as_written(node)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}, line {mark.line + first_line}, column {mark.column + 1}" if mark else place
        told = getattr(error, "problem", None) or str(error)
        raise InputError(f"is not YAML: {told}", place=where) from None
    except RecursionError:
        raise InputError("is nested too deep", place=place) from None
    except ValueError as error:
        raise InputError(f"is not YAML: {error}", place=place) from None
    finally:
        loader.dispose()


def to_json(value: Any) -> bytes:
    """`value` as a JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def to_yaml(value: Any) -> str:
    """`value` as YAML that reads well in a diff: longer texts as blocks, unless a block could not hold them exactly."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:  # a text that occurs twice is written twice
            return True

    Dumper.add_representer(str, _text_node)
    return yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**9)


def _text_node(dumper: Any, value: str) -> Any:
    awkward = any(c in value for c in "\r\x85\u2028\u2029\ufeff")  # YAML reads some of them back as another line end
    block = "\n" in value and not awkward and value.strip() and not value[0].isspace() and " \n" not in value
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if block else '"' if awkward or "\n" in value else None)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _readable(source: str, place: str, first_line: int) -> str:
    # libyaml reports a character it refuses without saying where.
    if found := _CONTROL.search(source):
        line = source.count("\n", 0, found.start()) + first_line
        raise InputError(f"holds the control character {found[0]!r}", place=f"{place}, line {line}")
    return source


def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        # 2026-11-20 would become a date; a date is text here.
        yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own way)
            first: [(tag, pattern) for tag, pattern in listed if tag != "tag:yaml.org,2002:timestamp"]
            for first, listed in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return Loader


def _shallow(source: str, place: str) -> None:
    """Refuse what is nested deeper or holds more than anybody means: composing it would overflow the stack of libyaml's binding."""
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(source, Loader=_loader())):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise InputError("is nested too deep", place=place)
        if count > _MOST_NODES:
            raise InputError(f"holds more than {_MOST_NODES:,} values", place=place, hint="Import it in parts.")


def _bounded(root: Any, place: str) -> None:
    """Refuse a document whose aliases, written out, are more than anybody means, or which holds itself."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, done = stack.pop()
        children = _children(node)
        if done:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children)
            if sizes[id(node)] > _MOST_NODES:
                raise InputError("its aliases unfold to more than can be read", place=place, hint="Write the values out.")
        elif id(node) in open_nodes:
            raise InputError("holds itself through an alias", place=place)
        elif id(node) not in sizes:
            open_nodes.add(id(node))
            stack.append((node, True))
            stack.extend((child, False) for child in children)


def _as_written(root: Any) -> None:
    """Let versions and hashes stay the text they are: 1.10 is not 1.1, and 0123 is not 83."""
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(_children(node))
        for key, value in node.value if node.id == "mapping" else ():
            if key.value in ("version", "semantic", "hash"):
                _text_of(value)
            elif key.value in ("versions", "labels") and value.id == "mapping":
                for name, target in value.value:
                    _text_of(name)
                    _text_of(target)


def _text_of(node: Any) -> None:
    if node.id == "scalar" and node.tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}:
        node.tag = "tag:yaml.org,2002:str"


def _children(node: Any) -> list[Any]:
    if not isinstance(node.value, list):
        return []
    return [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
