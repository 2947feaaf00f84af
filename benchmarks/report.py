"""One JSON object a line for every measure. Owns the form: name, value, unit, n, the floor it is measured against, the ratio."""

import json


def report(name: str, value: float, unit: str, n: int, *, floor: float | None = None, bar: float | None = None) -> None:
    """Print a measure. `floor` is the same thing without us, in the same run; `bar` is what is to be reached: of the ratio where
    there is a floor, else of the value. Nothing fails on it: a busy machine is no regression.
    """
    line: dict[str, object] = {"name": name, "value": _short(value), "unit": unit, "n": n}
    reached = value
    if floor is not None:
        reached = value / floor if floor else float("inf")
        line |= {"floor": _short(floor), "ratio": _short(reached)}
    if bar is not None:
        line |= {"bar": bar, "ok": reached <= bar}
    print(json.dumps(line), flush=True)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
