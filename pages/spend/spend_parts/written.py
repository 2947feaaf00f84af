"""The report of Spend as a page of Markdown. Pure text; what people and models named is escaped and reads as it was written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pages.parts import format as fmt
from pages.spend.spend_parts import wording
from pages.spend.spend_parts.facts import Facts
from workbench.cost.exporting.markdown_file import literal, table
from workbench.cost.projection import Projection, Solved
from workbench.ledger.spend import Sums

_HEADER = ("Calls", "Input tokens", "Output tokens", "Cost", "A call", "An answered call", "Unpriced calls")


@dataclass(frozen=True)
class About:
    """What a report is about: `name` in the name of its file, `period` and `of` in words (`of` empty: everything)."""

    name: str
    period: str
    of: str = ""


def report(facts: Facts, about: About, ahead: Projection | None, cases: Sequence[Solved]) -> str:
    """The page, ending in a newline."""
    blocks = [
        f"# Spend, {literal(about.period)} (UTC)",
        *([f"Only {literal(about.of)}."] if about.of else []),
        "\n".join(f"- {literal(line)}" for line in _sentences(facts, ahead, cases)),
        "## By model",
        _table("Model", facts, facts.models, lambda one: one.full_model),
        "## By prompt",
        _table("Prompt", facts, facts.prompts, lambda one: one.prompt or wording.NO_PROMPT),
    ]
    return "\n\n".join(blocks) + "\n"


def _sentences(facts: Facts, ahead: Projection | None, cases: Sequence[Solved]) -> Iterable[str]:
    total = facts.total
    yield f"Spent: {fmt.usd(total.cost_nano)} in {wording.calls(total.calls)}, {total.ok:,} of them answered."
    if total.unpriced:
        yield f"Unpriced: {wording.calls(total.unpriced)}, in no sum here."
    if ahead is not None and ahead.projected is not None:
        shown = f"{fmt.usd(ahead.projected.value)} ({wording.span(ahead.projected)}, p5 to p95)"
        yield f"{wording.month(ahead.since_ms)} comes to {shown}. {ahead.note}"
    if cases and cases[0].usd_per_solved is not None:
        yield f"A solved case of scored runs: {fmt.usd(cases[0].usd_per_solved)} ({cases[0].solved:,} of {cases[0].cases:,} solved)."


def _table(heading: str, facts: Facts, rows: Sequence[Any], name: Callable[[Any], str]) -> str:
    lines = [[literal(name(one)), *_cells(one)] for one in rows]
    return table([heading, *_HEADER], [*lines, ["**Total**", *_cells(facts.total)]])


def _cells(sums: Sums) -> list[str]:
    known = sums.unpriced < sums.ok or sums.cost_nano or not sums.ok
    cost = fmt.usd(sums.cost_nano) if known else "unpriced"
    money = [cost, *(fmt.usd(each) for each in (sums.usd_per_call, sums.usd_per_ok))]
    counts = [f"{each:,}" for each in (sums.calls, sums.input_tokens, sums.output_tokens)]
    return [*counts, *(each.replace("$", r"\$") for each in money), f"{sums.unpriced:,}"]
