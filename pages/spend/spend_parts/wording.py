"""How spent money, projections and days read on Spend and Budgets. Pure text; knows no widget."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from pages.parts import format as fmt
from pages.parts import safe
from workbench.cost.outcome import Figure
from workbench.text.counting import counted

NO_PROMPT = "No prompt"


def span(figure: Figure) -> str:
    """The range of a projection; empty where it has none."""
    if figure.low is None or figure.high is None:
        return ""
    return fmt.span(fmt.usd(figure.low), fmt.usd(figure.high))


def plain(amount: Decimal) -> str:
    """Dollars as one types them: 10, 10.50, 0.005."""
    text = f"{amount.normalize():f}"
    whole, _, cents = text.partition(".")
    return f"{whole}.{cents.ljust(2, '0')}" if cents else whole


def places(amounts: Iterable[Decimal | None]) -> int:
    """Decimals that a column needs for the smallest of its amounts to show two digits; 2 to 9."""
    small = min((each for each in amounts if each), default=Decimal(1))
    return min(9, max(2, 1 - small.adjusted()))


def day(ms: int, *, year: bool = True) -> str:
    """A day: 21 Nov 2026."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{at.day} {at:%b %Y}" if year else f"{at.day} {at:%b}"


def month(ms: int) -> str:
    """The name of a month: November."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%B}"


def calls(count: int) -> str:
    """A count of calls."""
    return counted(count, "call")


def md(text: object) -> str:
    """A sentence of the workbench with names in it, harmless in any label; a figure stays with its unit where a line breaks."""
    return safe.escape(str(text).replace(" %", "\u00a0%").replace("n = ", "n\u00a0=\u00a0"), limit=800)


def iso_day(ms: int) -> str:
    """A day for a file: 2026-11-21."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}"
