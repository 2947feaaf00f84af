"""Cache these repeating prompts: exact repeats of a request to the same model within an hour, found by replaying the calls."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.monitoring.advice.kinds import AT_MOST, Recommendation, Worth, advice, key, named, percent
from workbench.monitoring.advice.looked import FREE, Group, Looked, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

TTL_S = 3_600
LEAST_HITS, LEAST_SHARE = 50, 0.02
_SHOWN = 2


@advice(
    "cache",
    10,
    "Cache repeating prompts",
    f"at least {LEAST_HITS} requests, and {percent(LEAST_SHARE, 0)} of a prompt's, "
    "asked again of the same model within an hour, word for word",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each prompt whose requests repeat, those worth most first."""
    from workbench.cost import replay

    tried: list[tuple[float, Group, NDArray[Any]]] = []
    for group in looked.by_prompt:
        hit = replay.hits(group.columns, TTL_S, asked=_countable(group))
        if hit.sum() >= max(LEAST_HITS, LEAST_SHARE * group.columns.ok.sum()):
            usd = sum(float((tokens(group.columns, kind) * looked.usd(group, kind))[hit].sum()) for kind in ("input", "output"))
            tried.append((usd, group, hit))
    for _, group, hit in sorted(tried, key=lambda one: -one[0])[:AT_MOST]:
        yield _made(looked, group, hit)


def _countable(group: Group) -> "NDArray[Any]":
    """Answered calls that went to a real model."""
    import numpy as np

    real = np.array([name.partition("/")[0] != "simulated" for name in group.columns.models] or [False])
    countable: NDArray[Any] = group.columns.ok & real[group.columns.model]
    return countable


def _made(looked: Looked, group: Group, hit: "NDArray[Any]") -> Recommendation:
    from workbench.cost import replay
    from workbench.cost.model import ExactCache
    from workbench.cost.traffic import Measured
    from workbench.monitoring.advice import priced

    columns, lever = group.columns, ExactCache(ttl_s=TTL_S)
    found = priced.traffic(looked, group)
    done = priced.outcome(looked, group, lever, found, measured=Measured(exact=replay.exact(columns, found, TTL_S)))
    hits, asked = int(hit.sum()), int(columns.ok.sum())
    seconds = float(columns.latency_ms[hit].clip(0).sum()) / 1000 * 30 * 86_400_000 / (columns.until_ms - columns.since_ms)
    how = (
        f"{hits:,} of {asked:,} answered calls in {looked.stretch} would have come from the cache: their tokens at today's prices, "
        "and the time they took, for 30 days."
    )
    worth = priced.worth(done, how, seconds)
    return Recommendation(
        "cache",
        key("cache", *sorted(group.filters.items())),
        f"Cache the repeating requests of {named(group.name)}",
        (
            f"{hits:,} of {asked:,} answered calls ({percent(hits / asked)}) repeat a request of the hour before word for word.",
            *_without_text(group, asked),
            *_free(group),
        ),
        asked,
        worth if worth.usd or worth.seconds else Worth(how=how),
        "Measured by replaying the calls. A cached reply is the earlier one: leave out what must differ from call to call.",
        priced.whatif(group, lever),
        (priced.calls(group), *_repeated(group, hit)),
    )


def _free(group: Group) -> list[str]:
    paid = any(model.partition("/")[0] not in FREE for model in group.models)
    return [] if paid else ["Its models cost nothing: only time is saved."]


def _without_text(group: Group, asked: int) -> list[str]:
    none = int((group.columns.ok & ~group.columns.has_hash).sum())
    return [f"{none:,} of these have no recorded text and count as never repeated."] if none else []


def _repeated(group: Group, hit: "NDArray[Any]") -> list[Any]:
    """Examples of what repeats most: the newest call of each."""
    import numpy as np

    from workbench.monitoring.advice.kinds import Link

    columns = group.columns
    values, first, counts = np.unique(columns.prompt_hash[hit][::-1], return_index=True, return_counts=True)
    ids = columns.call_id[hit][::-1][first]
    order = np.lexsort((values, -counts))[:_SHOWN]
    return [Link(f"Asked again {counts[at]:,} times", "calls", {"call": str(ids[at])}) for at in order.tolist()]
