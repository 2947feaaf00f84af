"""Which rule's form is open, and how it is opened and closed: kept in the URL. All are callbacks."""

from pages.parts import address
from pages.watch.alert_parts import drafts, taken, top
from workbench.monitoring.rulebook import Kept

EDIT, METRIC, TAG, PART, RULE = "edit", "metric", "tag", "part", "rule"
NEW = "new"
_OF_FORM = (EDIT, METRIC, TAG, "back")


def open_new() -> None:
    """Open the form for another rule."""
    drafts.forget()
    address.change({EDIT: NEW})
    top.wanted()
    taken.again()


def open_for(kept: Kept) -> None:
    """Open the form for a rule."""
    drafts.forget()
    address.change({EDIT: str(kept.id)})
    top.wanted()
    taken.again()


def close() -> None:
    """Put the form away with what was typed."""
    drafts.forget()
    address.change(dict.fromkeys(_OF_FORM))


def history_of(rule_id: int) -> None:
    """Show what a rule has fired on."""
    address.change({PART: "history", RULE: str(rule_id)})
    top.wanted()
    taken.again()
