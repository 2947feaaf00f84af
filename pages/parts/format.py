"""How figures read on every page: money, time, tokens, shares. Pure text; knows no widget."""

from decimal import Decimal

from workbench import clock
from workbench.export import figures
from workbench.text.counting import counted

SIMULATED = "Simulated"
DEMO = "Demo"
NONE = "–"


def usd(amount: int | Decimal | None) -> str:
    """Nano-dollars (int) or dollars (Decimal) as in documents; a dash where no price is known."""
    return NONE if amount is None else figures.usd(amount)


def span(low: str, high: str) -> str:
    """A range between two figures as they read."""
    return f"{low} to {high}" if low != high else f"{low} throughout"


def ms(value: float | None) -> str:
    """Milliseconds as ms, s, min or h."""
    if value is None:
        return NONE
    if value < 1000:
        return f"{value:.0f} ms"
    if value < 60_000:
        return f"{value / 1000:.1f} s"
    return duration(value / 1000)


def duration(seconds: float | None) -> str:
    """Seconds as s, min or h, two units at most."""
    if seconds is None:
        return NONE
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def tokens(count: int | None, *, estimated: bool = False) -> str:
    """A count of tokens; ≈ where it is an estimate."""
    return NONE if count is None else f"{'≈ ' if estimated else ''}{count:,}"


def number(value: float | None, places: int = 0) -> str:
    """A number with thousands separated."""
    return NONE if value is None else f"{value:,.{places}f}"


def percent(share: float | None, places: int = 0) -> str:
    """A share of 0..1 in percent."""
    return NONE if share is None else f"{share * 100:.{places}f} %"


def points(difference: float | None) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return NONE if difference is None else f"{difference * 100:+.1f} points".replace("-", "−")


def size(count: int) -> str:
    """Bytes as kB, MB or GB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return counted(count, "byte")


def ago(then_ms: int | None, now_ms: int | None = None) -> str:
    """How long ago, in words."""
    if then_ms is None:
        return NONE
    seconds = ((clock.now_ms() if now_ms is None else now_ms) - then_ms) / 1000
    if seconds < 45:
        return "just now"
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length * 0.75:
            count = max(1, round(seconds / length))
            return f"{counted(count, unit)} ago"
    return "just now"


def moment(then_ms: int | None) -> str:
    """A time as date and minute in UTC, for tables and exports."""
    return NONE if then_ms is None else clock.iso(then_ms)[:16].replace("T", " ")
