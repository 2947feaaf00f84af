"""What came out of a run, variant by variant: scores, slices, failing cases with their texts, errors, cost and latency."""

from typing import TYPE_CHECKING

from workbench.comparison import by_tag, wording
from workbench.comparison.by_tag import SURE, TagFigures
from workbench.comparison.summary import Summary, VariantSummary
from workbench.export import figures
from workbench.export.model import Block, Chart, Code, Heading, Line, Paragraph, Table, inline
from workbench.export.reports import blocks
from workbench.runner import cells, failing
from workbench.runner.reading import Run

if TYPE_CHECKING:
    from workbench.runner.cells import CellDetail
    from workbench.store import Store

MOST_CASES = 10
_VARIANTS = 3  # failing replies shown of a case
_LONGEST = 2_000  # characters of a text
_MOST_TAGS = 40


def results(found: Summary) -> Table:
    """Cases, score with its interval, answered and failed cells of each variant."""
    rows = [
        [
            blocks.words(one.name),
            blocks.figure(one.n, "count"),
            blocks.bounded(one.score, one.low, one.high, "share"),
            blocks.figure(one.ok, "count"),
            blocks.figure(one.failed, "count"),
        ]
        for one in found.variants
    ]
    return blocks.table(["Variant", "Cases>", "Score>", "Answered>", "Failed>"], rows, "Intervals are 95 %.")


def chart(found: Summary) -> Chart | None:
    """The scores with their intervals; None where none is scored."""
    scored = [one for one in found.variants if one.score is not None]
    if not scored:
        return None
    line = Line("score", tuple(one.score for one in scored), tuple(one.low for one in scored), tuple(one.high for one in scored))
    said = "; ".join(f"{one.name}: {figures.share(one.score, one.low, one.high)}" for one in scored)
    n = max(one.n for one in scored)
    return Chart("bars", "Mean score", "share", tuple(one.name for one in scored), (line,), n=n, note="Bars: 95 % intervals.", alt=said)


def costs(found: Summary) -> Table:
    """Latency, tokens and money of each variant."""
    rows = []
    for one in found.variants:
        priced = one.ok - one.unpriced
        rows.append(
            [
                blocks.words(one.name),
                blocks.figure(one.ok, "count"),
                blocks.figure(one.latency_p50_ms, "ms"),
                blocks.figure(one.latency_p95_ms, "ms"),
                blocks.figure(one.input_tokens / one.ok if one.ok else None, "tokens"),
                blocks.figure(one.output_tokens / one.ok if one.ok else None, "tokens"),
                blocks.figure(None if one.cost_usd is None or not priced else one.cost_usd / priced, "usd"),
                blocks.figure(one.cost_usd if one.ok or one.failed else None, "usd"),
            ]
        )
    columns = ["Variant", "Replies>", "p50>", "p95>", "Tokens in>", "Tokens out>", "Cost a reply>", "Cost>"]
    left = "; ".join(f"{wording.counted(one.unpriced, 'reply', 'replies')} of {one.name}" for one in found.variants if one.unpriced)
    return blocks.table(
        columns, rows, "Over replies; tokens are means." + (f" Without a known price, and in no cost: {left}." if left else "")
    )


def said(one: VariantSummary) -> str:
    """A variant in a sentence."""
    if one.score is None:
        what = f"{one.name}: {figures.counted(one.ok, 'reply', 'replies')}, no score"
    else:
        what = f"{one.name}: {figures.share(one.score, one.low, one.high)} on {figures.counted(one.n, 'case')}"
    failed = f", {wording.counted(one.failed, 'cell')} failed" if one.failed else ""
    return f"{what}{failed}."


