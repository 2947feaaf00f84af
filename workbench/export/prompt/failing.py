"""Which errors calls of a prompt ran into, how they look, how often, and what a caller should do: from the ledger and the error tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.calls.retry import LONGEST_RETRY_AFTER_S, PRESETS
from workbench.errors import CallError, UnknownFailure, subclasses
from workbench.export import figures
from workbench.export.model import Cell, Code, Inline, Run, inline
from workbench.export.prompt import measuring
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, cut, newest
from workbench.export.sources import source
from workbench.export.templating import table
from workbench.ledger import finding, rollups
from workbench.ledger import reading as ledger
from workbench.ledger.finding import Sought
from workbench.providers.keys import redact
from workbench.stats import proportion

if TYPE_CHECKING:
    from workbench.store import Store

_DAY_MS = 86_400_000
_SHOWN = 2  # messages of each type
_MESSAGE = 600
_NAMED = 3  # types of errors among the figures of the source


@dataclass(frozen=True)
class Seen:
    """A type of error that was seen: how often, the newest messages, and when the newest came."""

    name: str
    n: int
    last_ms: int | None
    messages: tuple[Code, ...]
    hints: tuple[Inline, ...]


def gather(store: "Store", subject: Subject) -> Told:
    """Facts errors (table of what was seen), errors_seen, errors_n, errors_calls, errors_left_out and errors_simulated (of the simulated
    model, which is counted as in Performance), error_guide, retrying.
    """
    facts: dict[str, Any] = {
        "errors": None,
        "errors_seen": (),
        "errors_n": 0,
        "errors_calls": 0,
        "errors_left_out": 0,
        "errors_simulated": False,
        "error_guide": _guide(),
        "retrying": _retrying(),
    }
    if subject.span is None:
        return Told(facts)
    by = ("outcome", "provider")
    counted = measuring.real(rollups.read(store, *subject.span, by=by, bucket_ms=_DAY_MS, filters={"prompt": subject.name}, sketches=False))
    calls = sum(cell.calls for cell in counted.cells)
    seen = _all(store, subject, counted)
    facts |= {"errors_calls": calls, "errors_n": sum(one.n for one in seen), "errors_seen": tuple(seen)}
    facts |= {"errors_left_out": counted.left_out, "errors_simulated": counted.simulated}
    if seen:
        facts["errors"] = table(["Error", "How often>", "Share of requests>", "95 % interval>", "Last"], [_row(one, calls) for one in seen])
    at_ms = newest(one.last_ms for one in seen)
    shown = [facts["errors"], seen, calls, counted.left_out, counted.simulated, subject.period]
    told = _told(facts, subject.period)
    return Told(facts, (source("calls", f"{subject.name}/errors", f"Errors of {subject.name}", shown, at_ms=at_ms, facts=told),), at_ms)


def _told(facts: Mapping[str, Any], period: str) -> dict[str, str]:
    """The figures that a person would want to see when they change."""
    calls, failed = facts["errors_calls"], facts["errors_n"]
    share = {"share failed": figures.share(failed / calls)} if calls else {}
    kinds = {one.name: figures.count(one.n) for one in facts["errors_seen"][:_NAMED]}
    left_out = {"simulated, left out": figures.count(facts["errors_left_out"])} if facts["errors_left_out"] else {}
    return {"requests": figures.count(calls), "failed": figures.count(failed), **share, **kinds, **left_out, "period": period}


def _all(store: "Store", subject: Subject, counted: measuring.Counted) -> list[Seen]:
    """Every type of error, the most frequent first."""
    counts: dict[str, int] = {}
    last: dict[str, int] = {}
    for cell in counted.cells:
        if outcome := str(cell.key["outcome"] or ""):
            counts[outcome] = counts.get(outcome, 0) + cell.calls
            last[outcome] = max(last.get(outcome, 0), cell.bucket_ms or 0)
    providers = sorted({str(cell.key["provider"]) for cell in counted.cells}) if counted.left_out else [None]
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [_seen(store, subject, name, n, last[name], providers=providers) for name, n in ordered]


def _row(one: Seen, calls: int) -> tuple[Any, ...]:
    low, high = proportion(one.n, calls)
    share = one.n / calls
    return (
        one.name,
        Cell(inline(figures.count(one.n)), one.n),
        Cell(inline(figures.share(share)), share),
        figures.interval(low, high, "share"),
        figures.day(one.last_ms),
    )


def _seen(store: "Store", subject: Subject, name: str, n: int, day_ms: int, *, providers: Sequence[str | None]) -> Seen:
    """The newest such calls of those providers (None: of any), looked for in the last day that has any: the search stays short."""
    assert subject.span is not None
    since, until = max(subject.span[0], day_ms), min(subject.span[1], day_ms + _DAY_MS)
    sought = Sought(prompt=subject.name, error_type=name, since_ms=since, until_ms=until)
    found = [call for one in providers for call in finding.page(store, replace(sought, provider=one), limit=5).calls]
    found.sort(key=lambda call: (call.started_ms, call.id), reverse=True)
    calls = ledger.some(store, [call.id for call in found[:5]], texts=True)
    told = {_message(call.error_kind, call.error_message): call for call in reversed(calls) if call.error_message}
    messages = tuple(
        Code(text, "", f"{figures.moment(call.started_ms)}, {call.provider}/{call.model}") for text, call in reversed(told.items())
    )
    kinds = dict.fromkeys(call.error_kind or name for call in calls)
    hints = dict.fromkeys(_class(kind, name).default_hint for kind in kinds or (name,))
    return Seen(name, n, calls[0].started_ms if calls else day_ms, messages[:_SHOWN], tuple(_hint(hint) for hint in hints if hint))


def _message(kind: str | None, message: str | None) -> str:
    """The message as it came, keys taken out."""
    return cut(redact(f"{kind}: {message}" if kind else message or ""), _MESSAGE)


def _kinds() -> list[type[CallError]]:
    """Every error of a call that has a word of its own, the most general first."""
    found: dict[str, type[CallError]] = {}
    for one in subclasses(CallError):
        if issubclass(one, CallError) and one is not CallError:
            found.setdefault(one.kind, one)
    return list(found.values())


def _class(kind: str, error_type: str) -> type[CallError]:
    """The error that a word of the ledger means: the finer word, else the first of the coarse one."""
    kinds = _kinds()
    exact = next((one for one in kinds if one.kind == kind), None)
    return exact or next((one for one in kinds if one.error_type == error_type), UnknownFailure)


def _guide() -> Any:
    """What can go wrong with any call, and what to do."""
    rows = [
        (
            one.error_type,
            one.kind,
            " ".join((one.__doc__ or "").split()),
            "yes" if one.retryable else "no",
            _hint(one.default_hint or "none"),
        )
        for one in sorted(_kinds(), key=lambda one: (not one.retryable, one.error_type, one.kind))
    ]
    return table(["Error", "In detail", "What happened", "Try again?", "What to do"], rows)


def _hint(text: str) -> Inline:
    """A hint whose commands stand between backticks."""
    return tuple(Run(part, code=bool(place % 2)) for place, part in enumerate(text.split("`")) if part)


def _retrying() -> str:
    """How the workbench itself tries again, in a clause: a caller of its own does well to do the same."""
    policy = PRESETS["runs"]
    return (
        f"up to {policy.retries} times, after {policy.base_s:g} s at most, then {policy.factor:g} times as long each time "
        f"(never more than {policy.cap_s:g} s), a random part of it, and at least as long as the provider's retry-after says; "
        f"where that is more than {LONGEST_RETRY_AFTER_S:g} s it gives up"
    )
