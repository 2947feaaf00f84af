"""`workbench compare`: which variant is better and how sure that is, for a run or for anybody's own scores. Asks no model."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.comparison import Comparison, Options
    from workbench.comparison.model import Rank

_FILE_ONLY = ("case", "variant", "score", "delimiter", "encoding", "sheet", "lower_is_better")


@click.command()
@click.argument("run_id", metavar="RUN", required=False)
@click.option("--csv", "file", type=click.Path(path_type=Path), help="Scores of your own instead of a run: CSV, JSONL or XLSX.")
@click.option("--case", help="The column that names the case; without it rows are not paired.")
@click.option("--variant", help="The column that names the variant.  [default: variant]")
@click.option("--score", help="The column of scores.  [default: score]")
@click.option("--lower-is-better", is_flag=True, help="The smaller score is the better one: errors, seconds, dollars.")
@click.option("--margin", type=click.FloatRange(0, min_open=True), help="A difference in score that is still as good, e.g. 0.03.")
@click.option("--baseline", metavar="NAME", help="Hold every other variant against this one; else all pairs are compared.")
@click.option("--missing", type=click.Choice(["left_out", "wrong"]), default="left_out", show_default=True, help="What no score counts as.")
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999, min_open=True),
    default=0.95,
    show_default=True,
    help="How sure intervals and outcomes are.",
)
@click.option("--delimiter", help="What separates columns, where the guess is wrong.")
@click.option("--encoding", help="The encoding of the file, where the guess is wrong.")
@click.option("--sheet", help="The sheet of a workbook; its first by default.")
@output.json_option
def compare(run_id: str | None, *, file: Path | None, as_json: bool, **asked: Any) -> None:
    """Say which variant is better, by how much, and how sure that is.

    RUN is the id of a run, or `latest`. With --csv the scores come from a file: one row a score, with the columns named by --variant,
    --score and --case. Exit code 0 where there is a winner or they are as good as each other, 3 where it is undecided.
    """
    if (run_id is None) == (file is None):
        raise click.UsageError("Name a run (or `latest`), or a file with --csv.")
    if file is None and (given := next((name for name in _FILE_ONLY if asked[name]), None)):
        raise click.UsageError(f"--{given.replace('_', '-')} goes with --csv.")
    if asked["lower_is_better"] and asked["missing"] == "wrong":
        raise click.UsageError("--missing wrong counts as 0, which is the best score with --lower-is-better.")
    from workbench.comparison.model import EQUIVALENT, WINNER, Options

    options = Options(level=asked["level"], margin=asked["margin"], baseline=asked["baseline"], missing=asked["missing"])
    found = _of_run(str(run_id), options) if file is None else _of_file(file, options, asked)
    from workbench.comparison import printed

    output.emit(printed.to_json(found), as_json, told(found))
    sys.exit(output.YES if found.outcome in (WINNER, EQUIVALENT) else output.UNDECIDED)


def told(found: "Comparison") -> str:
    """The comparison as a person reads it: the verdict, the numbers, the method, and what to know before trusting it."""
    cells, done = found.about.get("cells") or 0, found.about.get("done") or 0
    blocks = [f"Still running: {done:,} of {counted(cells, 'cell')}."] if found.about.get("state") == "running" else []
    blocks += [found.verdict, *(["\n".join(found.trade_offs)] if found.trade_offs else [])]
    if rows := _rows(found):
        blocks.append(output.table(rows, list(rows[0])))
    sections = {
        "Numbers": found.numbers,
        "What would change it": found.would_change,
        "To know before trusting it": [check.sentence for check in found.checks if not check.ok],
        "Method": found.method,
    }
    blocks += ["\n".join([name, *(f"  {said}" for said in sentences)]) for name, sentences in sections.items() if sentences]
    if len(found.names) > 2:
        blocks.append("\n".join(["Pairs", *(f"  {pair.verdict}" for pair in found.pairs if pair.metric == "score")]))
    return "\n\n".join(blocks)


def _rows(found: "Comparison") -> list[dict[str, Any]]:
    from workbench.comparison import wording

    order = {rank.variant: at for at, rank in enumerate(found.ranking)}  # by place, the best mean of a place first
    places = {rank.variant: _place(rank, found.ranking) for rank in found.ranking}
    level = wording.level(found.options.level)
    rows: list[dict[str, Any]] = []
    for metric in found.metrics:
        lines = [line for line in found.figures if line.metric == metric.name]
        if metric.name == "score":
            lines.sort(key=lambda line: order.get(line.variant, 0))
        for line in lines:
            low, high = (None if bound is None else wording.amount(bound, metric) for bound in (line.low, line.high))
            rows.append(
                {
                    "metric": metric.title,
                    "place": (places.get(line.variant) if line.count else "no score") if metric.name == "score" else None,
                    "variant": line.variant,
                    "n": f"{line.count:,}",
                    "mean": "" if line.mean is None else wording.amount(line.mean, metric),
                    f"{level} interval": "" if low is None or high is None else f"{low} to {high}",
                    "sd": "" if line.sd is None else wording.amount(line.sd, metric),
                    "median": "" if line.median is None else wording.amount(line.median, metric),
                }
            )
    return rows


def _place(rank: "Rank", ranking: "Sequence[Rank]") -> str:
    """1, or 1= where others share it; who has no score shares nothing."""
    shared = sum(other.place == rank.place and other.mean is not None for other in ranking) > 1
    return f"{rank.place}{'=' if shared else ''}"


def _of_run(run_id: str, options: "Options") -> "Comparison":
    from workbench import store
    from workbench.comparison import compare_run
    from workbench.runner import reading

    target = store.current()
    if run_id == "latest":
        newest = reading.page(target, limit=1)
        if not newest:
            output.fail("There are no runs.", "`workbench run REF --dataset NAME` makes one.")
        run_id = newest[0].id
    return compare_run(target, run_id, options)


def _of_file(file: Path, options: "Options", asked: dict[str, Any]) -> "Comparison":
    from workbench.comparison import scores_file, verdict
    from workbench.datasets import importing

    columns = scores_file.Columns(asked["variant"] or "variant", asked["score"] or "score", asked["case"])
    how = importing.Options(sheet=asked["sheet"], delimiter=asked["delimiter"], encoding=asked["encoding"])
    scores = scores_file.read(file, columns, options=how, higher_is_better=not asked["lower_is_better"])
    for note in scores.notes:
        output.say(note)
    if not scores.paired:
        output.say("Not paired. Where the same cases were scored under every variant, name their column with --case: that shows far more.")
    return verdict.compare_file(scores, options, about={"file": str(file)})
