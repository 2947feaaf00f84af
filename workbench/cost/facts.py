"""What is known of calls that a condition may look at, as arrays: out of the columns of recorded calls, or out of rows of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.cost.model import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns

    Flags = NDArray[Any]


@dataclass(frozen=True)
class Facts:
    """What conditions look at, an array a name over the calls: numbers and yes/no with -1 where it is not known, None where it never
    is. `prompt` and `model` are codes into names (a code outside of them is no name); `tags(matches)` flags calls with such a tag.
    """

    calls: int
    numbers: Mapping[str, "NDArray[Any] | None"]
    question: "NDArray[Any] | None"
    texts: "Mapping[str, tuple[NDArray[Any], tuple[str, ...]]]"
    tags: "Callable[[Callable[[str], bool]], Flags | None]"


def of_columns(columns: "Columns") -> Facts:
    """The facts of recorded calls; how many characters they have is not recorded."""
    numbers = {"words": columns.words, "input_tokens": columns.tokens[:, KINDS.index("input")], "characters": None}
    texts = {"prompt": (columns.prompt, columns.prompts), "model": (columns.model, columns.models)}
    return Facts(len(columns.started_ms), numbers, columns.question, texts, lambda matches: _tagged(columns, matches))


def of_rows(rows: Sequence[Mapping[str, Any]]) -> Facts:
    """The facts of a few calls by their ledger names; None is not known."""
    import numpy as np

    def codes(name: str) -> "tuple[NDArray[Any], tuple[str, ...]]":
        names = tuple(dict.fromkeys(row[name] for row in rows if row.get(name) is not None))
        places = {value: at for at, value in enumerate(names)}
        return np.array([places.get(row.get(name), -1) for row in rows], dtype=np.int64), names

    def numbers(name: str) -> "NDArray[Any]":
        return np.array([-1 if row.get(name) is None else int(row[name]) for row in rows], dtype=np.int64)

    def tagged(matches: Callable[[str], bool]) -> "Flags":
        return np.array([any(map(matches, map(str, row.get("tags") or ()))) for row in rows], dtype=bool)

    known = {name: numbers(name) for name in ("words", "characters", "input_tokens")}
    return Facts(len(rows), known, numbers("question"), {name: codes(name) for name in ("prompt", "model")}, tagged)


def _tagged(columns: "Columns", matches: Callable[[str], bool]) -> "Flags":
    import numpy as np

    sets = np.array([*(any(map(matches, tags)) for tags in columns.tag_sets), False], dtype=bool)
    found: Flags = sets[columns.tag]  # -1, no tag, is the last of them
    return found
