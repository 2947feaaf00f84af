"""What recommendations are worked out of: sums of the whole period, and the newest calls as columns. Reads only; each thing once.

Sums come from the rollups. Calls themselves are read only of the newest stretch that holds MOST of them at most, and kept by
`cost.columns`. What people try out (runs, the playground) repeats itself on purpose and is not traffic: it is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from workbench.cost.model import KINDS, Recorded
from workbench.ledger.fields import TRIALS
from workbench.monitoring.ranges import DAY, HOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns
    from workbench.cost.rates import Book
    from workbench.ledger.rollups import Cell
    from workbench.store import Store

MOST = 200_000
FREE = frozenset({"simulated", "local"})
_SOURCES = 3  # that are looked at apart, where there are trials beside them
_GROUPS = 40


@dataclass(frozen=True, eq=False)
class Group:
    """Calls that belong together: of a prompt, of a model, or all of them. `filters` are those of a baseline that holds exactly these."""

    name: str
    prompt: str | None
    filters: Mapping[str, str | int]
    columns: "Columns"

    @property
    def recorded(self) -> Recorded:
        """The baseline of these calls."""
        return Recorded(self.columns.since_ms, self.columns.until_ms, dict(self.filters))

    @property
    def models(self) -> list[str]:
        """The models that answered, most calls first."""
        import numpy as np

        counts = np.bincount(self.columns.model[self.columns.ok], minlength=len(self.columns.models))
        return [self.columns.models[at] for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]


@dataclass(frozen=True, eq=False)
class Looked:
    """A period of a store, [since_ms, until_ms) on whole hours, and what it holds."""

    store: "Store"
    since_ms: int
    until_ms: int
    now_ms: int

    @property
    def days(self) -> float:
        """How long it is."""
        return (self.until_ms - self.since_ms) / DAY

    @property
    def monthly(self) -> float:
        """What a count of the period is multiplied by to be one of a month of 30 days."""
        return 30 / self.days

    @cached_property
    def sources(self) -> tuple[str, ...] | None:
        """The sources that count, the busiest first; None where all do."""
        cells = self.read(by=("source",))
        named = [(cell.calls, str(cell.key["source"])) for cell in cells]
        if not any(name in TRIALS for _, name in named):
            return None
        return tuple(name for _, name in sorted(named, key=lambda one: (-one[0], one[1])) if name not in TRIALS)

    @cached_property
    def left_out(self) -> int:
        """How many calls people only tried something out with."""
        return sum(cell.calls for cell in self.read(by=("source",)) if cell.key["source"] in TRIALS)

    @property
    def narrowed(self) -> dict[str, Any]:
        """The filter of rollups that leaves out what people try out."""
        return {} if self.sources is None else {"source": self.sources}

    def read(self, *, by: Sequence[str] = (), bucket_ms: int | None = None, filters: Mapping[str, Any] | None = None) -> "list[Cell]":
        """Sums of the period out of the rollups, without percentiles."""
        from workbench.ledger import rollups

        if filters and filters.get("source") == ():
            return []
        chosen = cast("rollups.Filters", dict(filters or {}))
        return rollups.read(self.store, self.since_ms, self.until_ms, by=by, bucket_ms=bucket_ms, filters=chosen, sketches=False)

    @cached_property
    def versions(self) -> "list[Cell]":
        """The traffic day by day, by prompt, version and model."""
        return self.read(by=("prompt", "version", "provider", "model", "status"), bucket_ms=DAY, filters=self.narrowed)

    @cached_property
    def outcomes(self) -> "list[Cell]":
        """All calls, trials among them, by provider, model, prompt and outcome: a limit counts whoever asks."""
        return self.read(by=("provider", "model", "prompt", "outcome"))

    @cached_property
    def book(self) -> "Book":
        """Today's prices, one's own before the list's."""
        from workbench.cost import rates
        from workbench.ledger import overrides, tariff

        def vendor(provider: str) -> tuple[str, str]:
            found = tariff.vendor(self.store, provider)
            return found.provider, found.base_url

        return rates.Book({}, overrides.current(self.store), self.now_ms, vendor=vendor)

    def rate(self, model: str, kind: str) -> float:
        """Dollars a token of a kind; 0 where the model is free or nobody knows."""
        if model.partition("/")[0] in FREE:
            return 0.0
        found = self.book.of(model)
        return float(found[kind]) if found else 0.0

    @cached_property
    def raw_since_ms(self) -> int:
        """From when on the calls themselves are read: whole days back where one fits, else whole hours."""
        left, since = MOST, self.until_ms
        for cell in sorted(self.read(bucket_ms=HOUR), key=lambda one: one.bucket_ms or 0, reverse=True):
            left -= cell.calls
            if left < 0 and since < self.until_ms:
                days = (self.until_ms - since) // DAY
                return self.until_ms - days * DAY if days else since
            since = cell.bucket_ms or 0
        return self.since_ms if left >= 0 else since

    @cached_property
    def loaded(self) -> "list[tuple[dict[str, str | int], Columns]]":
        """The newest calls with the filters that hold exactly them: all at once, or source by source beside trials."""
        from workbench.cost import columns

        kept: list[dict[str, str | int]] = [{}] if self.sources is None else [{"source": name} for name in self.sources[:_SOURCES]]
        return [(filters, columns.load(self.store, Recorded(self.raw_since_ms, self.until_ms, filters))) for filters in kept]

    @cached_property
    def by_prompt(self) -> list[Group]:
        """The calls of each prompt, most calls first; those of none by model, where all of its calls are of none."""
        found: list[Group] = []
        for filters, columns in self.loaded:
            found += [
                Group(name, name, {**filters, "prompt": name}, _only(columns, columns.prompt == code))
                for code, name in _busiest(columns.prompt, columns.prompts)
                if _addressable(name)
            ]
            named = set(columns.model[columns.prompt >= 0].tolist())
            found += [
                Group(name, None, {**filters, **_of_model(name)}, _only(columns, columns.model == code))
                for code, name in _busiest(columns.model, columns.models)
                if code not in named and _addressable(name)
            ]
        return sorted(found, key=lambda group: -len(group.columns))[:_GROUPS]

    @cached_property
    def by_model(self) -> list[Group]:
        """The calls of each model, most calls first."""
        return [
            Group(name, None, {**filters, **_of_model(name)}, _only(columns, columns.model == code))
            for filters, columns in self.loaded
            for code, name in _busiest(columns.model, columns.models)
            if _addressable(name)
        ]

    def usd(self, group: Group, kind: str) -> "NDArray[Any]":
        """What a token of a kind costs each call of the group."""
        import numpy as np

        rates = np.array([self.rate(model, kind) for model in group.columns.models] or [0.0])
        found: NDArray[Any] = rates[group.columns.model]
        return found

    @property
    def stretch(self) -> str:
        """The time of the calls themselves, in words."""
        from workbench.cost.loading import told

        return told(self.until_ms - self.raw_since_ms)


