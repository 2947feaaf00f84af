"""What is said of limits and plans: phrases, sentences, figures that are rounded to the safe side. Pure text, no arithmetic of costs."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import isnan
from typing import TYPE_CHECKING

from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.cost.optimiser import Limit

NANO = Decimal("1e-9")
UNTOLD = "What each limit does to the plan was not found out in time."


def money(usd: float) -> Decimal:
    """Dollars to the nano-dollar."""
    return Decimal(repr(float(usd))).quantize(NANO, ROUND_HALF_EVEN)


def exact(value: float | None) -> Decimal | None:
    """A figure to 12 places, free of what binary fractions add."""
    return None if value is None or isnan(value) else Decimal(repr(round(float(value), 12)))


def phrase(limit: "Limit") -> str:
    """What the limit asks for: "a quality of 95 %"."""
    value = limit.value
    if limit.name == "usd_per_month":
        return f"a month under {_usd(value, value)}"
    if limit.name == "quality":
        return f"a quality of {_percent(value, value)}"
    if limit.kind.startswith("latency"):
        return f"a {_percentile(limit)} of {_time(value)}"
    if limit.name == "most_models":
        return f"at most {value:f} model{'' if value == 1 else 's'}"
    return f"at {limit.kind} {_percent(value, value)} on {limit.model}"


def best(limit: "Limit", reached: float) -> str:
    """How near the limit can be come: "the best quality is 94.1 %". Rounded so that a limit of that figure can be kept."""
    figure = Decimal(repr(float(reached)))
    if limit.name == "usd_per_month":
        return f"the least spend is {_usd(figure, limit.value)} a month"
    if limit.name == "quality":
        return f"the best quality is {_percent(figure, limit.value, up=False)}"
    if limit.kind.startswith("latency"):
        return f"the lowest {_percentile(limit)} is {_time(figure)}"
    if limit.name == "most_models":
        return f"{counted(round(figure), 'model is', 'models are')} needed"
    if limit.kind == "most":
        return f"{limit.model} has to take {_percent(figure, limit.value)}"
    return f"{limit.model} can take {_percent(figure, limit.value, up=False)} at most"


def alone(found: "tuple[Limit, float | None, bool]", free: float | None) -> list[str]:
    """Sentences on a limit that cannot be had whatever else is asked for: what can be had `free` of, and with, other limits."""
    limit, kept, every = found
    told = every and kept is not None and free is not None and best(limit, kept) != best(limit, free)
    more = f"; with the other limits {_best(limit, kept)}" if told else ""
    return [f"{_capital(phrase(limit))} cannot be had: {_best(limit, free)}{more}."]


def together(stuck: "list[tuple[Limit, float | None, bool]]") -> list[str]:
    """Sentences on limits that exclude each other; each comes with what can be had of it while every other limit is kept, or (False)
    those of this set.
    """
    names = {limit.name: (limit, reached) for limit, reached, _ in stuck}
    if set(names) == {"usd_per_month", "quality"}:
        spend, quality = names["usd_per_month"], names["quality"]
        most = _usd(spend[0].value, spend[0].value)
        return [f"{_capital(phrase(quality[0]))} cannot be had under {most} a month: {_best(*spend)}; with {most} {_best(*quality)}."]
    phrases = [phrase(limit) for limit, _, _ in stuck]
    rest = [" and ".join(other for other in phrases if other != one) for one in phrases]
    said = [
        f"With {'all other limits' if every else others} {_best(limit, reached)}."
        for (limit, reached, every), others in zip(stuck, rest, strict=True)
    ]
    return [f"{_capital(', '.join(phrases[:-1]))} and {phrases[-1]} cannot be had together.", *said]


def nobody(klass: str) -> str:
    """A class that no model may answer."""
    return f"No model may answer calls of class {klass}: none of those that may be used has a price."


def left_out(model: str, what: str, classes: list[str]) -> str:
    """A model that is not chosen, because what a limit is on is not known of it."""
    if not classes:
        return f"{model} is left out: its {what} is not known."
    return f"{model} is left out for {', '.join(classes)}: its {what} is not known there."


def unproven(seconds: float) -> str:
    """A plan that was the best after so long."""
    return f"The search was ended after {seconds:g} s: a cheaper plan may exist."


def binding(limit: "Limit", usd: Decimal) -> str:
    """What one more unit of a limit is worth."""
    saved = f"would save {f'${usd:,.2f}' if usd >= Decimal('0.01') else 'less than a cent'} a month."
    if limit.name == "quality":
        return f"One point less quality {saved}"
    if limit.kind.startswith("latency"):
        return f"100 ms more at the {'95th' if 'p95' in limit.name else '50th'} percentile {saved}"
    if limit.name == "most_models":
        return f"One more model {saved}"
    return f"One point {'more' if limit.kind == 'most' else 'less'} on {limit.model} {saved}"


def _best(limit: "Limit", reached: float | None) -> str:
    return "nothing is known that would tell what can be had" if reached is None else best(limit, reached)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percentile(limit: "Limit") -> str:
    return "p95" if "p95" in limit.name else "p50"


def _time(ms: Decimal) -> str:
    whole = ms.to_integral_value(ROUND_CEILING)
    return f"{whole:f} ms" if whole < 1000 else f"{(whole / 1000).normalize():f} s"


def _usd(usd: Decimal, limit: Decimal) -> str:
    """Dollars and cents, rounded up; a limit to its last place, without cents where it has none; what misses a limit with as many more
    places as it takes to look unlike it.
    """
    if usd == limit == limit.to_integral_value():
        return f"${usd:,.0f}"
    for places in (2, 4, 6, 9):
        shown = usd.quantize(Decimal(1).scaleb(-places), ROUND_CEILING)
        if (shown == limit) == (usd == limit):
            break
    return f"${shown:,f}"


def _percent(share: Decimal, limit: Decimal, *, up: bool = True) -> str:
    """Per cent with one place; a limit to its last place, what misses it with as many as it takes to look unlike it."""
    for places in (1, 2, 3, 4, 6, 9):
        shown = (share * 100).quantize(Decimal(1).scaleb(-places), ROUND_CEILING if up else ROUND_FLOOR)
        if (shown == limit * 100) == (share == limit):
            break
    plain = f"{shown.normalize():f}" if share == limit else f"{shown:f}"
    return f"{plain} %"
