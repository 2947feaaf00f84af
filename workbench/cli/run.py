"""`workbench run`: versions on a dataset, quoted, watched and compared. It asks nothing; what is not the result goes to stderr."""

import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.errors import InputError
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.comparison import Summary
    from workbench.runner.quote import Quote
    from workbench.runner.reading import Run
    from workbench.runner.spec import RunSpec, Variant
    from workbench.store import Store


_LINE_S = 10.0  # a line of progress this often where there is no terminal
_STOP_S = 10.0
_LOOKED_AT = 200  # cases that tell whether a dataset has expected replies


def _retry(text: str) -> str:
    """`text` where it is a retry policy; a usage error where it is none."""
    from workbench.calls import retry

    try:
        retry.named(text)
    except InputError as error:
        raise click.BadParameter(f"{error} {error.hint}".strip()) from error
    return text


@click.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--dataset", required=True, help="The dataset whose cases are run.")
@click.option("--model", "models", multiple=True, metavar="P/M", help="provider/model; repeat for several. Default: the version's own.")
@click.option("--limit", type=click.IntRange(1), help="At most so many cases: the first ones, or a sample with --seed.")
@click.option("--seed", type=int, help="Draw the cases of --limit at random with this seed.")
@click.option("--split", help="Only the cases of this split.")
@click.option(
    "--score",
    metavar="NAME:COLUMN",
    help="How replies are scored, e.g. equals:label. Default: equals the expected reply, or else a column `label`.",
)
@click.option("--repeats", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask every cell so often.")
@click.option("--concurrency", type=click.IntRange(1, 500), help="Calls at once at each provider. Default: 8, local model 2.")
@click.option("--cap-usd", type=click.FloatRange(0), help="Stop before more than this is spent.")
@click.option("--rpm", type=click.IntRange(1), help="At most so many requests a minute.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0, 3600, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds a request may take.",
)
@click.option(
    "--retry",
    default="runs",
    show_default=True,
    metavar="PRESET|SETTINGS",
    callback=lambda _context, _option, text: _retry(text),
    help="runs (9, from 0.25 s to 5 s), classic (3, from 1 s to 60 s), none, or retries=3,base=1,factor=2,cap=60,jitter=off.",
)
@click.option("--reuse", is_flag=True, help="Take replies of identical cells from earlier runs.")
@click.option("--until-decided", is_flag=True, help="End the run as soon as its scores say which variant is best.")
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="A difference in score, 0.03 say, below which two variants are as good as each other: that decides, too.",
)
@click.option("--name", default="", help="What to call the run.")
@output.json_option
def run(refs: tuple[str, ...], models: tuple[str, ...], seed: int | None, as_json: bool, **asked: Any) -> None:
    """Run the versions REF... (intent@1, intent@production) on a dataset and compare them.

    The quote and the progress go to stderr. Exit code 0 where the run reached its end or was decided before it, 1 otherwise.
    """
    from workbench import store
    from workbench.runner import plan, worker
    from workbench.runner.spec import RunSpec, variants_from

    target = store.current()
    variants = tuple(variants_from(target, refs, models))
    if not asked["score"] and (score := _default_score(target, asked["dataset"], variants)):
        asked["score"] = score
        output.say(f"Scored by {score}.")
    spec = RunSpec(variants=variants, sample_seed=seed, **asked)
    output.say(quoted(plan.quote(target, spec), spec))
    run_id = plan.plan(target, spec)
    worker.start(target, run_id)
    follow(target, run_id, as_json=as_json)


def follow(store: "Store", run_id: str, *, as_json: bool) -> None:
    """Show the progress of a run of this process until it ends, print what came of it, and leave with its exit code."""
    from workbench.comparison import summarise
    from workbench.runner import reading, worker

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    shown = _Progress()
    try:
        while not worker.wait(run_id, 0.2):
            shown.update(store, run_id)
    except KeyboardInterrupt:
        worker.stop(store, run_id)
        worker.wait(run_id, _STOP_S)
    finally:
        signal.signal(signal.SIGTERM, before)
    shown.clear()
    ended = reading.get(store, run_id)
    summary = summarise(store, run_id)
    said = "" if as_json else "\n\n".join([told(summary), *verdict(store, ended)])
    output.emit({**summary.to_json(), **_saved(ended)}, as_json, said)
    if ended.state not in reading.ANSWERED:
        output.fail(ended.error or f"The run was {ended.state}.", f"Go on with it: workbench runs resume {run_id}")
    if ended.failed:
        why = ended.error or f"See them: workbench runs cells {run_id} --status error."
        output.say(f"{counted(ended.failed, 'cell')} failed. {why}\nTry them again: workbench runs retry-failed {run_id}")
    sys.exit(output.YES)


def verdict(store: "Store", run: "Run") -> list[str]:
    """The verdict on a run that compared something, and whether it was decided where it was to stop then."""
    from workbench.comparison import compare_run
    from workbench.comparison.model import UNDECIDED

    if len(run.variants) < 2 or not run.ok:
        return []
    found = compare_run(store, run.id)
    asked = run.plan.until_decided and run.plan.decision is None and run.state == "finished"
    when = "Not decided" if found.outcome == UNDECIDED else "Decided at the end"
    return [f"{when}: all cases were asked. {found.verdict}" if asked else found.verdict]


