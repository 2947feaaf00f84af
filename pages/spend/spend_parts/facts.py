"""What was spent in a period, by model, prompt and day, of everything or of one model or prompt. Reads the sums by day, never the calls."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from workbench.ledger import spend
from workbench.ledger.spend import DaySpend, DayTotal, ModelSpend, PromptSpend, Sums
from workbench.store import Store

SERIES = 5  # models of the chart that have a colour of their own
_SUMS = ("calls", "ok", "input_tokens", "output_tokens", "cost_nano", "unpriced")


@dataclass(frozen=True)
class Narrowed:
    """What of the ledger is looked at: one model (provider/model), one prompt ("" is no prompt); None is all."""

    model: str | None = None
    prompt: str | None = None

    @property
    def scope(self) -> tuple[str, str] | None:
        """Scope and key as budgets and projections have them; None where it is one model of one prompt."""
        if self.model is not None and self.prompt is not None:
            return None
        return ("model", self.model) if self.model is not None else ("prompt", self.prompt) if self.prompt is not None else ("total", "")


@dataclass(frozen=True)
class Facts:
    """Sums of a period, dearest first, days oldest first; `series` is nano-dollars by day of the dearest models, the rest under ""."""

    total: Sums
    models: tuple[ModelSpend, ...]
    prompts: tuple[PromptSpend, ...]
    days: tuple[DayTotal, ...]
    series: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


def look(store: Store, since_ms: int, until_ms: int, narrowed: Narrowed) -> Facts:
    """The facts as the store has them now; kept until a sum of the period changes."""
    mark = spend.total(store, since_ms, until_ms)
    return _kept(store, store.url, since_ms, until_ms, narrowed.model, narrowed.prompt, tuple(getattr(mark, name) for name in _SUMS))


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def _kept(_store: Store, _url: str, since_ms: int, until_ms: int, model: str | None, prompt: str | None, _mark: Hashable) -> Facts:
    narrowed = Narrowed(model, prompt)
    return gather(_store, since_ms, until_ms) if narrowed == Narrowed() else sift(spend.days(_store, since_ms, until_ms), narrowed)


def gather(store: Store, since_ms: int, until_ms: int) -> Facts:
    """The facts of everything, added up by the database."""
    models = spend.by_model(store, since_ms, until_ms)
    days = spend.by_day(store, since_ms, until_ms)
    rest = {one.day_ms: one.cost_nano for one in days}
    series: dict[str, dict[int, int]] = {}
    for name in _coloured(models):
        of_model = {one.day_ms: one.cost_nano for one in spend.by_day(store, since_ms, until_ms, scope="model", key=name)}
        series[name] = of_model
        for at, nano in of_model.items():
            rest[at] -= nano
    prompts = spend.by_prompt(store, since_ms, until_ms)
    return Facts(_all(days), tuple(models), tuple(prompts), tuple(days), _drawn(series | {"": rest}))


def sift(rows: Iterable[DaySpend], narrowed: Narrowed) -> Facts:
    """The same out of rows by day, model and prompt, those left out that are not asked for."""
    provider, _, model = (narrowed.model or "").partition("/")
    kept = [
        row
        for row in rows
        if (narrowed.model is None or (row.provider, row.model) == (provider, model))
        and (narrowed.prompt is None or row.prompt == narrowed.prompt)
    ]
    models = [ModelSpend(provider=key[0], model=key[1], **sums) for key, sums in _added(kept, "provider", "model").items()]
    prompts = [PromptSpend(prompt=key[0], **sums) for key, sums in _added(kept, "prompt").items()]
    days = [DayTotal(day_ms=key[0], **sums) for key, sums in sorted(_added(kept, "day_ms").items())]
    models.sort(key=lambda one: (-one.cost_nano, -one.calls))
    prompts.sort(key=lambda one: (-one.cost_nano, -one.calls))
    coloured = _coloured(models)
    series: dict[str, dict[int, int]] = {name: {} for name in (*coloured, "")}
    for row in kept:
        of_model = series[name if (name := f"{row.provider}/{row.model}") in coloured else ""]
        of_model[row.day_ms] = of_model.get(row.day_ms, 0) + row.cost_nano
    return Facts(_all(days), tuple(models), tuple(prompts), tuple(days), _drawn(series))


def _drawn(series: Mapping[str, Mapping[int, int]]) -> dict[str, dict[int, int]]:
    """The series without days that cost nothing, and without those that never cost anything."""
    paid = {name: {at: nano for at, nano in by_day.items() if nano} for name, by_day in series.items()}
    return {name: by_day for name, by_day in paid.items() if by_day}


def _coloured(models: Iterable[ModelSpend]) -> list[str]:
    """The models that the chart tells apart: one more than there are colours of their own, where that leaves none over."""
    paid = [one.full_model for one in models if one.cost_nano]
    return paid if len(paid) == SERIES + 1 else paid[:SERIES]


def _added(rows: Iterable[DaySpend], *by: str) -> dict[tuple[object, ...], dict[str, int]]:
    found: dict[tuple[object, ...], dict[str, int]] = {}
    for row in rows:
        sums = found.setdefault(tuple(getattr(row, name) for name in by), dict.fromkeys(_SUMS, 0))
        for name in _SUMS:
            sums[name] += getattr(row, name)
    return found


def _all(rows: Iterable[Sums]) -> Sums:
    listed = list(rows)
    return Sums(**{name: sum(getattr(row, name) for row in listed) for name in _SUMS})