def slices(found: tuple[TagFigures, ...]) -> Table | None:
    """Scores by tag, with what the other cases scored; None where no tag has enough cases."""
    if not found:
        return None
    rows = [
        [
            blocks.words(one.tag, code=True),
            blocks.words(one.variant),
            blocks.figure(one.n, "count"),
            blocks.bounded(one.mean, one.low, one.high, "share"),
            blocks.figure(one.rest, "share"),
            blocks.words(_reads(one)),
        ]
        for one in found[:_MOST_TAGS]
    ]
    left = f"{wording.counted(len(found) - _MOST_TAGS, 'more row is', 'more rows are')} left out." if len(found) > _MOST_TAGS else ""
    return blocks.table(["Tag", "Variant", "Cases>", "Score>", "Other cases>", "Reads"], rows, left)


def _reads(one: TagFigures) -> str:
    if one.p_adjusted is None or one.rest is None:
        return "not tested"
    if one.weak:
        return "weaker here"
    return "stronger here" if one.p_adjusted < SURE and one.mean > one.rest else "no clear difference"


def tags(store: "Store", run: Run) -> tuple[TagFigures, ...]:
    """Scores by tag; weak ones first, the lowest first among them."""
    found = by_tag.of_run(store, run.id) if run.plan.score is not None else ()
    return tuple(sorted(found, key=lambda one: (not one.weak, one.mean if one.weak else 0.0)))


def errors(store: "Store", found: Summary) -> Table | None:
    """Errors by variant and type, as a share of the variant's finished cells; None where no cell failed."""
    counted = failing.errors(store, found.run.id)
    if not counted:
        return None
    names = {one.position: one.name for one in found.run.variants}
    cells_of = {at: one.ok + one.failed for at, one in enumerate(found.variants)}
    rows = [
        [
            blocks.words(names.get(one.variant, str(one.variant))),
            blocks.words(one.error_type, code=True),
            blocks.figure(one.n, "count"),
            blocks.figure(one.n / cells_of[one.variant], "share"),
        ]
        for one in counted
    ]
    return blocks.table(["Variant", "Error", "Cells>", "Share>"], rows, "As a share of the finished cells of the variant.")


def failures(store: "Store", run: Run, *, most: int = MOST_CASES) -> tuple[int, tuple[Block, ...]]:
    """How many cases failed, and the worst of them with their texts, worst first."""
    total, found = failing.worst(store, run.id, limit=most, upto=run.decided_after)
    made: list[Block] = []
    for one in found:
        shown = [cells.cell(store, run.id, variant, one.position, repeat) for variant, repeat in one.worst[:_VARIANTS]]
        made += _case(one, shown, len(one.worst))
    return total, tuple(made)


def _case(one: failing.Failing, shown: "list[CellDetail]", failed: int) -> list[Block]:
    first = shown[0]
    about = [f"Mean score over all its cells {figures.share(one.mean)}"]
    about += [f"tagged {', '.join(first.tags)}"] if first.tags else []
    about += (
        [f"{wording.counted(failed, 'variant')} failed it, {wording.counted(len(shown), 'of them is', 'of them are')} shown"]
        if failed > len(shown)
        else []
    )
    made: list[Block] = [Heading(4, inline(f"Case {one.position + 1}")), Paragraph(inline(f"{'; '.join(about)}."))]
    made += [Code(clipped(text), caption=f"Input: {name}") for name, text in first.inputs.items()]
    made += [Code(clipped(first.expected), caption="Expected")] if first.expected is not None else []
    return made + [_reply(each) for each in shown]


def _reply(detail: "CellDetail") -> Code:
    cell = detail.cell
    score = "" if cell is None or cell.score is None else f", score {figures.share(cell.score)}"
    why = "" if cell is None else cell.score_reason or (f"{cell.error_type}: {cell.error_message}" if cell.error_type else "")
    caption = f"{detail.variant.name}{score}{f': {clipped(why, 300)}' if why else ''}"
    if detail.reply is None:
        return Code("(no reply)" if cell is not None and cell.status == "error" else "(the reply's text is not kept)", caption=caption)
    return Code(clipped(detail.reply), caption=caption)


def clipped(text: str, longest: int = _LONGEST) -> str:
    """The text, cut after so many characters with how many more there are."""
    return text if len(text) <= longest else f"{text[:longest]} … ({wording.counted(len(text) - longest, 'more character')})"
