"""What prompts, labels and versions may be called, and how a reference such as `intent@production` is read. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from workbench.errors import InputError

LATEST = "latest"
_LONGEST_NAME, _LONGEST_LABEL, _LONGEST_SEMANTIC, HIGHEST_NUMBER = 200, 100, 80, 1_000_000
_NUMBER = re.compile(r"v?(\d{1,9})", re.ASCII)
_SEMANTIC = re.compile(
    r"v?(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})(?:\.(0|[1-9]\d{0,17}))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # they make a name look like another one
_LABEL = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Ref:
    """A prompt, and which version of it: by number, by label, by semantic name, or the latest where all are None."""

    name: str
    number: int | None = None
    label: str | None = None
    semantic: str | None = None

    def __str__(self) -> str:
        which = self.number if self.number is not None else self.label or self.semantic
        return self.name if which is None else f"{self.name}@{which}"


def parse_ref(text: str) -> Ref:
    """`intent`, `intent@3`, `intent@1.10.0` or `intent@production` as a Ref. Raises InputError."""
    name, at, which = text.strip().rpartition("@")
    if not at:
        return Ref(prompt(which))
    name = prompt(name)
    if found := _NUMBER.fullmatch(which):
        return Ref(name, number=int(found[1]))
    if _SEMANTIC.fullmatch(which):
        return Ref(name, semantic=semantic(which))
    if which == LATEST:
        return Ref(name)
    return Ref(name, label=label(which))


def prompt(name: str) -> str:
    """`name`, trimmed, if a prompt may be called so. Raises InputError that says what to change."""
    name = name.strip()
    if fault := _prompt_fault(name):
        raise InputError(f"{_shown(name)} cannot be a prompt's name: {fault}", place="field name", hint="For example: support/intent.")
    return name


def _prompt_fault(name: str) -> str:
    parts = name.split("/")
    faults = {
        "it is empty": not name,
        f"it is longer than {_LONGEST_NAME} characters": len(name) > _LONGEST_NAME,
        "@ separates a name from its version": "@" in name,
        "it holds a control character or a line break": not printable(name),
        "a / must stand between two words": not all(part.strip() for part in parts),
        "a folder may not begin or end with a space, nor be . or ..": any(part != part.strip() or part in {".", ".."} for part in parts),
    }
    return next((fault for fault, present in faults.items() if present), "")


def label(name: str) -> str:
    """`name`, trimmed, if a label may be called so. Raises InputError."""
    name = name.strip()
    fault = ""
    if not name or len(name) > _LONGEST_LABEL:
        fault = f"it must have 1 to {_LONGEST_LABEL} characters"
    elif _NUMBER.fullmatch(name) or _SEMANTIC.fullmatch(name) or name.isdigit():
        fault = "it looks like a version"
    elif name == LATEST:
        fault = "it always means the newest version"
    elif not _LABEL.fullmatch(name):
        fault = "letters, digits, - _ and . are allowed"
    if fault:
        raise InputError(f"{_shown(name)} cannot be a label: {fault}", place="field label", hint="For example: production.")
    return name


def number(value: int) -> int:
    """`value` if a version may have that number. Raises InputError."""
    if isinstance(value, bool) or not 1 <= value <= HIGHEST_NUMBER:
        raise InputError(f"{value} cannot be a version's number", place="field version", hint=f"Numbers go from 1 to {HIGHEST_NUMBER:,}.")
    return value


def semantic(text: str) -> str:
    """A semantic version such as 1.10.0 or 2.0.0-rc.1, without a leading v. Raises InputError."""
    text = text.strip()
    if not _SEMANTIC.fullmatch(text) or len(text) > _LONGEST_SEMANTIC:
        raise InputError(f"{_shown(text)} is not a semantic version", place="field version", hint="For example: 1.10.0 or 2.0.0-rc.1.")
    return text.removeprefix("v")


def semantic_key(text: str) -> tuple[tuple[int, int, int], bool, tuple[tuple[int, int, str], ...]]:
    """A key that sorts semantic versions as semver says: 1.9.0 < 1.10.0, and 2.0.0-rc.2 < 2.0.0-rc.10 < 2.0.0."""
    found = _SEMANTIC.fullmatch(text)
    if not found:
        raise InputError(f"{_shown(text)} is not a semantic version", place="field version")
    release = (int(found[1]), int(found[2]), int(found[3] or 0))
    before = found[4]
    parts = before.split(".") if before else []
    # Numeric identifiers compare as numbers and come before words.
    return release, not before, tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def version(raw: object) -> tuple[int | None, str | None]:
    """A foreign version as (number, semantic name): 3, "3" and "v3" are numbers, "1.10.0" is a name. Raises InputError."""
    if raw is None or raw == "":
        return None, None
    # JSON has 1.1 as a number; 1.10 must be quoted there. YAML is read as it is written.
    text = str(raw).strip() if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""
    if found := _NUMBER.fullmatch(text):
        return number(int(found[1])), None
    return None, semantic(text or repr(raw))


def printable(text: str) -> bool:
    """Whether `text` is free of control characters, line breaks, direction marks and what no database can hold."""
    return not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in _DIRECTIONS for c in text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
