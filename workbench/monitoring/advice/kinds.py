"""What a recommendation is: what to do, what it rests on, what it is worth, how sure that is, and where it is set up. Values only.

Money is Decimal dollars and a month has 30 days. A name out of the data stands between backticks in a sentence: it is text, never markup.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.cost.model import Scenario
    from workbench.monitoring.advice.looked import Looked

DAYS = 30  # of a month
FLOOR_USD = Decimal(1)  # a month; what is worth less in every way is not shown
FLOOR_SHARE = Decimal("0.001")  # of a month's spend, where that is more
FLOOR_SECONDS = 600.0  # a month
FLOOR_CALLS = 20.0  # a month
_NAME = 80  # characters
AT_MOST = 5  # of one kind, those worth most


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go on: a page by its name (whatif, compare, prompts, calls, overview, settings), its parameters, and for What-if the
    scenario that it opens.
    """

    label: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    scenario: "Scenario | None" = None

    def to_json(self) -> dict[str, Any]:
        """The link as JSON values, a scenario as its document."""
        from workbench.cost import document

        shown: dict[str, Any] = {"label": self.label, "page": self.page, "query": dict(self.query)}
        return shown if self.scenario is None else shown | {"scenario": document.to_json(self.scenario)}


@dataclass(frozen=True, slots=True)
class Worth:
    """What following a recommendation is worth a month, in one or several of dollars (`low` to `high`: p5 and p95 of the draws), seconds
    of waiting, and calls that would not fail or displease. `how` says how it was worked out. None: not known, or none.
    """

    usd: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    seconds: float | None = None
    calls: float | None = None
    how: str = ""

    def matters(self, floor_usd: Decimal) -> bool:
        """Whether any of it reaches the least that is shown."""
        return (
            (self.usd is not None and self.usd >= floor_usd)
            or (self.seconds is not None and self.seconds >= FLOOR_SECONDS)
            or (self.calls is not None and self.calls >= FLOOR_CALLS)
        )

    @property
    def order(self) -> tuple[Decimal, float]:
        """What the largest comes first by: money, then time, a call standing for ten seconds of it."""
        return max(self.usd or Decimal(0), Decimal(0)), (self.seconds or 0.0) + 10 * (self.calls or 0.0)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One thing to do. `n` is how many calls it rests on; `evidence` says them in sentences, `rests_on` leads to them; `sure` says how
    far it can be trusted; `setup` is where it is set up. `key` stays the same as long as it is about the same thing.
    """

    kind: str
    key: str
    title: str
    evidence: tuple[str, ...]
    n: int
    worth: Worth
    sure: str
    setup: Link
    rests_on: tuple[Link, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The whole of it as JSON values; dollars as text, so that they stay exact."""
        worth = self.worth
        usd = {name: None if (value := getattr(worth, name)) is None else str(value) for name in ("usd", "low", "high")}
        return {
            "kind": self.kind,
            "key": self.key,
            "title": self.title,
            "evidence": list(self.evidence),
            "n": self.n,
            "worth_a_month": {**usd, "seconds": worth.seconds, "calls": worth.calls, "how": worth.how},
            "sure": self.sure,
            "setup": self.setup.to_json(),
            "rests_on": [link.to_json() for link in self.rests_on],
        }


Find = Callable[["Looked"], Iterable[Recommendation]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of recommendation: what it is called, what has to be there before it is made, and how it is found."""

    name: str
    place: int
    title: str
    asks: str
    find: Find


REGISTERED: dict[str, Kind] = {}


def advice(name: str, place: int, title: str, asks: str) -> Callable[[Find], Find]:
    """Registers a kind under `name`, shown in the order of `place`. A name taken twice raises."""

    def register(find: Find) -> Find:
        if name in REGISTERED:
            raise ValueError(f"recommendation {name} is registered twice")
        REGISTERED[name] = Kind(name, place, title, asks, find)
        return find

    return register


def named(name: str) -> str:
    """A name out of the data as a sentence has it: between backticks, on one line, cut in the middle where it is very long."""
    line = " ".join(name.replace("`", "'").split())
    return f"`{line if len(line) <= _NAME else f'{line[: _NAME // 2]}…{line[-_NAME // 2 :]}'}`"


def percent(share: float, places: int = 1) -> str:
    """A share in percent: 25.9 %."""
    return f"{share * 100:.{places}f} %"


def address(value: object) -> str:
    """A value as the addresses of the pages have it: one that would be empty or begins with = stands after a =."""
    said = str(value)
    return f"={said}" if said.startswith("=") or not said else said


def moment(at_ms: int) -> str:
    """A time as the addresses of the pages have it: 2026-11-21T14:05Z."""
    from workbench import clock

    return f"{clock.iso(at_ms)[:16]}Z"


def key(kind: str, *about: object) -> str:
    """The key of a recommendation: its kind, and what it is about in 20 characters."""
    said = "\x1f".join("" if each is None else str(each) for each in about)
    return f"{kind}-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:20]}"
