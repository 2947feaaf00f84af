"""The states of a rule: ok, pending, firing, no_data. Owns when an alert begins and ends; pure, so that a preview does the same."""

from dataclasses import dataclass, replace

from workbench.monitoring.rules import Rule

OK, PENDING, FIRING, NO_DATA = "ok", "pending", "firing", "no_data"
FIRED, RESOLVED = "fired", "resolved"
OUTAGE_MS = 3_600_000  # a pending rule that nobody looked at for longer starts its hold anew


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule measured: `value` is what is compared (None: no data, `reason` says why), `measured` the figure itself, `expected` what
    it was held against of the past. `ready` is False where the rule cannot say anything yet: no quota, too little history.
    """

    value: float | None
    n: int
    beyond: bool = False
    measured: float | None = None
    expected: float | None = None
    quota: float | None = None
    reason: str = ""
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands: its state since `since_ms`; `back_ms` since when the value of a firing rule is back."""

    state: str = OK
    since_ms: int = 0
    evaluated_ms: int = 0
    back_ms: int | None = None


def step(rule: Rule, before: Standing, reading: Reading, at_ms: int) -> tuple[Standing, str | None]:
    """Where the rule stands after a reading at `at_ms`, and whether it fired or resolved by it.

    An alert that is resolved ended at `before.back_ms`, or at `at_ms` where that is None.
    """
    now = replace(before, evaluated_ms=at_ms)
    missing = reading.value is None
    if missing and reading.ready and rule.no_data == "keep":
        return (now if before.state in (FIRING, PENDING) else _to(now, NO_DATA, at_ms)), None
    if reading.beyond or (missing and reading.ready and rule.no_data == "alert"):
        return _beyond(rule, before, now, at_ms)
    calm = NO_DATA if missing else OK
    if before.state != FIRING:
        return _to(now, calm, at_ms), None
    back_ms = at_ms if before.back_ms is None else before.back_ms
    if at_ms - back_ms < rule.clear_s * 1_000:
        return replace(now, back_ms=back_ms), None
    return Standing(calm, at_ms, at_ms), RESOLVED


def worse(rule: Rule, value: float, peak: float | None) -> bool:
    """Whether a value is further beyond than the worst one so far."""
    if peak is None:
        return True
    if rule.compare == "anomaly":
        return abs(value) > abs(peak)
    return value < peak if rule.compare in ("below", "falls_by") else value > peak


def _beyond(rule: Rule, before: Standing, now: Standing, at_ms: int) -> tuple[Standing, str | None]:
    if before.state == FIRING:
        return replace(now, back_ms=None), None
    lasts = before.state == PENDING and at_ms - before.evaluated_ms <= OUTAGE_MS
    since_ms = before.since_ms if lasts else at_ms
    if at_ms - since_ms >= rule.hold_s * 1_000:
        return Standing(FIRING, at_ms, at_ms), FIRED
    return Standing(PENDING, since_ms, at_ms), None


def _to(now: Standing, state: str, at_ms: int) -> Standing:
    return now if now.state == state else Standing(state, at_ms, at_ms)
