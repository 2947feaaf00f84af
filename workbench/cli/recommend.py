"""`workbench recommend`: what the recorded traffic says could be done, with its evidence and its worth."""

from decimal import Decimal
from typing import TYPE_CHECKING

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.monitoring.advice.kinds import Worth
    from workbench.monitoring.recommendations import Advised


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Of so many days.")
@output.json_option
def recommend(days: int, *, as_json: bool) -> None:
    """What to cache, route, cap or look at, worth most first.

    Each says what it rests on and what it is worth a month of 30 days, by itself: two together save less than their sum. What was put
    aside on the page is left out.
    """
    from workbench import store
    from workbench.monitoring import recommendations

    found = recommendations.look(store.current(), days=days)
    output.emit(found.to_json(), as_json, _text(found))


def _text(found: "Advised") -> str:
    lines = [
        line
        for number, one in enumerate(found.recommendations, 1)
        for line in (
            f"{number}. {one.title}",
            f"   {_worth(one.worth)}",
            *(f"   {said}" for said in (*one.evidence, one.worth.how, one.sure)),
            "",
        )
    ]
    if not lines:
        lines = ["Nothing to recommend." if found.calls or found.left_out else "No calls.", ""]
    return "\n".join([*lines, f"Looked at from {found.to_json()['since'][:10]} on: {found.counted}.", *found.notes])


def _worth(worth: "Worth") -> str:
    said = []
    if worth.usd is not None:
        bounds = "" if worth.low is None or worth.high is None else f" ({_usd(worth.low)} to {_usd(worth.high)})"
        said.append(f"{_usd(worth.usd)} a month{bounds}")
    if worth.seconds:
        hours = worth.seconds / 3600
        said.append(
            f"{hours:,.1f} hours of waiting a month" if hours >= 1 else f"{counted(round(worth.seconds / 60), 'minute')} of waiting a month"
        )
    if worth.calls:
        said.append(f"{counted(round(worth.calls), 'call')} a month")
    return "Worth " + ", ".join(said) + "."


def _usd(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"
