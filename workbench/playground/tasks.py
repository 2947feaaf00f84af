"""What kind of work a prompt does, and which models suit it: a dated file, unless the person's own benchmark says better.

Owns the file beside it; measures nothing and promises nothing of a model that was not measured here.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import NotFound
from workbench.playground import catalogue
from workbench.prompts.content import PRESETS
from workbench.prompts.content import parameters as read_parameters
from workbench.providers.base import Parameters
from workbench.store import Store

_FILE = Path(__file__).with_name("tasks.json")
_ALWAYS = (
    ("local/smollm2", "On this machine, free."),
    ("simulated/good", "Simulated: invented answers, for trying the bench out."),
)


@dataclass(frozen=True)
class Task:
    """A kind of work, with the parameters that suit it."""

    name: str
    title: str
    about: str
    preset: str
    parameters: Parameters
    models: tuple[tuple[str, str], ...]  # model, why


@dataclass(frozen=True)
class Suggestion:
    """A model for a task. `source` is "benchmark" or "file"; `missing` says what stands between here and using it, or is empty."""

    model: str
    why: str
    source: str
    missing: str = ""
    simulated: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can be asked now."""
        return not self.missing


@cache
def dated() -> tuple[str, str]:
    """The day of the file, and where what it says comes from."""
    raw = _raw()
    return raw["dated"], raw["source"]


@cache
def tasks() -> tuple[Task, ...]:
    """Every task, in the order they are offered."""
    return tuple(_task(raw) for raw in _raw()["tasks"])


def task(name: str) -> Task:
    """The task `name`. Raises NotFound."""
    for known in tasks():
        if known.name == name:
            return known
    raise NotFound(f"There is no task {name!r}.", hint=f"Tasks are {', '.join(item.name for item in tasks())}.")


def suggest(store: Store, name: str) -> tuple[Suggestion, ...]:
    """Models for the task: the person's own benchmark first and best first, then the file, local, and simulated last."""
    chosen = task(name)
    found = _measured(store, name)
    told = {suggestion.model for suggestion in found}
    for model, why in (*chosen.models, *_ALWAYS):
        if model not in told:
            told.add(model)
            found.append(Suggestion(model, why, "file"))
    missing = catalogue.missing(store, [suggestion.model for suggestion in found])
    whole = [replace(item, missing=missing[item.model], simulated=item.model.startswith("simulated/")) for item in found]
    return tuple(sorted(whole, key=lambda item: item.simulated))


def _measured(store: Store, name: str) -> list[Suggestion]:
    from workbench.runner import benchmark

    best = sorted(benchmark.results(store, name), key=lambda result: result.score if result.score is not None else -1.0, reverse=True)
    return [Suggestion(result.model, _told(result), "benchmark") for result in best]


def _told(result: Any) -> str:
    interval = f" (95 % interval {result.low:.0%} to {result.high:.0%})" if result.low is not None and result.high is not None else ""
    return (
        f"Your own benchmark: {result.score:.0%}{interval}, n = {result.n}."
        if result.score is not None
        else "Your own benchmark: no score."
    )


@cache
def _raw() -> Any:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _task(raw: dict[str, Any]) -> Task:
    parameters = read_parameters(raw["parameters"]) if "parameters" in raw else PRESETS[raw["preset"]]
    models = tuple((item["model"], item["why"]) for item in raw["models"])
    return Task(raw["name"], raw["title"], raw["about"], raw["preset"], parameters, models)
