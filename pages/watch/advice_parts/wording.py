"""How recommendations read: what they are worth, and names set off. Pure text; knows no widget."""

from decimal import Decimal

from pages.parts import format as fmt
from pages.watch.overview_parts.wording import count, md, moment, period, sentence
from workbench.monitoring.advice.kinds import Worth
from workbench.text.counting import counted

__all__ = ["count", "little", "md", "moment", "period", "sentence", "usd", "worth"]


def worth(found: Worth) -> tuple[str, str]:
    """What it is worth most in, and all the rest in small."""
    said: list[str] = []
    rest: list[str] = []
    if found.usd is not None and found.usd > 0:
        said.append(usd(found.usd))
        if found.low is not None and found.high is not None:
            rest.append(f"{usd(found.low)} to {usd(found.high)}")
    if found.seconds:
        said.append(little(found.seconds))
    if found.calls:
        said.append(counted(round(found.calls), "call"))
    return (f"{said[0]} a month" if said else "Not known"), " · ".join([*rest, *said[1:]])


def little(seconds: float) -> str:
    """A time in words of one unit: 3.4 hours, 12 minutes."""
    hours = seconds / 3600
    return f"{hours:,.0f} hours" if hours >= 10 else f"{hours:,.1f} hours" if hours >= 1 else counted(round(seconds / 60), "minute")


def usd(amount: Decimal) -> str:
    """Dollars: whole ones where they are many."""
    return f"{'−' if amount < 0 else ''}${abs(amount):,.0f}" if abs(amount) >= 1000 else fmt.usd(amount)
