"""What was spent by day (UTC), model and prompt, read from the rollups. Owns no table, and writes nothing.

A call that failed and cost all the same counts with what it cost. An answered call of unknown price is counted in `unpriced`, and
its cost is in no sum. Money is whole nano-dollars, so that every sum is exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from workbench.ledger import rollups
from workbench.ledger.periods import DAY_MS, day
from workbench.store import Store

_SUMS = ("calls", "ok", "input_tokens", "output_tokens", "cost_nano", "unpriced")
_PER = Decimal("1e-9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What calls add up to. `cost_nano` leaves out the `unpriced` ones: answered calls that no price is known of."""

    calls: int
    ok: int
    input_tokens: int
    output_tokens: int
    cost_nano: int
    unpriced: int

    @property
    def cost_usd(self) -> Decimal:
        """The known cost in dollars, exact."""
        return Decimal(self.cost_nano).scaleb(-9)

    @property
    def known(self) -> bool:
        """Whether `cost_nano` says anything: not where calls were answered and none of them has a price."""
        return self.unpriced < self.ok or bool(self.cost_nano) or not self.ok

    @property
    def usd_per_call(self) -> Decimal | None:
        """Dollars a call, failed ones among them, to the nano-dollar; of those with a known price; None where there is none."""
        return _each(self.cost_nano, self.calls - self.unpriced)

    @property
    def usd_per_ok(self) -> Decimal | None:
        """Dollars for each call that was answered: what failed calls cost is shared out among them; None where there is none."""
        return _each(self.cost_nano, self.ok - self.unpriced)

    def to_json(self) -> dict[str, Any]:
        """The sums under the ledger's field names, with the cost of a call; None where nothing has a price, never 0."""
        each = {"usd_per_call": _float(self.usd_per_call), "usd_per_ok": _float(self.usd_per_ok)}
        shown = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "cost_nano"}
        return shown | {"cost_usd": self.cost_nano / 10**9 if self.known else None} | each


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpend(Sums):
    """One day of one model and prompt; prompt "" is no prompt."""

    day_ms: int
    provider: str
    model: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal(Sums):
    """One day of everything."""

    day_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpend(Sums):
    """One model."""

    provider: str
    model: str

    @property
    def full_model(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSpend(Sums):
    """One prompt; "" is no prompt."""

    prompt: str


def days(store: Store, since_ms: int, until_ms: int) -> list[DaySpend]:
    """The days that [since_ms, until_ms) touches, whole, by model and prompt; days without a call are left out."""
    return [DaySpend(**row) for row in _summed(store, since_ms, until_ms, "day_ms", "provider", "model", "prompt")]


def by_day(store: Store, since_ms: int, until_ms: int, *, scope: str = "total", key: str = "") -> list[DayTotal]:
    """The days that [since_ms, until_ms) touches, whole, oldest first; of everything, or of a budget's scope and key."""
    return [DayTotal(**row) for row in _summed(store, since_ms, until_ms, "day_ms", scope=scope, key=key)]


def by_model(store: Store, since_ms: int, until_ms: int) -> list[ModelSpend]:
    """Sums by model over the days that [since_ms, until_ms) touches, the dearest first."""
    found = [ModelSpend(**row) for row in _summed(store, since_ms, until_ms, "provider", "model")]
    return sorted(found, key=lambda one: (-one.cost_nano, -one.calls))


def by_prompt(store: Store, since_ms: int, until_ms: int) -> list[PromptSpend]:
    """Sums by prompt over the days that [since_ms, until_ms) touches, the dearest first."""
    found = [PromptSpend(**row) for row in _summed(store, since_ms, until_ms, "prompt")]
    return sorted(found, key=lambda one: (-one.cost_nano, -one.calls))


def total(store: Store, since_ms: int, until_ms: int, *, scope: str = "total", key: str = "") -> Sums:
    """Everything, or what is in a budget's scope, over the days that [since_ms, until_ms) touches."""
    (row,) = _summed(store, since_ms, until_ms, scope=scope, key=key)
    return Sums(**row)


def _summed(store: Store, since_ms: int, until_ms: int, *by: str, scope: str = "total", key: str = "") -> Iterator[dict[str, Any]]:
    daily = "day_ms" in by
    names = tuple(name for name in by if name != "day_ms")
    span = day(since_ms), -(-until_ms // DAY_MS) * DAY_MS
    cells = rollups.read(store, *span, by=names, bucket_ms=DAY_MS if daily else None, filters=_within(scope, key), sketches=False)
    for cell in cells:
        yield {name: getattr(cell, name) for name in _SUMS} | dict(cell.key) | ({"day_ms": cell.bucket_ms} if daily else {})


def _within(scope: str, key: str) -> rollups.Filters:
    """The calls that a budget of this scope and key counts."""
    if scope == "model":
        provider, _, model = key.partition("/")
        return {"provider": provider, "model": model}
    return {"prompt": key} if scope == "prompt" else {}


def _each(nano: int, n: int) -> Decimal | None:
    return (Decimal(nano).scaleb(-9) / n).quantize(_PER) if n > 0 else None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
