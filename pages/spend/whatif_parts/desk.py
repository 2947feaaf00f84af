"""What one browser is working on: a scenario that holds, fields that were typed and do not, the way back, and the draft in the store.

A field that does not hold keeps what was typed and says why; the figures stay those of the last scenario that held. The address bar
carries what is not saved; the draft brings it back where the address does not.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts import session
from pages.spend.whatif_parts import bar, drafting, link, paths
from pages.spend.whatif_parts.paths import Path
from workbench import clock
from workbench.cost.model import Scenario
from workbench.cost.outcome import Outcome
from workbench.errors import InputError, WorkbenchError

KEY = "whatif-desk"
_BACK = 60  # steps that can be taken back
_LARGEST = 60  # digits: what is longer is a slip of the hand


@dataclass(frozen=True)
class Moment:
    """What can be gone back to."""

    good: Scenario
    wrong: dict[Path, Any]
    errors: dict[Path, InputError]


@dataclass
class Desk:
    """The state of one scenario in one browser. `origin` is the option it was opened from, `base` what stands there."""

    origin: str
    base: Scenario
    good: Scenario
    number: int | None = None  # of the version that was saved
    wrong: dict[Path, Any] = field(default_factory=dict)
    errors: dict[Path, InputError] = field(default_factory=dict)
    past: list[Moment] = field(default_factory=list)
    rev: int = field(default_factory=clock.now_ms)  # in the keys of fields: what is put here reaches the screen
    link: str = ""
    linked_ms: int = 0  # when the address was last written
    kept: bool = False  # whether a draft of it is in the store
    waits_for_trace: bool = False  # a trace is to be the baseline, and no file was given yet
    outcome: Outcome | None = None
    worked_ms: int = 0
    problem: WorkbenchError | None = None

    @property
    def dirty(self) -> bool:
        """Whether there is anything that is saved nowhere."""
        return self.good != self.base or bool(self.wrong)

    def value(self, path: Path) -> Any:
        """What stands in the field: what was typed, right or wrong."""
        return self.wrong[path] if path in self.wrong else paths.get(self.good, path)


def current() -> Desk | None:
    """The desk of this browser."""
    found: Desk | None = st.session_state.get(KEY)
    return found


def edit(desk: Desk, path: Path, value: Any, *, redraw: bool = False) -> None:
    """Put `value` at the path. Where the scenario does not hold with it, the field keeps it and the scenario stays. For a callback."""
    if path not in desk.wrong and paths.get(desk.good, path) == value:
        return
    _remember(desk)
    others = {each: typed for each, typed in desk.wrong.items() if not paths.within(each, path)}
    for tried, left in (({**others, path: value}, {}), ({path: value}, others)):
        try:
            desk.good = _with(desk.good, tried)
        except InputError as error:
            desk.wrong = {**others, path: value}
            desk.errors = {each: said for each, said in desk.errors.items() if each in others} | {path: error}
        else:
            desk.wrong = dict(left)
            desk.errors = {each: said for each, said in desk.errors.items() if each in left}
            break
    settle(desk, redraw=redraw)


def replace(desk: Desk, scenario: Scenario) -> None:
    """Put a whole scenario on the desk: a plan, a point of the frontier. The one before is a step back."""
    _remember(desk)
    desk.good, desk.wrong, desk.errors, desk.waits_for_trace = scenario, {}, {}, False
    settle(desk, redraw=True)


def undo(desk: Desk) -> None:
    """Take the last change back."""
    if desk.past:
        moment = desk.past.pop()
        desk.good, desk.wrong, desk.errors, desk.waits_for_trace = moment.good, dict(moment.wrong), dict(moment.errors), False
        settle(desk, redraw=True)


def discard(desk: Desk) -> None:
    """Back to what is saved, or to what it was opened as. It can be undone."""
    _remember(desk)
    desk.good, desk.wrong, desk.errors = desk.base, {}, {}
    settle(desk, redraw=True)


def discard_draft(desk: Desk) -> None:
    """Forget the draft: what is on the desk is saved."""
    if desk.kept:
        drafting.drop(session.store(), desk.origin)


def settle(desk: Desk, *, redraw: bool) -> None:
    """Write what is on the desk to the address bar and to the draft."""
    if redraw:
        desk.rev = max(desk.rev + 1, clock.now_ms())
    desk.link = link.encode(desk.good) if desk.good != desk.base else ""
    bar.write(desk)
    if desk.dirty:
        drafting.keep(session.store(), desk.origin, desk.good, desk.wrong, desk.number)
    elif desk.kept:
        drafting.drop(session.store(), desk.origin)
    desk.kept = desk.dirty


def _with(scenario: Scenario, typed: dict[Path, Any]) -> Scenario:
    """The scenario with what was typed. Raises InputError where it does not hold."""
    for path, value in typed.items():
        if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > _LARGEST):
            raise InputError(f"{value:.3g} is no number to reckon with", place=f"field {'.'.join(path)}")
        scenario = paths.put(scenario, path, value)
    return checked(scenario)


def checked(scenario: Scenario) -> Scenario:
    """The scenario, where it holds. Raises InputError."""
    from workbench.cost import document

    return document.from_json(document.to_json(scenario))


def _remember(desk: Desk) -> None:
    desk.past = [*desk.past[-_BACK:], Moment(desk.good, dict(desk.wrong), dict(desk.errors))]
