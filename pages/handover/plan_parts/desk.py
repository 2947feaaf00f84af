"""The plan one browser works on: kept with every change that holds. What does not hold stays typed, with why, and is kept once it does.

Where somebody else saved meanwhile, mine stays here until it is said which of the two is to stand.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages.parts import session
from workbench import clock
from workbench.errors import Conflict, InputError, WorkbenchError
from workbench.export.plans import keeping, model
from workbench.export.plans.keeping import Kept
from workbench.export.plans.model import Plan
from workbench.store import Store

_KEY = "plan-desk"
Path = tuple[str | int, ...]


@dataclass
class Desk:
    """The state of one plan in one browser."""

    kept: Kept
    plan: Plan
    wrong: dict[Path, Any] = field(default_factory=dict)
    errors: dict[Path, InputError] = field(default_factory=dict)
    rev: int = field(default_factory=clock.now_ms)  # in the keys of fields: what is put here reaches the screen
    conflict: Kept | None = None
    problem: WorkbenchError | None = None
    redo: list[Plan] = field(default_factory=list)

    @property
    def unsaved(self) -> bool:
        """Whether there is anything that the store does not hold."""
        return bool(self.wrong) or self.plan != self.kept.plan

    def raw(self) -> dict[str, Any]:
        """The plan as JSON, all lists there."""
        return {"prompts": [], "metrics": [], "tasks": [], "risks": [], **model.to_json(self.plan)}

    def value(self, path: Path, default: Any = "") -> Any:
        """What stands in a field: what was typed, right or wrong."""
        return self.wrong[path] if path in self.wrong else get(self.raw(), path, default)


def at(store: Store, name: str) -> Desk:
    """The desk of the plan: the one at hand, with what others saved where nothing is unsaved here. Raises NotFound."""
    held: Desk | None = st.session_state.get(_KEY)
    found = keeping.load(store, name)
    if held is None or held.kept.id != found.id:
        held = st.session_state[_KEY] = Desk(found, found.plan)
    elif held.kept.number != found.number and not held.unsaved:
        held.kept, held.plan = found, found.plan
        held.redo.clear()  # what was undone stood on another plan: done again, it would overwrite what others saved
        redraw(held)
    return held


def edit(desk: Desk, path: Path, value: Any) -> None:
    """Put `value` at the path and keep the plan; where it does not hold, the field keeps it. For a callback."""
    if path not in desk.wrong and get(desk.raw(), path, "") == value:
        return
    others = {each: typed for each, typed in desk.wrong.items() if each != path}
    for tried, left in (({**others, path: value}, {}), ({path: value}, others)):
        try:
            plan = _with(desk, tried)
        except InputError as error:
            desk.wrong, desk.errors[path] = {**others, path: value}, error
        else:
            desk.wrong = dict(left)
            desk.errors = {each: said for each, said in desk.errors.items() if each in left}
            keep(desk, plan)
            return


def rows(desk: Desk, name: str, changed: Sequence[Any]) -> InputError | None:
    """Put rows in place of the list `name` and keep the plan; what is wrong with them, where they do not hold. For a callback."""
    try:
        plan = model.from_json({**desk.raw(), name: list(changed)})
    except InputError as error:
        return error
    desk.wrong = {each: typed for each, typed in desk.wrong.items() if each[0] != name}
    desk.errors = {each: said for each, said in desk.errors.items() if each in desk.wrong}
    keep(desk, plan)
    return None


def keep(desk: Desk, plan: Plan) -> None:
    """Keep the plan in the store. Where that fails it stays on the desk."""
    desk.plan, desk.problem = plan, None
    if desk.conflict is not None:
        return
    try:
        desk.kept = keeping.save(session.store(), plan, desk.kept.number)
    except Conflict as error:
        desk.conflict = clash(error)
    except WorkbenchError as error:
        desk.problem = error
    else:
        desk.plan = desk.kept.plan
        desk.redo.clear()


def clash(error: Conflict) -> Kept | None:
    """What stands in the store instead."""
    return error.theirs if isinstance(error.theirs, Kept) else None


def leave() -> None:
    """Forget the desk. For a callback."""
    st.session_state.pop(_KEY, None)


def redraw(desk: Desk) -> None:
    """Fields are drawn anew: they show what is on the desk."""
    desk.rev = max(desk.rev + 1, clock.now_ms())


def get(raw: Any, path: Path, default: Any = "") -> Any:
    """What stands at the path."""
    for step in path:
        if isinstance(raw, dict):
            raw = raw.get(str(step))
        else:
            raw = raw[step] if isinstance(raw, list) and isinstance(step, int) and step < len(raw) else None
        if raw is None:
            return default
    return raw


def _with(desk: Desk, typed: dict[Path, Any]) -> Plan:
    raw = deepcopy(desk.raw())
    for path, value in typed.items():
        inner: Any = raw
        for step in path[:-1]:
            inner = inner.setdefault(step, {}) if isinstance(inner, dict) else inner[step]
        inner[path[-1]] = value
    return model.from_json(raw)
