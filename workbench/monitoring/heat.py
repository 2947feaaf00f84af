"""The latency heat map: how many calls of each hour fell into each band of latency, out of the sketches. Exact but at a band's edge."""

from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Heat
from workbench.monitoring.gathering import Gathered
from workbench.stats import sketched

EDGES_MS = (0, 50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 30_000, 60_000)
_BY_HOURS = 2 * ranges.DAY


def heat(gathered: Gathered, now_ms: int) -> Heat | None:
    """Hour by hour up to two days, else by the hour of the day (local); None where no call was timed. Outer bands without a call go."""
    import numpy as np

    span = gathered.view.range
    of_day = span.length_ms > _BY_HOURS
    first = gathered.hours_since_ms // ranges.HOUR * ranges.HOUR
    end = min(span.until_ms, now_ms + 1)
    columns = list(range(24)) if of_day else list(range(first, max(end, first + 1), ranges.HOUR))
    hours = gathered.hours
    place = (hours.starts + gathered.view.offset_ms) // ranges.HOUR % 24 if of_day else (hours.starts - first) // ranges.HOUR
    kept = ((place >= 0) & (place < len(columns)))[hours.cell]
    sketches, values = sketched.dense(place[hours.cell[kept]], hours.bins[kept], hours.counts[kept], len(columns))
    counts = np.zeros((len(EDGES_MS), len(columns)), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(EDGES_MS, values, side="right") - 1).clip(min=0), sketches.T.astype(np.int64))
    filled = np.nonzero(counts.any(axis=1))[0]
    if not len(filled):
        return None
    low, high = int(filled[0]), int(filled[-1]) + 1
    note = "" if gathered.hours_since_ms == span.since_ms else "The last 31 days of the range."
    rows = tuple(tuple(int(each) for each in row) for row in counts[low:high])
    return Heat(EDGES_MS[low : high + 1], tuple(columns), rows, of_day, int(counts.sum()), note)
