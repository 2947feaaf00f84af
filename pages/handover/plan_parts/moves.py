"""What is done to a plan beyond typing: rows come, go and move, changes are taken back, and one of two plans stands where they clash."""

from dataclasses import replace
from typing import Any

from pages.handover.plan_parts.desk import Desk, clash, keep, redraw, rows
from pages.parts import session
from workbench.errors import Conflict, InputError, WorkbenchError
from workbench.export.plans import keeping
from workbench.export.plans.keeping import Kept


def add(desk: Desk, name: str, row: Any) -> None:
    """Put a row at the end of a list. For a callback."""
    _said(rows(desk, name, [*desk.raw()[name], row]))
    redraw(desk)


def drop(desk: Desk, name: str, index: int) -> None:
    """Take a row out of a list. For a callback."""
    _said(rows(desk, name, [row for n, row in enumerate(desk.raw()[name]) if n != index]))
    redraw(desk)


def lift(desk: Desk, name: str, index: int) -> None:
    """Move a row one place up. For a callback."""
    held = desk.raw()[name]
    held[index - 1], held[index] = held[index], held[index - 1]
    _said(rows(desk, name, held))
    redraw(desk)


def undo(desk: Desk) -> None:
    """Take back what was typed and does not hold, else the last change. For a callback."""
    if desk.wrong:
        desk.wrong, desk.errors = {}, {}
        redraw(desk)
        return
    before = desk.plan
    try:
        desk.kept = keeping.undo(session.store(), desk.kept.plan.name, desk.kept.number)
    except Conflict as error:
        desk.conflict = clash(error)
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
    else:
        desk.plan = desk.kept.plan
        desk.redo.append(before)
    redraw(desk)


def again(desk: Desk) -> None:
    """Do what was undone once more. For a callback."""
    later = desk.redo[:-1]
    keep(desk, desk.redo[-1])
    desk.redo = later
    redraw(desk)


def renamed(desk: Desk, kept: Kept) -> None:
    """Go on under the new name, `kept` as the store holds it now; what is unsaved or undone here stays. For a callback."""
    unsaved, meanwhile = desk.unsaved, kept.number != desk.kept.number + 1  # a rename is one step: more is somebody's save
    if desk.conflict is not None or (unsaved and meanwhile):
        desk.conflict = kept
    else:
        desk.kept = kept
    desk.plan = replace(desk.plan, name=kept.plan.name) if unsaved or desk.conflict is not None else kept.plan
    desk.redo = [] if meanwhile else [replace(one, name=kept.plan.name) for one in desk.redo]
    if meanwhile:
        redraw(desk)


def mine(desk: Desk) -> None:
    """Mine is to stand: keep it on top of theirs. For a callback."""
    if desk.conflict is not None:
        desk.kept, desk.conflict = desk.conflict, None
        plan = replace(desk.plan, name=desk.kept.plan.name)
        keep(desk, plan)
        redraw(desk)


def theirs(desk: Desk) -> None:
    """Theirs is to stand: what is unsaved here goes. For a callback."""
    if desk.conflict is not None:
        desk.kept, desk.plan, desk.conflict = desk.conflict, desk.conflict.plan, None
        desk.wrong, desk.errors = {}, {}
        desk.redo.clear()
        redraw(desk)


def _said(error: InputError | None) -> None:
    if error is not None:
        session.flash(f"{error} {error.hint}".strip(), "error")
