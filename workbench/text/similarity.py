"""How alike two texts are, and which known word a mistyped one was meant to be."""

import difflib
from collections.abc import Iterable

_LONG = 2_000  # characters from which texts are compared by word: by letter the cost grows with the square


def ratio(a: str, b: str) -> float:
    """Likeness from 0 (nothing in common) to 1 (the same)."""
    if a == b:
        return 1.0
    if max(len(a), len(b)) <= _LONG:
        return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    return difflib.SequenceMatcher(None, a.split(), b.split(), autojunk=True).ratio()


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, or None where none is close."""
    others = [other for other in words if other != word]
    plain = _plain(word)
    for other in others:
        if _plain(other) == plain:
            return other
    if len(plain) < 3:
        return None
    best = max(((ratio(plain[:200], _plain(other)[:200]), other) for other in others), default=(0.0, ""))
    return best[1] if best[0] >= 0.75 else None


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")
