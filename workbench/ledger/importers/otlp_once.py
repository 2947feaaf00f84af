"""Requests that several spans tell of count once: a framework's and the client's below it, an instrumentation's and the SDK's own.

Pure. The inner span counts, as its times are those of the request; it is told what only the outer one knows. Compared are the spans that
come together, as exporters send them: a request whose spans come apart counts for each.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.ledger.fields import CallRecord
from workbench.ledger.importers.otlp_spans import Span

_TOLD = ("prompt", "version", "label", "user", "request", "variables", "reply")
_MEASURED = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano", "ttft_ms", "tool_calls",
    "processing",
)  # fmt: skip
_BESIDE_NS = 50 * 10**6  # how much earlier than the client's own span one around it begins, and how much later it ends

Taken = Sequence[tuple[Span, CallRecord]]


def once(taken: Taken) -> tuple[list[CallRecord], list[Span]]:
    """The calls, each request once, and the spans that tell of one that is counted by another span."""
    found = [record for _, record in taken]
    gone: set[int] = set()
    for outer, inner in _parents(taken):
        left = [place for place in inner if place not in gone]
        if left and _repeats(found[outer], [found[place] for place in left]):
            _give(found, outer, left)
            gone.add(outer)
    for outer, place in _beside(taken, found, gone):
        _give(found, outer, [place])
        gone.add(outer)
    return [record for place, record in enumerate(found) if place not in gone], [taken[place][0] for place in sorted(gone)]


def _give(found: list[CallRecord], outer: int, inner: Sequence[int]) -> None:
    """Tell the inner calls what the outer one knows and they do not; its figures only where there is one to have them."""
    names = (*_TOLD, *_MEASURED) if len(inner) == 1 else _TOLD
    for place in inner:
        known = {name: getattr(found[outer], name) for name in names if getattr(found[place], name) is None}
        tags = tuple(dict.fromkeys((*found[place].tags, *found[outer].tags)))
        found[place] = replace(found[place], **known, tags=tags)


def _parents(taken: Taken) -> list[tuple[int, list[int]]]:
    """The places of spans with those of their children, from the outside in."""
    places = {(span.trace_id, span.span_id): place for place, (span, _) in enumerate(taken)}
    inside: dict[int, list[int]] = {}
    for place, (span, _) in enumerate(taken):
        outer = places.get((span.trace_id, span.parent_id))
        if outer is not None and outer != place:
            inside.setdefault(outer, []).append(place)
    return sorted(inside.items(), key=lambda one: (taken[one[0]][0].start_ns, -taken[one[0]][0].end_ns))


def _repeats(outer: CallRecord, inner: Sequence[CallRecord]) -> bool:
    """Whether the tokens of the outer call are those of one of the inner ones, or of all together, or not told on one side."""
    for name in ("input_tokens", "output_tokens"):
        counts = [count for one in inner if (count := getattr(one, name)) is not None]
        if counts and getattr(outer, name) not in (None, sum(counts), *counts):
            return False
    return True


def _beside(taken: Taken, found: Sequence[CallRecord], gone: set[int]) -> Iterator[tuple[int, int]]:
    """Pairs of spans by different writers, one within the other in time though not in the trace, that are of the same request: by the id of
    the response, else by model, tokens and times that hardly differ.
    """
    of_model: dict[str, list[int]] = {}
    for place, record in enumerate(found):
        if place not in gone:
            of_model.setdefault(record.model, []).append(place)
    for places in of_model.values():
        if len({taken[place][0].scope for place in places}) > 1:
            yield from _pairs(taken, found, places)


def _pairs(taken: Taken, found: Sequence[CallRecord], places: list[int]) -> Iterator[tuple[int, int]]:
    places.sort(key=lambda place: (taken[place][0].start_ns, -taken[place][0].end_ns))
    starts = [taken[place][0].start_ns for place in places]
    paired: set[int] = set()
    for outer in places:
        span = taken[outer][0]
        near = places[bisect_left(starts, span.start_ns) : bisect_right(starts, span.start_ns + _BESIDE_NS)]
        same = (place for place in near if place not in paired and _same(span, taken[place][0], found[outer], found[place]))
        inner = None if outer in paired else next(same, None)
        if inner is not None:
            paired |= {outer, inner}
            yield outer, inner


def _same(outer: Span, inner: Span, told: CallRecord, known: CallRecord) -> bool:
    if outer.scope == inner.scope or not outer.start_ns <= inner.start_ns <= inner.end_ns <= outer.end_ns:
        return False
    ids = outer.attributes.get("gen_ai.response.id"), inner.attributes.get("gen_ai.response.id")
    if all(ids):
        return ids[0] == ids[1]
    close = outer.end_ns - inner.end_ns <= _BESIDE_NS
    return close and outer.resource == inner.resource and told.status == known.status and _repeats(told, [known])