def tokens(columns: "Columns", kind: str) -> "NDArray[Any]":
    """Tokens of a kind, call by call."""
    found: NDArray[Any] = columns.tokens[:, KINDS.index(kind)].astype("int64")
    return found


def _addressable(name: str) -> bool:
    """Whether a scenario can name it: one line without control characters."""
    return bool(name) and name.isprintable() and name == name.strip()


def _of_model(name: str) -> dict[str, str | int]:
    provider, _, model = name.partition("/")
    return {"provider": provider, "model": model}


def _busiest(codes: "NDArray[Any]", names: Sequence[str]) -> list[tuple[int, str]]:
    """Codes with their names, those of most calls first, as many as are looked at."""
    import numpy as np

    counts = np.bincount(codes[codes >= 0], minlength=len(names)) if len(names) else np.zeros(0, dtype=np.int64)
    return [(at, names[at]) for at in np.argsort(-counts, kind="stable").tolist()[:_GROUPS] if counts[at]]


def _only(columns: "Columns", chosen: "NDArray[Any]") -> "Columns":
    from workbench.cost.columns import ARRAYS

    if bool(chosen.all()):
        return columns
    arrays: dict[str, Any] = {name: getattr(columns, name)[chosen] for name in ARRAYS}
    return replace(columns, **arrays, without_tokens=0, impossible=0)
