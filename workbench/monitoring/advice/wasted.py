"""Failed calls that were paid for: what was cut off, refused or malformed, and cost money all the same."""

from collections.abc import Iterator
from decimal import Decimal

from workbench.monitoring.advice.kinds import AT_MOST, Link, Recommendation, Worth, address, advice, key, moment, named, percent
from workbench.monitoring.advice.looked import FREE, Looked
from workbench.text.counting import counted

LEAST = 20


@advice("wasted", 50, "Failed calls that were paid for", f"at least {LEAST} failed calls of a prompt that have a cost")
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each prompt and type of error that costs money, the dearest first."""
    sums: dict[tuple[str, str], list[int]] = {}
    whole: dict[str, int] = {}
    for cell in looked.outcomes:
        prompt, outcome = str(cell.key["prompt"] or ""), str(cell.key["outcome"])
        if cell.key["provider"] in FREE:
            continue
        whole[prompt] = whole.get(prompt, 0) + cell.cost_nano
        if outcome and cell.cost_nano > 0:
            mine = sums.setdefault((prompt, outcome), [0, 0])
            mine[0] += cell.calls
            mine[1] += cell.cost_nano
    found = [(nano, calls, prompt, outcome) for (prompt, outcome), (calls, nano) in sums.items() if calls >= LEAST]
    for nano, calls, prompt, outcome in sorted(found, key=lambda one: (-one[0], one[2], one[3]))[:AT_MOST]:
        whose = named(prompt) if prompt else "calls without a prompt"
        usd = Decimal(nano).scaleb(-9)
        said = f"{counted(calls, 'call')} ended as {outcome.replace('_', ' ')} in {counted(round(looked.days), 'day')}"
        yield Recommendation(
            "wasted",
            key("wasted", prompt, outcome),
            f"Stop paying for {outcome.replace('_', ' ')} errors of {whose}",
            (f"{said} and cost ${usd:,.2f}: {percent(nano / max(1, whole[prompt]))} of what it cost in all.",),
            calls,
            Worth(
                usd=(usd * Decimal(repr(looked.monthly))).quantize(Decimal("0.000001")),
                how=f"What these calls cost as billed, in {counted(round(looked.days), 'day')}, as of 30 days.",
            ),
            "Counted as billed.",
            Link(
                "See the calls",
                "calls",
                {"status": "error", "error": address(outcome), "since": moment(looked.since_ms)}
                | ({"prompt": address(prompt)} if prompt else {}),
            ),
        )
