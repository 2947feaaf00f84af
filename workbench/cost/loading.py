"""Calls as traffic: sums by unit of time and stream, and an exact month of each stream. Owns how time is cut; prices nothing.

A month is the period's sums times the days of a month over the days of the period as it was asked for, calls or no calls in them.
"""

from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.cost.columns import Columns
from workbench.cost.model import ANY_CLASS, KINDS, Rule
from workbench.cost.traffic import Lengths, Stream, Traffic
from workbench.errors import InputError
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
_UNITS = (1, SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 28 * DAY_MS, 364 * DAY_MS)
_FEWEST, _MOST = 20, 400  # units of time: fewer show little of how they differ, more show nothing new
_DAYS = 14  # from so many days on the unit is a day, so that a week is seen twice
_CELLS = 1_000_000  # units times streams
_SAMPLE = 2_000
_EXACT = Context(prec=60)
_FREE = ("simulated/", "local/")
_LEAVE_OUT = "to leave that out, narrow the calls to a provider or a model"


def traffic(columns: Columns, *, rules: Sequence[Rule] = (), bands: Sequence[int] = (), days_per_month: Decimal | int) -> Traffic:
    """The traffic of the calls. `rules` say what class a call is of (none: all of class "all"); `bands` are input tokens at which some
    price steps. Raises InputError where nothing was answered, or the period has no length.
    """
    import numpy as np

    days, span = _days(days_per_month), columns.until_ms - columns.since_ms
    streams, place = _streams(columns, rules, bands)
    if not streams or span <= 0:
        left = f"; {counted(columns.without_tokens, 'has', 'have')} no token counts" if columns.without_tokens else ""
        raise InputError(
            f"no answered call is in the period{left}" if span > 0 else "the calls cover no time",
            place="field baseline",
            hint="Choose a longer period or fewer filters, load the demo, or type the numbers in.",
        )
    ok = columns.ok
    started, tokens = columns.started_ms[ok], columns.tokens[ok]
    unit_ms = unit(span, len(streams))
    at, lengths = cut(started - columns.since_ms, span, unit_ms)
    cell = at * len(streams) + place
    size = len(lengths) * len(streams)
    by_unit = (1 / lengths)[:, None]
    calls = np.bincount(cell, minlength=size).reshape(len(lengths), len(streams)) * by_unit
    summed = np.stack([np.bincount(cell, tokens[:, kind], size) for kind in range(len(KINDS))], axis=1)
    counts = np.bincount(place, minlength=len(streams))
    scale = _EXACT.divide(days * DAY_MS, Decimal(span))
    order = np.argsort(place, kind="stable")
    begins = np.searchsorted(place[order], np.arange(len(streams)))
    exact = np.add.reduceat(tokens[order].astype(np.int64), begins, axis=0)
    return Traffic(
        streams=streams,
        calls=calls,
        tokens=summed.reshape(len(lengths), len(streams), len(KINDS)) * by_unit[:, :, None],
        month_calls=tuple(_EXACT.multiply(Decimal(n), scale) for n in counts.tolist()),
        month_tokens=tuple(tuple(_EXACT.multiply(Decimal(n), scale) for n in row) for row in exact.tolist()),
        unit_ms=unit_ms,
        start_ms=columns.since_ms,
        bands=tuple(bands),
        lengths=_lengths(tokens[:, KINDS.index("output")], place, len(streams)),
        latency_ms=_latencies(columns.latency_ms[ok], place, len(streams)),
        recorded=len(started),
        recorded_nano=exact_sum(columns.cost_nano[columns.cost_nano >= 0]),
        recorded_unpriced=int(np.count_nonzero(ok & (columns.cost_nano < 0))),
        failed=int(np.count_nonzero(~ok)),
        label=_label(len(started), span, columns),
        thinned=_thinned(columns, span),
        notes=(*columns.notes, *_notes(columns, span, days)),
    )