def quoted(quote: "Quote", spec: "RunSpec") -> str:
    """The quote as a person reads it, with everything to be known before."""
    about = "≈ " if quote.estimated else ""
    cost = "no known price" if quote.cost_usd_low is None else _range(float(quote.cost_usd_low), float(quote.cost_usd_high or 0), _usd)
    said = _range(quote.output_tokens_low, quote.output_tokens_high, lambda n: f"{n:,.0f}")
    took = _range(quote.seconds_low, quote.seconds_high, _seconds)
    lines = [
        f"{counted(quote.calls, 'call')}: {about}{quote.input_tokens:,} tokens in, {said} out; {cost}; {took}"
        + (f"; {counted(quote.reusable, 'cell')} reused" if quote.reusable else "")
    ]
    if quote.simulated:
        lines.append("Simulated: replies of the simulated provider say nothing about a real model.")
    if spec.score is None:
        lines.append("Not scored: the dataset has no expected replies. Add --score equals:COLUMN to compare by score.")
    return "\n".join([*lines, *quote.warnings])


def told(summary: "Summary") -> str:
    """The summary as tables."""
    run = summary.run
    rows = [
        {
            "variant": item.name + (" (simulated)" if column.provider == "simulated" else ""),
            "n": item.n,
            "score": "" if item.score is None else f"{item.score:.1%}",
            "95 % interval": "" if item.low is None or item.high is None else f"{item.low:.1%} to {item.high:.1%}",
            "p50": _ms(item.latency_p50_ms),
            "p95": _ms(item.latency_p95_ms),
            "tokens in/out": f"{item.input_tokens:,}/{item.output_tokens:,}",
            "cost": "unknown" if item.cost_usd is None else _usd(item.cost_usd),
            "failed": item.failed,
        }
        for item, column in zip(summary.variants, run.variants, strict=True)
    ]
    counts = f"{run.ok:,} of {counted(run.total, 'cell')} answered, {run.failed:,} failed, {counted(run.retries, 'retry', 'retries')}"
    counts += f", {run.reused:,} taken from earlier runs" if run.reused else ""
    blocks = [
        f"{run.name}: {run.state}, {counts}, {run.wall_s:.1f} s.",
        *([f"{early(run)}. To go on to the end: workbench runs resume {run.id}"] if run.decided_after else []),
        output.table(rows, list(rows[0])),
    ]
    if summary.pairs:
        pairs = [
            {
                "pair": f"{pair.b} - {pair.a}",
                "n": pair.n,
                "difference": f"{pair.difference:+.1%}",
                "95 % interval": f"{pair.low:+.1%} to {pair.high:+.1%}",
                "p": f"{pair.p:.3g}",
                "test": pair.test,
            }
            for pair in summary.pairs
        ]
        blocks.append(output.table(pairs, list(pairs[0])))
    return "\n\n".join([*blocks, f"Run {run.id}"])


class _Progress:
    """Progress on stderr: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next_s = time.monotonic() + (0 if self._terminal else _LINE_S)

    def update(self, store: "Store", run_id: str) -> None:
        """Show where the run stands, if it is time to."""
        from workbench.runner import reading

        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + (0.5 if self._terminal else _LINE_S)
        line = progress(reading.get(store, run_id))
        if self._terminal:
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        else:
            output.say(line)

    def clear(self) -> None:
        """Leave the line to what comes next."""
        if self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)


def progress(run: "Run") -> str:
    """Where a run stands, in a line."""
    parts = [f"{run.done:,}/{run.total:,}"]
    parts += [f"{run.failed:,} failed"] if run.failed else []
    parts += [_usd(float(run.spent_usd))] if run.spent_nano else []
    parts += [f"{_seconds(run.eta_s)} left"] if run.eta_s else []
    return ", ".join(parts)


def early(run: "Run") -> str:
    """What deciding the run early saved, in a sentence without its full stop."""
    money = f" and about {_usd(float(run.saved_usd))}" if run.saved_usd else ""
    return f"Decided after {run.decided_after:,} of {counted(run.plan.cases, 'case')}: {counted(run.saved_calls, 'call')}{money} saved"


def _saved(run: "Run") -> dict[str, Any]:
    """What `--json` says beyond the summary of a run that might have ended early."""
    if not run.plan.until_decided:
        return {}
    return {"saved_calls": run.saved_calls, "saved_usd": None if run.saved_usd is None else float(run.saved_usd)}


def _default_score(store: "Store", dataset: str, variants: "Sequence[Variant]") -> str | None:
    """The expected replies, or else a column of a name that means them and that no prompt reads."""
    from workbench.assertions import EXPECTED
    from workbench.datasets import registry
    from workbench.prompts import rendering

    if any(case.expected for case in registry.cases(store, dataset, limit=_LOOKED_AT)):
        return f"equals:{EXPECTED}"
    read = {name for variant in variants for name in rendering.variables(variant.content, variant.partials)}
    columns = registry.get(store, dataset).columns
    return next((f"equals:{name}" for name in (EXPECTED, "label") if name in columns and name not in read), None)


def _range(low: float, high: float, write: Any) -> str:
    first, last = write(low), write(high)
    return first if first == last else f"{first} to {last}"


def _usd(value: float) -> str:
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.2g}" if value >= 0.0001 else "under $0.0001"


def _seconds(value: float) -> str:
    if value < 1:
        return "under 1 s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms"
