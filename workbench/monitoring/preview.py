"""What a rule would have fired on over the stored past: the same figures and the same states as the engine's, minute by minute.

Minutes are kept three days. A range that begins earlier is judged by whole hours: windows are rounded up to hours, and what must last up to
an hour lasts it by itself. A rule of the last calls reads the calls themselves, of which at most 200,000, the newest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.clock import SYSTEM, Clock, iso
from workbench.errors import InputError
from workbench.monitoring import machine
from workbench.monitoring.machine import FIRED, RESOLVED, Reading, Standing
from workbench.monitoring.measuring import measure
from workbench.monitoring.past import MOST_ROWS, Past
from workbench.monitoring.rules import Rule, check

if TYPE_CHECKING:
    from workbench.store import Store

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
_MINUTES_BACK_MS = 3 * 86_400_000 - HOUR_MS
_MOST_STEPS, _MOST_STEPS_OF_LAST = 5_000, 1_500
_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Episode:
    """The rule would have fired from `started_ms` until `ended_ms` (None: it still would at the end), with `value` over `n` calls or
    values; `peak` is the worst value of the whole episode.
    """

    started_ms: int
    ended_ms: int | None
    value: float | None
    peak: float | None
    n: int

    def to_json(self) -> dict[str, Any]:
        """The episode as JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Preview:
    """Episodes, oldest first, and the readings behind them (`points`: time, value or None, n), one each `step_ms`. `rule` is what was
    judged; `notes` say where that is coarser than the engine.
    """

    rule: Rule
    since_ms: int
    until_ms: int
    step_ms: int
    episodes: tuple[Episode, ...]
    points: tuple[tuple[int, float | None, int], ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The preview as JSON, without its points."""
        shown = {name: getattr(self, name) for name in ("since_ms", "until_ms", "step_ms", "notes")}
        return shown | {"said": self.said, "episodes": [one.to_json() for one in self.episodes]}

    @property
    def said(self) -> str:
        """How often it would have fired and for how long, in words. What began with the last look at the past has no length yet."""
        from workbench.cost.loading import told

        lasting = bool(self.episodes) and self.episodes[-1].ended_ms is None
        spent_ms = sum((self.until_ms if one.ended_ms is None else one.ended_ms) - one.started_ms for one in self.episodes)
        if not self.episodes:
            return "It would not have fired."
        if len(self.episodes) == 1 and lasting:
            began = iso(self.episodes[0].started_ms)[:16].replace("T", " ")
            return f"It would have fired once, and would be firing now, since {began} UTC."
        often = "once" if len(self.episodes) == 1 else f"{len(self.episodes):,} times"
        length = f", {told(spent_ms)} in all" if spent_ms >= MINUTE_MS else ""
        return f"It would have fired {often}{length}{', and would be firing now' if lasting else ''}."


def would_have_fired(store: "Store", rule: Rule, since_ms: int, until_ms: int, *, clock: Clock = SYSTEM) -> Preview:
    """What `rule` would have fired on, had it been looked at every step of [since_ms, until_ms]. Raises InputError."""
    check(rule)
    until_ms = min(until_ms, clock.now_ms())
    if since_ms >= until_ms:
        raise InputError("the range is empty", place="since", hint="Choose a past that ends after it begins.")
    step_ms, judged, notes = _step(rule, since_ms, until_ms, clock.now_ms())
    first, final = -(-since_ms // step_ms) * step_ms, until_ms // step_ms * step_ms
    source = Past(store, judged, first, final, step_ms)
    notes += (
        [f"Only the newest {MOST_ROWS:,} calls were read: from {iso(source.whole_from_ms)} on."] if source.whole_from_ms > first else []
    )
    points: list[tuple[int, float | None, int]] = []

    def readings() -> Iterator[tuple[int, Reading]]:
        for at_ms in range(first, final + 1, step_ms):
            reading = measure(judged, source, at_ms)
            points.append((at_ms, reading.value, reading.n))
            yield at_ms, reading

    return Preview(judged, since_ms, until_ms, step_ms, tuple(episodes(judged, readings())), tuple(points), tuple(notes))


def episodes(rule: Rule, readings: Iterator[tuple[int, Reading]]) -> list[Episode]:
    """The episodes of readings in order of time, by the engine's own states."""
    found: list[Episode] = []
    stood = Standing()
    for at_ms, reading in readings:
        before, (stood, happened) = stood, machine.step(rule, stood, reading, at_ms)
        if happened == FIRED:
            found.append(Episode(at_ms, None, reading.value, reading.value, reading.n))
        elif happened == RESOLVED:
            ended_ms = at_ms if before.back_ms is None else before.back_ms
            found[-1] = replace(found[-1], ended_ms=max(ended_ms, found[-1].started_ms))
        elif stood.state == machine.FIRING and reading.value is not None and machine.worse(rule, reading.value, found[-1].peak):
            found[-1] = replace(found[-1], peak=reading.value)
    return found


def _step(rule: Rule, since_ms: int, until_ms: int, now_ms: int) -> tuple[int, Rule, list[str]]:
    if rule.last_n is not None or (since_ms - rule.window_s * 1_000 >= now_ms - _MINUTES_BACK_MS and rule.window_s <= _HOUR_S):
        step_ms, most = MINUTE_MS, _MOST_STEPS if rule.last_n is None else _MOST_STEPS_OF_LAST
        while (until_ms - since_ms) / step_ms > most:
            step_ms *= 2
        return step_ms, rule, [] if step_ms == MINUTE_MS else [f"Looked at every {step_ms // MINUTE_MS} minutes."]
    hours = -(-rule.window_s // _HOUR_S) * _HOUR_S
    held, cleared = (0 if lasts <= _HOUR_S else lasts for lasts in (rule.hold_s, rule.clear_s))
    judged = replace(rule, window_s=hours, hold_s=held, clear_s=cleared)
    notes = [] if judged == rule else ["Judged by whole hours: minutes are kept three days."]
    return HOUR_MS, judged, notes or ["Looked at every hour."]
