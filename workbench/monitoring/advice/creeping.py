"""A prompt's tokens creep up: the mean tokens of a call rise day by day, of one version or from version to version.

Each prompt and version is tried, tokens in and out apart, and what is found is corrected for all that was tried (Holm).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.monitoring.advice.kinds import AT_MOST, DAYS, Link, Recommendation, Worth, address, advice, key, moment, named, percent
from workbench.monitoring.advice.looked import FREE, Looked
from workbench.monitoring.ranges import DAY
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.stats.trend import Trend

LEAST_DAYS, LEAST_CALLS, LEAST_GROWTH = 10, 20, 0.1
_SURE = 0.05
_MOST = 200
_SIDES = {"input": "input_tokens", "output": "output_tokens"}
_Key = tuple[str, int | None]


@advice(
    "creep",
    40,
    "Tokens that creep up",
    f"at least {LEAST_DAYS} days with {LEAST_CALLS} calls, over which a call's tokens rise by {percent(LEAST_GROWTH, 0)} or more (Theil "
    "and Sen's slope, Mann and Kendall's test, corrected for all prompts and versions that were tried)",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each prompt whose calls grow, those worth most first; for the version where one alone tells it."""
    from workbench.stats.correction import holm
    from workbench.stats.trend import trend

    tried: list[tuple[_Key, str, _Days, Trend]] = []
    for name, days in _series(looked).items():
        for side in _SIDES:
            at, means = days.means(side)
            found = trend(at, means) if len(at) >= LEAST_DAYS else None
            if found is not None:
                tried.append((name, side, days, found))
    kept: dict[_Key, dict[str, tuple[_Days, Trend]]] = {}
    for (name, side, days, found), p in zip(tried, holm([one.p for *_, one in tried]), strict=True):
        if p is not None and p < _SURE and found.low > 0 and found.end - found.start >= LEAST_GROWTH * max(found.start, 1.0):
            kept.setdefault(name, {})[side] = days, found
    explained = {prompt for prompt, version in kept if version is not None}
    made = [_made(looked, name, sides, len(tried)) for name, sides in kept.items() if name[1] is not None or name[0] not in explained]
    yield from sorted(made, key=lambda one: -one.worth.order[0])[:AT_MOST]