def unit(span_ms: int, streams: int = 1) -> int:
    """How long a unit of time is: a day from 14 days on, else the longest of an hour, 5 minutes, a minute and so on that is there 20
    times, but minutes up to 400 of them. Longer units where there were more than 400, or very many streams.
    """
    if span_ms >= _DAYS * DAY_MS:
        at = _UNITS.index(DAY_MS)
    else:
        at = max((at for at, one in enumerate(_UNITS) if one < DAY_MS and span_ms >= _FEWEST * one), default=0)
        if _UNITS[at] == 5 * MINUTE_MS and span_ms <= _MOST * MINUTE_MS:
            at -= 1
    while at + 1 < len(_UNITS):
        many, fewer = span_ms // _UNITS[at], span_ms // _UNITS[at + 1]
        if many <= _MOST and (many * streams <= _CELLS or fewer < _FEWEST // 2):
            break
        at += 1
    return max(_UNITS[at], span_ms // _MOST if at + 1 == len(_UNITS) else 1)  # "since ever" must not ask for a million units


def _days(days_per_month: Decimal | int) -> Decimal:
    days = Decimal(days_per_month)
    if not days.is_finite() or not 0 < days <= 366:
        raise InputError(f"{days} is not a number of days", place="field days_per_month", hint="A month has 28 to 31 days; 30 is usual.")
    return days


def _streams(columns: Columns, rules: Sequence[Rule], bands: Sequence[int]) -> "tuple[tuple[Stream, ...], NDArray[Any]]":
    """The streams that answered calls are of, and the place of each answered call among them."""
    import numpy as np

    from workbench.cost import rules as ruling

    classes, klass = ruling.classify(columns, rules) if rules else ((ANY_CLASS,), np.zeros(len(columns), dtype=np.int16))
    band = np.searchsorted(np.array(bands, dtype=np.int64), columns.tokens[:, KINDS.index("input")])
    sizes = len(columns.models), len(columns.prompts) + 1, len(classes), len(bands) + 1, len(columns.processings) + 1
    codes = columns.model, columns.prompt + 1, klass, band, columns.processing + 1
    number = np.zeros(int(np.count_nonzero(columns.ok)), dtype=np.int64)
    for values, of in zip(codes, sizes, strict=True):
        number = number * of + values[columns.ok]
    found, place = np.unique(number, return_inverse=True)
    split = np.unravel_index(found, sizes) if len(found) else ()
    return tuple(
        Stream(
            model=columns.models[model],
            prompt=columns.prompts[prompt - 1] if prompt else None,
            klass=classes[named],
            band=high,
            processing=columns.processings[processing - 1] if processing else None,
        )
        for model, prompt, named, high, processing in zip(*(part.tolist() for part in split), strict=True)
    ), place


def cut(since_start: "NDArray[Any]", span_ms: int, unit_ms: int) -> "tuple[NDArray[Any], NDArray[Any]]":
    """The unit of time of every call, and how long each unit is in units: what is left over of the period at its end is a unit of its
    own from half a unit on, else a part of the last one. Sums are divided by these lengths, so that units can be compared.
    """
    import numpy as np

    whole = span_ms // unit_ms
    rest = span_ms / unit_ms - whole
    lengths = np.ones(max(1, whole + (rest >= 0.5)))
    lengths[-1] = span_ms / unit_ms - (len(lengths) - 1)
    return np.minimum(since_start // unit_ms, len(lengths) - 1), lengths


def _lengths(output: "NDArray[Any]", place: "NDArray[Any]", streams: int) -> tuple[Lengths, ...]:
    import numpy as np

    number, calls = np.unique((place.astype(np.int64) << 31) | output, return_counts=True)
    at = np.searchsorted(number, np.arange(streams + 1, dtype=np.int64) << 31)
    tokens = number & ((1 << 31) - 1)
    return tuple(Lengths(tokens[begin:end], calls[begin:end]) for begin, end in pairwise(at.tolist()))


def _latencies(latency: "NDArray[Any]", place: "NDArray[Any]", streams: int) -> "tuple[NDArray[Any] | None, ...]":
    """Samples in even steps through the sorted latencies of each stream."""
    import numpy as np

    known = latency >= 0
    number = np.sort((place[known].astype(np.int64) << 31) | latency[known])
    at = np.searchsorted(number, np.arange(streams + 1, dtype=np.int64) << 31)
    kept: list[NDArray[Any] | None] = []
    for begin, end in pairwise(at.tolist()):
        steps = np.linspace(begin, end - 1, min(_SAMPLE, end - begin)).round().astype(np.int64)
        kept.append((number[steps] & ((1 << 31) - 1)) if end > begin else None)
    return tuple(kept)


def exact_sum(values: "NDArray[Any]") -> int:
    """The exact sum: nano-dollars of many calls may not fit into 64 bits."""
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def _label(calls: int, span_ms: int, columns: Columns) -> str:
    models = len(set(columns.model[columns.ok].tolist()))
    return f"{counted(calls, 'call')} of {told(span_ms)}, {counted(models, 'model')}"


def told(span_ms: int) -> str:
    """A length of time in words: "30 days", "58 minutes"."""
    for name, one in (("day", DAY_MS), ("hour", HOUR_MS), ("minute", MINUTE_MS), ("second", SECOND_MS)):
        if span_ms >= 2 * one or name == "second":
            return f"{round(span_ms / one, 1 if span_ms < 10 * one else 0):g} {name}s"
    raise AssertionError


def _thinned(columns: Columns, span_ms: int) -> str:
    """That the period began long before its first call: a month may be many times too small then."""
    first = int(columns.started_ms[columns.ok][0]) - columns.since_ms
    return f"The first call came {told(first)} into the period, which counts whole." if first > span_ms / 10 else ""


def _notes(columns: Columns, span_ms: int, days: Decimal) -> list[str]:
    """What to know about the calls before one believes their month."""
    import numpy as np

    started = columns.started_ms[columns.ok]
    last = columns.until_ms - int(started[-1])
    failed = int(len(columns) - len(started))
    # An own price may bill them too: only what cost nothing is told to.
    here = [code for code, model in enumerate(columns.models) if model.startswith(_FREE)]
    free = int(np.count_nonzero(columns.ok & (columns.cost_nano == 0) & np.isin(columns.model, here))) if here else 0
    unpriced = int(np.count_nonzero(columns.ok & (columns.cost_nano < 0)))
    notes = [
        (columns.without_tokens, f"{_calls(columns.without_tokens, 'answered ')} left out, without token counts."),
        (columns.impossible, f"{_calls(columns.impossible)} left out for numbers that cannot be (negative or immense)."),
        (failed, f"{_calls(failed)} not answered: how many tokens that took is not known and not counted."),
        (0 < unpriced < len(started), f"{_calls(unpriced, 'answered ')} recorded without a cost: what is said as billed leaves that out."),
        (free, f"{_calls(free)} answered by the simulated or the local model, which cost nothing; {_LEAVE_OUT}."),
        (
            span_ms < 7 * DAY_MS,
            f"A month is {told(span_ms)} times {float(days * DAY_MS / span_ms):,.3g}: what other days are like is not known.",
        ),
        (last > span_ms / 10, f"The last call came {told(last)} before the end of the period, which counts whole."),
    ]
    return [said for holds, said in notes if holds]


def _calls(count: int, before: str = "") -> str:
    """The beginning of a sentence about so many: "1 call was", "1,204 answered calls were"."""
    return counted(count, f"{before}call was", f"{before}calls were")
