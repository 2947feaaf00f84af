"""How figures of a scenario read: dollars a month, ranges, shares, latencies; and the names of levers. Pure text."""

from decimal import Decimal

from pages.parts import format as fmt
from pages.parts import safe
from workbench.cost.outcome import Figure, Latency, Quality

LEVERS = {
    "routing": "Routing by complexity",
    "exact_cache": "Exact-match cache",
    "semantic_cache": "Semantic cache",
    "prompt_caching": "Prompt caching",
    "batch": "Batch",
    "shorter_prompt": "Shorter prompt",
    "output_cap": "Output cap",
    "retries": "Retries and failures",
    "growth": "Growth",
    "new_model": "New model",
}
_LARGE = ((Decimal("1e15"), "quadrillion"), (Decimal("1e12"), "trillion"), (Decimal("1e9"), "billion"))


def usd(value: Decimal | float | None) -> str:
    """Dollars with the places a month's cost needs: none from a thousand on, two from one, else what shows a digit."""
    if value is None:
        return fmt.NONE
    amount = abs(Decimal(value))
    sign = "−" if value < 0 else ""
    for size, word in _LARGE:
        if amount >= size:
            return f"{sign}${amount / size:,.4g} {word}" if amount < size * 10_000 else f"{sign}${float(amount):.3g}"
    if amount >= 1000 or amount == 0:
        return f"{sign}${amount:,.0f}"
    places = 2 if amount >= 1 else 4 if amount >= Decimal("0.01") else 6
    return f"{sign}${amount:,.{places}f}"


def total(figure: Figure | None) -> str:
    """A month's dollars; a total that leaves out every call is no total."""
    return "unpriced" if figure is None else usd(figure.value)


def change(value: Decimal) -> str:
    """Dollars with their sign, for what a lever changes."""
    return f"+{usd(value)}" if value > 0 else usd(value)


def band(figure: Figure) -> str:
    """The range of a figure; empty where nothing is unsure."""
    if figure.low is None or figure.high is None:
        return ""
    return fmt.span(usd(figure.low), usd(figure.high))


def band_said(figure: Figure) -> str:
    """The range with what it is."""
    shown = band(figure)
    return f"{shown} (p5 to p95)" if shown else "no range: nothing in it is unsure"


def share(value: Decimal | float | None, places: int = 1) -> str:
    """A share of 0..1 in percent, without a zero after the point."""
    return fmt.NONE if value is None else f"{round(float(value) * 100, places):g} %".replace("-", "−")


def quality(found: Quality) -> str:
    """Mean quality, or that it is unknown."""
    return "unknown" if found.value is None else share(found.value)


def quality_band(found: Quality) -> str:
    """Its interval; empty where there is none."""
    return "" if found.low is None or found.high is None else f"{share(found.low)} to {share(found.high)}"


def latency(found: Latency) -> str:
    """p50 and p95, or that they are unknown."""
    if found.p50_ms is None and found.p95_ms is None:
        return "unknown"
    return f"{fmt.ms(found.p50_ms)} / {fmt.ms(found.p95_ms)}"


def count(value: Decimal | float) -> str:
    """A count with thousands apart; large ones in words."""
    amount = Decimal(value)
    for size, word in _LARGE:
        if amount >= size:
            return f"{amount / size:,.4g} {word}" if amount < size * 10_000 else f"{float(amount):.3g}"
    return f"{amount:,.0f}" if amount >= 100 or amount == amount.to_integral_value() else f"{amount:,.2f}"


def md(text: object) -> str:
    """A sentence of the workbench with names in it, harmless in any label; a figure stays with its unit where a line breaks."""
    return safe.escape(str(text).replace(" %", "\u00a0%").replace("n = ", "n\u00a0=\u00a0"), limit=800)
