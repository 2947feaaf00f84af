"""Names of prompts as names of files: kept inside the folder, fit for every file system, no two the same."""

import hashlib
import re

_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
_LONGEST = 120  # bytes: a version and an ending follow, and file systems end at 255


def safe(name: str) -> str:
    """`name` as one part of a path: `/` becomes two underscores. Where more had to change, a mark of the name keeps it apart."""
    return part(name.replace("/", "__"))


def folders(name: str) -> str:
    """`name` as a path below a folder, its own folders kept."""
    return "/".join(part(piece) for piece in name.split("/"))


def part(name: str) -> str:
    """`name` as one part of a path."""
    kept = _UNSAFE.sub("_", name)
    if kept.startswith(".") or kept.endswith((".", " ")) or _RESERVED.fullmatch(kept):
        kept = f"_{kept}".rstrip(". ")
    cut = kept.encode()[:_LONGEST].decode(errors="ignore")
    return cut if cut == name else f"{cut}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