@dataclass(slots=True)
class _Day:
    calls: int = 0
    input: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of a prompt or version: tokens of answered calls; and how many calls each model took."""

    days: dict[int, _Day]
    models: dict[str, int]
    versions: set[int]

    def means(self, side: str) -> tuple[list[float], list[float]]:
        """Days, and the mean tokens of a call on each; days with too few calls are left out."""
        held = [(at, day) for at, day in sorted(self.days.items()) if day.calls >= LEAST_CALLS]
        return [at / DAY for at, _ in held], [getattr(day, side) / day.calls for _, day in held]


def _series(looked: Looked) -> Mapping[_Key, _Days]:
    """Versions, and prompts of several; the busiest."""
    found: dict[_Key, _Days] = {}
    for cell in looked.versions:
        prompt, version = str(cell.key["prompt"] or ""), cell.key["version"]
        if not prompt or cell.key["status"] != "ok" or not cell.token_calls or cell.key["provider"] in FREE:
            continue
        number = int(version) if version is not None else None
        for name in dict.fromkeys(((prompt, number), (prompt, None))):
            days = found.setdefault(name, _Days({}, {}, set()))
            day = days.days.setdefault(cell.bucket_ms or 0, _Day())
            day.calls += cell.token_calls
            day.input += cell.input_tokens
            day.output += cell.output_tokens
            model = f"{cell.key['provider']}/{cell.key['model']}"
            days.models[model] = days.models.get(model, 0) + cell.token_calls
            if number is not None:
                days.versions.add(number)
    # A prompt of one version is that version.
    several = {name: days for name, days in found.items() if name[1] is not None or len(days.versions) != 1}
    return dict(sorted(several.items(), key=lambda one: (-sum(one[1].models.values()), one[0][0], one[0][1] or 0))[:_MOST])


def _made(looked: Looked, name: _Key, sides: "Mapping[str, tuple[_Days, Trend]]", tried: int) -> Recommendation:
    prompt, version = name
    days = next(iter(sides.values()))[0]
    n = sum(days.models.values())
    grown = {side: found.end - found.start for side, (_, found) in sides.items()}
    a_call = sum(more * _rate(looked, days, side) for side, more in grown.items())
    last = max(found.n for _, found in sides.values())
    monthly = n * looked.monthly
    said = named(prompt) + (f" v{version}" if version is not None else "")
    return Recommendation(
        "creep",
        key("creep", prompt, version),
        f"Look at what makes the calls of {said} grow",
        tuple(_evidence(side, found, tried) for side, (_, found) in sides.items())
        + (
            (f"The same over {counted(len(days.versions), 'version')}: none of them alone grows so.",)
            if version is None and days.versions
            else ()
        ),
        n,
        Worth(
            usd=Decimal(repr(a_call * monthly)).quantize(Decimal("0.000001")),
            low=_bound(looked, days, sides, monthly, "low"),
            high=_bound(looked, days, sides, monthly, "high"),
            how=f"The tokens that a call has more than {last} days ago, at today's prices, times {monthly:,.0f} calls in {DAYS} days.",
        ),
        "The slope has a 95 % interval; what it is worth is at today's length of a call. Longer may be what you want.",
        _setup(prompt, version, days, grown, looked),
        (_calls(prompt, version, looked),),
    )


def _evidence(side: str, found: "Trend", tried: int) -> str:
    rise = (found.end - found.start) / max(found.start, 1.0)
    kind = "Input" if side == "input" else "Output"
    return (
        f"{kind} tokens a call: {found.start:,.0f} to {found.end:,.0f} (+{percent(rise, 0)}), {found.slope:+,.1f} a day "
        f"(95 % interval {found.low:+,.1f} to {found.high:+,.1f}), over {found.n} days; corrected for {tried} looks."
    )


def _rate(looked: Looked, days: _Days, side: str) -> float:
    """Dollars a token, the models weighed by their calls."""
    return sum(looked.rate(model, side) * calls for model, calls in days.models.items()) / sum(days.models.values())


def _bound(looked: Looked, days: _Days, sides: "Mapping[str, tuple[_Days, Trend]]", monthly: float, end: str) -> Decimal:
    grown = sum(
        getattr(found, end) / found.slope * (found.end - found.start) * _rate(looked, days, side) for side, (_, found) in sides.items()
    )
    return Decimal(repr(grown * monthly)).quantize(Decimal("0.000001"))


def _setup(prompt: str, version: int | None, days: _Days, grown: Mapping[str, float], looked: Looked) -> Link:
    """From version to version: their difference. Within one version the prompt is the same, and what is put into it grew: What-if."""
    if version is None and len(days.versions) > 1:
        first, last = min(days.versions), max(days.versions)
        return Link("See what changed", "prompts", {"prompt": prompt, "tab": "diff", "a": str(first), "b": str(last)})
    if "input" in grown and prompt.isprintable() and prompt.strip() == prompt:
        from workbench.cost.model import Recorded, Scenario, ShorterPrompt

        lever = ShorterPrompt(Decimal(round(grown["input"])), prompt=prompt)
        filters: dict[str, str | int] = {"prompt": prompt} | ({"version": version} if version is not None else {})
        recorded = Recorded(looked.raw_since_ms, looked.until_ms, filters)
        return Link("Open in What-if", "whatif", scenario=Scenario("Calls as short as they were", recorded, (lever,)))
    return _overview(prompt, version)


def _overview(prompt: str, version: int | None) -> Link:
    return Link(
        "See its tokens",
        "overview",
        {"range": "30d", "prompt": address(prompt)} | ({"version": str(version)} if version is not None else {}),
    )


def _calls(prompt: str, version: int | None, looked: Looked) -> Link:
    return Link("The calls", "calls", {**_narrowed(prompt, version), "since": moment(looked.since_ms)})


def _narrowed(prompt: str, version: int | None) -> dict[str, str]:
    return {"prompt": address(prompt)} | ({"version": str(version)} if version is not None else {})
