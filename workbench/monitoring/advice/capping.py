"""Cap this output: a few replies are far longer than all others, and a cap at what 95 % of them need would save what lies above it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.monitoring.advice.kinds import AT_MOST, Link, Recommendation, advice, key, named, percent
from workbench.monitoring.advice.looked import Group, Looked, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_CALLS, LEAST_CUT, LEAST_SHARE = 200, 10, 0.08
_SHARE = 0.95
_SHOWN = 3


@advice(
    "cap",
    30,
    "Cap long replies",
    f"at least {LEAST_CALLS} replies of a prompt, of which one in twenty holds over {percent(LEAST_SHARE, 0)} of all output "
    "tokens above what the others need (replies whose lengths fall off evenly hold less)",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each prompt with a long tail of output, those worth most first."""
    tried: list[tuple[float, Group, int, NDArray[Any]]] = []
    for group in looked.by_prompt:
        output = tokens(group.columns, "output") * group.columns.ok
        if group.columns.ok.sum() < LEAST_CALLS:
            continue
        cap = _cap(output[group.columns.ok])
        above = (output - cap).clip(0)
        if (above > 0).sum() >= LEAST_CUT and above.sum() >= LEAST_SHARE * output.sum():
            tried.append((float((above * looked.usd(group, "output")).sum()), group, cap, output))
    for usd, group, cap, output in sorted(tried, key=lambda one: -one[0])[:AT_MOST]:
        if usd > 0:
            yield _made(looked, group, cap, output)


def _cap(output: "NDArray[Any]") -> int:
    """The 95th percentile, rounded up to two digits."""
    import numpy as np

    at = max(1, int(np.ceil(np.quantile(output, _SHARE))))
    step = int(10 ** max(0, len(str(at)) - 2))
    return int(-(-at // step) * step)


def _made(looked: Looked, group: Group, cap: int, output: "NDArray[Any]") -> Recommendation:
    import numpy as np

    from workbench.cost.model import OutputCap
    from workbench.monitoring.advice import priced
    from workbench.stats import wilson

    ok = group.columns.ok
    lever = OutputCap(cap, prompt=group.prompt)
    done = priced.outcome(looked, group, lever, priced.traffic(looked, group))
    cut, asked = int((output > cap).sum()), int(ok.sum())
    saved, longest = int((output - cap).clip(0).sum()), np.argsort(-output, kind="stable")[:_SHOWN]
    bounds = wilson(cut, asked)
    share = saved / int(output.sum())
    middle, most = int(np.median(output[ok])), int(output.max())
    lengths = f"Half of {asked:,} replies have at most {middle:,} output tokens, 95 % at most {cap:,}; the longest has {most:,}."
    would = f"{cut:,} replies ({percent(cut / asked)}, 95 % interval {percent(bounds.low)} to {percent(bounds.high)}) would be cut"
    return Recommendation(
        "cap",
        key("cap", *sorted(group.filters.items())),
        f"End the replies of {named(group.name)} after {cap:,} tokens",
        (lengths, f"{would}; what they have above it is {percent(share)} of all output tokens."),
        asked,
        priced.worth(done, f"{saved:,} output tokens above {cap:,} in {looked.stretch}, at today's prices, for 30 days."),
        "The lengths are measured. Whether a cut reply still serves is not known: look at the longest ones first.",
        priced.whatif(group, lever),
        tuple(_example(group, output, at) for at in longest.tolist()),
    )


def _example(group: Group, output: "NDArray[Any]", at: int) -> Link:
    return Link(f"A reply of {int(output[at]):,} tokens", "calls", {"call": str(int(group.columns.call_id[at]))})
