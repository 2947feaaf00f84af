"""How figures, changes, ranges and names read on the Overview. Pure text; knows no widget."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pages.parts import figures, safe
from pages.parts import format as fmt
from workbench.monitoring.dashboard_model import Card, Filter

NO_DATA = "no data"
NO_PROMPT = "No prompt"
_DAY = 86_400_000
_PER = {"call": "a request", "user": "a user", "min": "a minute"}
_NAME = 48  # characters of a name in a sentence
_SURE = 0.99
_LITTLE = 0.05  # a change that nothing tests and that is smaller is neither good nor bad news


def value(number: float | None, unit: str) -> str:
    """A figure with its unit; what is not known is no data."""
    if number is None:
        return NO_DATA
    kind, _, per = unit.partition("/")
    if kind == "usd":
        return usd(number)
    if kind == "share":
        return share(number)
    if kind == "ms":
        return ms(number)
    return f"{count(number)}{' ' + _PER[per] if per in _PER and kind == 'calls' else ''}"


def usd(dollars: float) -> str:
    """Dollars with as many places as they need."""
    size = abs(dollars)
    if size >= 1 or not size:
        return f"${dollars:,.2f}" if size < 100_000 else f"${dollars:,.0f}"
    return fmt.usd(round(dollars * 1e9))


def share(part: float) -> str:
    """A share in percent: the nearer to an end, the more places."""
    if part in (0, 1):
        return fmt.percent(part)
    return fmt.percent(part, 2 if not 1 - _SURE < part < _SURE else 1)


def ms(number: float) -> str:
    """Milliseconds; seconds with two places where they are few."""
    return f"{number / 1000:.2f} s" if 1000 <= number < 10_000 else fmt.ms(number)


def count(number: float) -> str:
    """A count, or a mean of counts: large ones shortened."""
    for size, word in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(number) >= size:
            return f"{number / size:,.2f} {word}"
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 100 else f"{number:,.2g}" if abs(number) < 1 else f"{number:,.1f}"


def change(card: Card) -> tuple[str, str]:
    """The change of a card in words with an arrow, and its colour: green or red where a direction is good or bad, gray elsewhere, and
    where the change may be chance or, where that is not tested, is a small one.
    """
    if card.change is None:
        # Users are told by whole days: two periods that share a day are not set against each other.
        unknown = card.value is not None and card.previous is None and card.n_of != "users"
        return ("no data before" if unknown else ""), "gray"
    size = fmt.points(card.change).lstrip("+−") if card.unit == "share" else _times(card.change)
    if not card.change or size in ("0.0 points", "0 %"):
        return "→ unchanged", "gray"
    up = card.change > 0
    unclear = card.clear is False or (card.clear is None and abs(card.change) < _LITTLE)
    colour = "gray" if card.good == "neither" or unclear else "green" if up == (card.good == "up") else "red"
    unsure = ", may be chance" if card.clear is False else ""
    return f"{'↑ up' if up else '↓ down'} {size}{unsure}", colour


def _times(relative: float) -> str:
    """A relative change: in percent, or how many times where it is more than tenfold."""
    if relative >= 9:
        return f"{relative + 1:,.0f} times"
    return f"{abs(relative):.0%}".replace("%", " %")


def difference(number: float | None, unit: str) -> str:
    """A difference with its sign; of shares in points."""
    if number is None:
        return NO_DATA
    if unit == "share":
        return fmt.points(number)
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{value(abs(number), unit)}"


def apart(said: Mapping[str, str]) -> dict[str, str]:
    """Labels of options, no two alike: the browser sends the label."""
    found: dict[str, str] = {}
    for option, text in said.items():
        found[option] = text if text not in found.values() else f"{text} ({len(found) + 1})"
    return found


def moment(ms_: int, *, day: bool = True) -> str:
    """A moment: 21 Nov 14:05."""
    at = datetime.fromtimestamp(ms_ / 1000, UTC)
    return f"{at.day} {at:%b %H:%M}" if day else f"{at:%H:%M}"


def period(since_ms: int, until_ms: int) -> str:
    """A range: 21 Nov 13:05 – 14:20; whole days without hours."""
    first, last = (datetime.fromtimestamp(each / 1000, UTC) for each in (since_ms, until_ms))
    if since_ms % _DAY == until_ms % _DAY == 0:
        ends = datetime.fromtimestamp(until_ms / 1000 - 1, UTC)
        years = first.year != ends.year
        said = [f"{each.day} {each:%b}{f' {each.year}' if years else ''}" for each in (first, ends)]
        return said[0] if said[0] == said[1] else " – ".join(said)
    same = first.date() == last.date()
    return f"{moment(since_ms)} – {moment(until_ms, day=not same)}"


def prompt(name: str) -> str:
    """The name of a prompt; calls without one have a word, too."""
    return name or NO_PROMPT


def filters(held: Mapping[str, Filter]) -> str:
    """Filters in words: prompt support/triage, version 7."""
    words = {"error_type": "error", "status": "status"}
    named = ((words.get(name, name), prompt(str(each)) if name == "prompt" else str(each)) for name, each in held.items())
    return ", ".join(f"{name} {figures.short(safe.plain(text), _NAME)}" for name, text in named)


def sentence(text: str) -> str:
    """A sentence whose names stand between backticks, harmless in markdown, its names set off."""
    return "".join(f"**{md(part)}**" if number % 2 and part else _spaced(part) for number, part in enumerate(text.split("`")))


def _spaced(part: str) -> str:
    """A piece of a sentence with the spaces at its ends kept."""
    bare = part.strip(" ")
    return f"{' ' * part.startswith(' ')}{md(bare)}{' ' * (part.endswith(' ') and bool(bare))}"


def md(text: object) -> str:
    """A sentence with names in it, harmless in any label; a figure stays with its unit where a line breaks."""
    return safe.escape(str(text).replace(" %", "\u00a0%").replace("n = ", "n\u00a0=\u00a0"), limit=800)
