"""Provider caching that is not used: prompts that share a long beginning, of which next to nothing is read from the provider's cache."""

from collections.abc import Iterator

from workbench.monitoring.advice.kinds import Recommendation, advice, key, named, percent
from workbench.monitoring.advice.looked import FREE, Group, Looked, tokens
from workbench.text.counting import counted

LEAST_CALLS, LEAST_TOKENS, MOST_CACHED, LEAST_SHARED = 200, 1_024, 0.1, 0.2
_TRIED = 3


@advice(
    "prefix",
    35,
    "Let the provider cache shared beginnings",
    f"at least {LEAST_CALLS} calls of {LEAST_TOKENS:,} input tokens or more, under {percent(MOST_CACHED, 0)} of them "
    f"from the provider's cache, that share a beginning of {percent(LEAST_SHARED, 0)} of their tokens or more",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each of the dearest prompts with a beginning that the provider could keep."""
    tried: list[tuple[float, Group]] = []
    for group in looked.by_prompt:
        sent, cached = tokens(group.columns, "input") * group.columns.ok, tokens(group.columns, "cached")
        n, whole = int((group.columns.ok & group.columns.has_hash).sum()), int(sent.sum())
        if n >= LEAST_CALLS and whole >= LEAST_TOKENS * n and cached.sum() < MOST_CACHED * whole:
            tried.append((float((sent * looked.usd(group, "input")).sum()), group))
    for usd, group in sorted(tried, key=lambda one: -one[0])[:_TRIED]:
        if usd > 0 and any(model.partition("/")[0] not in FREE for model in group.models):
            yield from _made(looked, group)


def _made(looked: Looked, group: Group) -> list[Recommendation]:
    from workbench.cost import prefix
    from workbench.cost.model import PromptCaching
    from workbench.cost.traffic import Measured
    from workbench.monitoring.advice import priced

    lever, found = PromptCaching(), priced.traffic(looked, group)
    measured = prefix.measure(looked.store, group.columns, found)
    calls = [float(each) for each in found.month_calls]
    shared = sum(float(each) * n for each, n in zip(measured.tokens, calls, strict=True)) / sum(calls)
    hit = sum(float(rate) * n for rate, n in zip(measured.hit_rate, calls, strict=True)) / sum(calls)
    ok = group.columns.ok
    asked, mean = int(ok.sum()), float(tokens(group.columns, "input")[ok].mean())
    if shared < LEAST_SHARED * mean:
        return []
    done = priced.outcome(looked, group, lever, found, measured=Measured(prefix=measured))
    cached = float(tokens(group.columns, "cached")[ok].sum()) / (mean * asked)
    how = f"The shared tokens of {asked:,} calls in {looked.stretch}, read and written at the cache's prices, for 30 days."
    looks = f"{counted(measured.sampled, 'request')} looked at"
    about = "≈ " if measured.estimated else ""
    return [
        Recommendation(
            "prefix",
            key("prefix", *sorted(group.filters.items())),
            f"Let the provider cache the beginning of {named(group.name)}",
            (
                f"{asked:,} calls have {mean:,.0f} input tokens on average; {percent(cached)} of them are read from the provider's cache.",
                f"They share a beginning of {about}{shared:,.0f} tokens ({looks}); {percent(hit, 0)} come within 5 minutes of one like it.",
            ),
            asked,
            priced.worth(done, how),
            "The beginning is measured on a sample. Put what changes at the end of the prompt, and ask the provider to cache the rest.",
            priced.whatif(group, lever),
            (priced.calls(group),),
        )
    ]
