"""How a prompt performs: tables and charts of `measuring`, overall and by version and model, each figure with n and interval."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.export import figures, trials
from workbench.export.model import Cell, Chart, Line, Table, inline
from workbench.export.prompt import measuring
from workbench.export.prompt.measuring import Figure, Figures, Measured
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told
from workbench.export.sources import Source, source
from workbench.export.templating import table
from workbench.ledger import finding
from workbench.ledger.fields import TRIALS
from workbench.ledger.finding import Sought

if TYPE_CHECKING:
    from workbench.store import Store

_VERSIONS = 12  # in the table and in the chart: the newest
_POINTS = 62  # of a line: longer periods are not drawn day by day
_AVERAGED = {
    measuring.CALLS: "the single calls by Student's t",
    measuring.DAILY: "whole days (calls of one day resemble each other)",
    measuring.HOURLY: "whole hours (calls of one hour resemble each other)",
}


def gather(store: "Store", subject: Subject, *, whole: bool) -> Told:
    """Facts measured, glance, figures_version, figures_all, by_version, by_model, charts; with `whole` False only the glance is shown."""
    facts: dict[str, Any] = {"measured": None, "glance": (), "figures_version": None, "figures_all": None, "by_version": None}
    facts |= {"by_model": None, "latency_chart": None, "daily_chart": None, "averaged": "", "traffic": ""}
    facts |= {"glance_caption": "", "left_out": "", "unpriced": 0}
    if subject.span is None:
        return Told(facts, (_source(subject, facts, None, whole=whole),))
    found = measuring.measure(store, subject.name, *subject.span, subject.number)
    at_ms = _newest(store, subject) if found.whole.calls else None
    if found.whole.calls:
        mine = found.of_version.get(subject.number)
        facts |= {
            "measured": found,
            "glance_caption": (f"Version {subject.number}, {subject.period}" if mine else f"All versions, {subject.period}")
            + _tried(found),
            "left_out": figures.count(found.left_out),
            "unpriced": (mine or found.whole).unpriced,
            "glance": glance(mine or found.whole),
            "figures_version": _figures(mine, f"Version {subject.number}, {subject.period}") if mine else None,
            "figures_all": _figures(found.whole, f"All versions, {subject.period}")
            if mine is None or mine.calls < found.whole.calls
            else None,
            "by_version": _by_version(found, subject) if len(found.of_version) > 1 else None,
            "by_model": _parts(found.of_model, "Model") if len(found.of_model) > 1 else None,
            "latency_chart": _latency_chart(found, subject) if len(found.of_version) > 1 else None,
            "daily_chart": _daily_chart(found, subject),
            "averaged": _AVERAGED.get(found.averaged, ""),
            "traffic": _traffic(found),
        }
    return Told(facts, (_source(subject, facts, at_ms, whole=whole),), at_ms)


def _traffic(found: Measured) -> str:
    """Where the requests came from."""
    tried = trials.of_runs(found.sources)
    named = [(name, n) for name, n in found.sources if name not in TRIALS] + ([(trials.EVALUATION, tried)] if tried else [])
    return ", ".join(f"{n:,} from {name}" for name, n in named)


def _tried(found: Measured) -> str:
    """How many of the requests are those of evaluation runs and the playground, which are counted with the others."""
    tried = trials.of_runs(found.sources)
    whole = figures.counted(found.whole.calls, "request")
    return f"; {figures.count(tried)} of {whole} of all versions by {trials.EVALUATION}" if tried else ""


def glance(found: Figures) -> tuple[tuple[str, str, str], ...]:
    """The figures that come first, with their intervals."""
    return (
        ("Requests", figures.count(found.calls), ""),
        ("Success rate", figures.share(found.success.value), _within(found.success, "share") or "none"),
        ("Latency p95", figures.ms(found.p95.value), _within(found.p95, "ms") or "none"),
        ("Average cost a request", figures.usd(found.cost.value), _within(found.cost, "usd") or "none"),
    )


def _source(subject: Subject, facts: Mapping[str, Any], at_ms: int | None, *, whole: bool) -> Source:
    found: Measured | None = facts["measured"]
    names = [name for name in facts if name != "measured"] if whole else ["glance", "glance_caption"]
    shown = {name: facts[name] for name in names}
    left_out = (found.left_out if whole else 0, found.simulated) if found else None
    told = {name.lower(): value for name, value, _ in facts["glance"]}
    if found:
        told |= {"all versions": figures.counted(found.whole.calls, "request")} if whole else {}
        told |= {"simulated, left out": facts["left_out"]} if whole and found.left_out else {}
        told |= {"period": subject.period}
    key = f"{subject.name}/performance"
    return source("calls", key, f"Calls of {subject.name}", [shown, left_out, subject.period], at_ms=at_ms, facts=told)


def _newest(store: "Store", subject: Subject) -> int | None:
    """When the newest call of the period began."""
    assert subject.span is not None
    calls = finding.page(store, Sought(prompt=subject.name, since_ms=subject.span[0], until_ms=subject.span[1]), limit=1).calls
    return calls[0].started_ms if calls else None


def _figures(found: Figures, caption: str) -> Table:
    rows = [
        ("Requests", Cell(inline(figures.count(found.calls)), found.calls), "", ""),
        _row("Success rate", found.success, "share"),
        _row("Average latency", found.mean, "ms"),
        _row("Latency p50", found.p50, "ms"),
        _row("Latency p95", found.p95, "ms"),
        _row("Average tokens in", found.tokens_in, "tokens"),
        _row("Average tokens out", found.tokens_out, "tokens"),
        _row("Average cost a request", found.cost, "usd"),
        ("Cost of all requests", _total(found), "", figures.count(found.calls - found.unpriced)),
        *([_row("Liked, of those rated", found.liked, "share")] if found.liked.n else []),
    ]
    return table(["Figure", "Value>", "95 % interval>", "n>"], rows, caption)


def _row(name: str, figure: Figure, unit: str) -> tuple[Any, ...]:
    return name, _value(figure, unit), _within(figure, unit) or "none", figures.count(figure.n)


def _value(figure: Figure, unit: str) -> Cell:
    return Cell(inline(_text(figure.value, unit)), figure.value)


def _text(value: float | None, unit: str) -> str:
    """The figure; few tokens with a decimal, for an average of 5 may be anything between 4.5 and 5.5."""
    return figures.number(value, 1) if unit == "tokens" and value is not None and value < 100 else figures.told(value, unit)


def _within(figure: Figure, unit: str) -> str:
    if figure.low is None or figure.high is None:
        return ""
    few = unit == "tokens" and figure.high < 100
    return f"{_text(figure.low, unit)} to {_text(figure.high, unit)}" if few else figures.interval(figure.low, figure.high, unit)


def _total(found: Figures) -> Cell:
    return Cell(inline(figures.usd(found.total)), None if found.total is None else found.total / 1e9)


def _by_version(found: Measured, subject: Subject) -> Table:
    """Versions newest first; the ones without a number last. The documented one is always there."""
    held = sorted(found.of_version.items(), key=lambda one: -1 if one[0] is None else one[0], reverse=True)
    first = held[:_VERSIONS]
    first += [one for one in held[_VERSIONS:] if one[0] == subject.number]
    named = {
        ("no version" if number is None else f"{number}{', this one' if number == subject.number else ''}"): each for number, each in first
    }
    return _parts(named, "Version")


def _parts(held: Mapping[str, Figures], name: str) -> Table:
    heads = [name, "Requests>", "Success rate>", "Average latency>", "p50>", "p95>", "Tokens in and out>", "Cost a request>"]
    rows = [
        (
            key,
            Cell(inline(figures.count(each.calls)), each.calls),
            _bounded(each.success, "share"),
            _bounded(each.mean, "ms"),
            _bounded(each.p50, "ms"),
            _bounded(each.p95, "ms"),
            f"{_text(each.tokens_in.value, 'tokens')} and {_text(each.tokens_out.value, 'tokens')}",
            _bounded(each.cost, "usd"),
        )
        for key, each in list(held.items())[: _VERSIONS + 1]
    ]
    return table(heads, rows, f"By {name.lower()}, 95 % intervals below each figure")


def _bounded(figure: Figure, unit: str) -> Cell:
    within = figures.interval(figure.low, figure.high, unit)
    told = figures.told(figure.value, unit)
    short = within.replace(" to ", "–").replace(" ", "\u00a0")  # columns are narrow: it stays on one line
    return Cell(inline(f"{told}\n{short}" if short else told), figure.value)


def _latency_chart(found: Measured, subject: Subject) -> Chart | None:
    numbers = sorted(number for number in found.of_version if number is not None)[-_VERSIONS:]
    if len(numbers) < 2:
        return None
    held = [found.of_version[number] for number in numbers]
    lines = tuple(_line(name, [getattr(each, name) for each in held]) for name in ("p50", "p95"))
    told = "; ".join(f"version {number}: p95 {figures.ms(each.p95.value)}" for number, each in zip(numbers, held, strict=True))
    n = sum(each.p95.n for each in held)
    note = f"{subject.period}, 95 % intervals"
    return Chart("bar", "Latency by version", "ms", tuple(f"v{number}" for number in numbers), lines, n=n, note=note, alt=told)


def _line(name: str, held: list[Figure]) -> Line:
    return Line(name, tuple(one.value for one in held), tuple(one.low for one in held), tuple(one.high for one in held))


def _daily_chart(found: Measured, subject: Subject) -> Chart | None:
    if not 2 <= len(found.daily) <= _POINTS or subject.span is None:
        return None
    days = [figures.day(at) for at, _ in found.daily]
    lines = tuple(Line(name, tuple(getattr(each, name).value for _, each in found.daily)) for name in ("p50", "p95"))
    n = sum(each.p95.n for _, each in found.daily)
    alt = f"p95 from {figures.ms(lines[1].values[0])} on {days[0]} to {figures.ms(lines[1].values[-1])} on {days[-1]}"
    return Chart("line", f"Latency of version {subject.number} by day", "ms", tuple(days), lines, n=n, note="Days with calls, UTC", alt=alt)
