"""The Overview's charts of traffic, speed, tokens and quality, from the sums of each bucket. A chart without any value is not made.

A bucket without calls counts 0 calls; rates, times and anything else told per call have no value there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Chart, Line, Point, Range
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.tally import Tally, total
from workbench.stats import proportion
from workbench.stats.sketched import percentiles
from workbench.text.counting import counted

PERCENTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
FIRST_TOKEN = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_WITHIN = "Percentiles are within 1 % of the exact ones; shaded is the 95 % interval."
Kind = Literal["line", "stacked"]
Measure = Callable[[Tally, int], Point]


@dataclass(frozen=True)
class Frame:
    """The buckets of a range: when each begins, how many minutes of it are over, and its sums where it has calls."""

    starts: Sequence[int]
    minutes: Sequence[float]
    held: Mapping[int, Tally]

    def line(self, name: str, measure: Measure) -> Line:
        """A point for every bucket that has begun; `measure` gets an empty tally where there were no calls."""
        pairs = zip(self.starts, self.minutes, strict=True)
        points = (measure(self.held.get(at, _NONE), at) if minutes > 0 else Point(at, None) for at, minutes in pairs)
        return Line(name, tuple(points))

    def with_held(self, held: Mapping[int, Tally]) -> "Frame":
        """The same buckets with other sums."""
        return Frame(self.starts, self.minutes, held)

    @cached_property
    def everything(self) -> Tally:
        """All buckets together."""
        return total(self.held.values())

    @cached_property
    def latency(self) -> list[Line]:
        """A line for each of PERCENTILES, with intervals."""
        return self._percentiles(PERCENTILES, lambda held: held.latency, lambda held: held.timed)

    @cached_property
    def ttft(self) -> list[Line]:
        """The same of the time to first token."""
        return self._percentiles(FIRST_TOKEN, lambda held: held.ttft, lambda held: held.first_timed)

    def _percentiles(
        self, shares: Mapping[str, float], sketches: Callable[[Tally], list[bytes]], counted: Callable[[Tally], int]
    ) -> list[Line]:
        held = [at for at in self.starts if at in self.held]
        found = dict(zip(held, percentiles([sketches(self.held[at]) for at in held], list(shares.values())), strict=True))

        def line(place: int, name: str) -> Line:
            def point(tallied: Tally, at: int) -> Point:
                told = found.get(at)
                return Point(at, None) if told is None else Point(at, *told[place], n=counted(tallied))

            return self.line(name, point)

        return [line(place, name) for place, name in enumerate(shares)]


_NONE = Tally()


def frame(span: Range, held: Mapping[int, Tally], now_ms: int, step_ms: int | None = None) -> Frame:
    """The buckets of the range, in its own step or in a coarser one."""
    step = step_ms or span.bucket_ms
    starts = list(range(span.since_ms // step * step, span.until_ms, step))
    end = min(span.until_ms, now_ms)
    return Frame(starts, [(min(at + step, end) - max(at, span.since_ms)) / ranges.MINUTE for at in starts], held)


def charts(gathered: Gathered, whole: Frame) -> list[Chart]:
    """Traffic, speed, tokens and satisfaction."""
    everything = whole.everything
    if not everything.calls:
        return []
    found = [*_traffic(gathered, whole, everything), *_speed(whole, everything), *_tokens(whole, everything), *_quality(whole, everything)]
    return [chart for chart in found if chart is not None]


def unpriced(held: Tally) -> str:
    """What a sum of money leaves out, as a sentence; empty where it leaves out nothing."""
    return f"Without {counted(held.unpriced, 'request')} of unknown price." if held.unpriced else ""


def drawn(
    key: str, title: str, unit: str, n: int, lines: Iterable[Line], *, kind: Kind = "line", group: str = "traffic", note: str = ""
) -> Chart | None:
    """The chart, without the lines that have no value anywhere; None where no line has."""
    kept = tuple(line for line in lines if any(point.value is not None for point in line.points))
    return Chart(key, title, unit, n, kept, kind, group, note) if kept and n else None


def _traffic(gathered: Gathered, whole: Frame, everything: Tally) -> list[Chart | None]:
    n = everything.calls
    counts = [
        whole.line("answered", lambda held, at: Point(at, held.ok, n=held.calls)),
        whole.line("failed", lambda held, at: Point(at, held.errors, n=held.calls)),
    ]
    minutes = dict(zip(whole.starts, whole.minutes, strict=True))
    least = max(whole.minutes, default=0.0) / 2  # over less than half a bucket a pace says nothing
    pace = whole.line(
        "calls a minute", lambda held, at: Point(at, held.calls / minutes[at] if minutes[at] >= least else None, n=held.calls)
    )
    success = whole.line("success rate", lambda held, at: rate(at, held.ok, held.calls))
    retries = whole.line("retries", lambda held, at: Point(at, held.retries_per_call, n=held.calls))
    return [
        drawn("requests", "Requests", "calls", n, counts, kind="stacked"),
        drawn("success_rate", "Success rate", "share/call", n, [success], note="Shaded is the 95 % interval."),
        _errors(gathered, whole, everything),
        drawn("throughput", "Throughput", "calls/min", n, [pace]),
        drawn("retries", "Retries a request", "retries/call", n, [retries]) if everything.retries else None,
    ]


def _errors(gathered: Gathered, whole: Frame, everything: Tally) -> Chart | None:
    sized = sorted(((sum(held.calls for held in buckets.values()), kind) for (kind,), buckets in gathered.errors.items()), reverse=True)
    lines = [whole.with_held(gathered.errors[kind,]).line(kind, lambda held, at: Point(at, held.calls, n=held.calls)) for _, kind in sized]
    return drawn("errors", "Errors by type", "calls", everything.errors, lines, kind="stacked")


def _speed(whole: Frame, everything: Tally) -> list[Chart | None]:
    return [
        drawn("latency", "Latency", "ms", everything.timed, whole.latency, group="speed", note=_WITHIN),
        drawn("ttft", "Time to first token", "ms", everything.first_timed, whole.ttft, group="speed", note=_WITHIN),
    ]


def _tokens(whole: Frame, everything: Tally) -> list[Chart | None]:
    n = everything.token_calls
    sums = [
        whole.line("in", lambda held, at: Point(at, held.input_tokens if held.token_calls else None, n=held.token_calls)),
        whole.line("out", lambda held, at: Point(at, held.output_tokens if held.token_calls else None, n=held.token_calls)),
    ]
    if everything.cached_tokens:
        sums.append(whole.line("cached", lambda held, at: Point(at, held.cached_tokens if held.token_calls else None, n=held.token_calls)))
    each = whole.line("tokens a request", lambda held, at: Point(at, held.tokens_per_call, n=held.token_calls))
    cached = whole.line("cached by the provider", lambda held, at: Point(at, held.cached_share, n=held.token_calls))
    note = "Input tokens that the provider had cached, as a share of all input tokens."
    return [
        drawn("tokens", "Tokens in, out and cached", "tokens", n, sums, group="tokens"),
        drawn("tokens_per_call", "Tokens a request", "tokens/call", n, [each], group="tokens"),
        drawn("cache", "Cache hits", "share/token", n, [cached], group="tokens", note=note) if everything.cached_tokens else None,
    ]


def _quality(whole: Frame, everything: Tally) -> list[Chart | None]:
    line = whole.line("satisfaction", lambda held, at: rate(at, held.liked, held.rated))
    note = "Thumbs up among the rated requests; shaded is the 95 % interval."
    return [drawn("satisfaction", "Satisfaction", "share/rating", everything.rated, [line], group="quality", note=note)]


def rate(at_ms: int, part: int, whole: int) -> Point:
    """A share with its interval; no value where there is no whole."""
    if not whole:
        return Point(at_ms, None)
    low, high = proportion(part, whole)
    return Point(at_ms, part / whole, low, high, whole)
