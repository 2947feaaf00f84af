"""`workbench cost optimise`: the cheapest plan that keeps a scenario's limits, or why there is none. Asks no model; writes nothing."""

import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.cost.optimiser import Plan
    from workbench.cost.outcome import Outcome

_CACHES = {"off": "no cache", "exact": "exact cache", "semantic": "semantic cache", "exact+semantic": "exact cache, then a semantic one"}


@click.command()
@click.argument("name", metavar="FILE|NAME")
@click.option("--frontier", "with_frontier", is_flag=True, help="Also the cheapest plan for each quality that can be had.")
@click.option("--points", type=click.IntRange(2, 200), default=20, show_default=True, help="Plans on the frontier.")
@output.json_option
def optimise(name: str, *, with_frontier: bool, points: int, as_json: bool) -> None:
    """The cheapest plan that keeps a scenario's limits.

    FILE is a scenario document (.yaml, .yml, .json); NAME one that is kept, or that ships with the program. Decided are the models
    for each class, which of the scenario's caches stand, and what goes in batches; its other levers stay. Every assumption that the
    plan rests on is printed. Exit code 3 where no plan keeps all limits: it is said which exclude each other, and by how much.
    """
    from workbench import store
    from workbench.cli.cost_scenario import in_file, open_scenario
    from workbench.cost import frontier, optimising, working

    target = store.current()
    scenario = open_scenario(target, name)
    with in_file(name):
        plan = optimising.optimise(target, scenario)
        outcome = working.work_out(target, plan.scenario or scenario)
        plans = frontier.frontier(target, scenario, points) if with_frontier else ()
    output.emit(_document(plan, outcome, plans), as_json, "" if as_json else _told(plan, outcome, plans))
    if not plan.feasible:
        sys.exit(output.UNDECIDED)


def _document(plan: "Plan", outcome: "Outcome", plans: "tuple[Plan, ...]") -> dict[str, Any]:
    from workbench.cost import comparing, document
    from workbench.cost.printed import number

    before, after, now = outcome.before, outcome.after, comparing.total(outcome.before)
    found: dict[str, Any] = {
        "name": outcome.scenario.name,
        "feasible": plan.feasible,
        **_plan(plan),
        "usd_p5": number(after.usd.low) if plan.feasible else None,
        "usd_p95": number(after.usd.high) if plan.feasible else None,
        "now": {
            "usd": number(now.value) if now else None,
            "unpriced_calls": number(before.unpriced_calls),
            "quality": number(before.quality.value),
            "latency_p95_ms": _ms(before.latency.p95_ms),
        },
        "binding": [
            {
                "name": each.name,
                "limit": number(each.limit),
                "reached": number(each.reached),
                "worth_usd": number(each.worth_usd),
                "unit": number(each.unit),
                "text": each.text,
            }
            for each in plan.binding
        ],
        "conflict": list(plan.conflict),
        "notes": _notes(plan, outcome),
        "assumptions": [vars(each) for each in plan.assumptions],
        "seconds": round(plan.seconds, 3),
        "scenario": document.to_json(outcome.scenario),
    }
    if plans:
        found["frontier"] = [_plan(each) | {"latency_p95_limit_ms": _limit(each)} for each in plans]
    return found


def _plan(plan: "Plan") -> dict[str, Any]:
    from workbench.cost.printed import number

    return {
        "usd": number(plan.usd),
        "quality": number(plan.quality),
        "latency_p50_ms": _ms(plan.p50_ms),
        "latency_p95_ms": _ms(plan.p95_ms),
        "shares": {klass: {model: number(share) for model, share in row.items()} for klass, row in plan.shares.items()},
        "cache": plan.cache if plan.feasible else None,
        "batch": {klass: number(share) for klass, share in plan.batch.items()},
    }


def _told(plan: "Plan", outcome: "Outcome", plans: "tuple[Plan, ...]") -> str:
    from workbench.cost import comparing
    from workbench.cost.amounts import ranged, told

    before, total = outcome.before, comparing.total(outcome.before)
    without = f" without {told(before.unpriced_calls, 'calls')} unpriced calls" if total and before.unpriced_calls else ""
    usd = f"{told(total.value, 'usd')} a month{without}" if total else "unpriced"
    now = f"Now: {usd}, {_gives(before.quality.value, before.latency.p95_ms)}"
    blocks = ["\n".join(filter(None, [outcome.scenario.name, outcome.traffic])), now]
    if plan.feasible:
        blocks += [
            f"Cheapest plan: {ranged(outcome.after.usd)} a month, {_gives(plan.quality, plan.p95_ms)}",
            output.table(_rows(plan), ["class", "model", "share", "in batches"]),
            f"Cache: {_CACHES.get(plan.cache, plan.cache)}",
        ]
    blocks += _listed("No plan keeps all limits" if not plan.feasible else "", plan.conflict)
    blocks += _listed("What the limits cost", [each.text for each in plan.binding])
    blocks += _listed("Worth knowing", _notes(plan, outcome))
    blocks += _listed("Frontier", [_point(each) for each in plans])
    blocks += _listed("Assumptions", [f"{each.name}: {each.value} ({each.source})" for each in plan.assumptions])
    return "\n\n".join([*blocks, *(["The range is p5 to p95."] if plan.feasible else [])])


def _notes(plan: "Plan", outcome: "Outcome") -> list[str]:
    """What the plan leaves out, and where its range passes the limit on spend that its figure keeps."""
    from workbench.cost.amounts import told

    most, high = outcome.scenario.limits.usd_per_month, outcome.after.usd.high
    over = plan.feasible and most is not None and high is not None and high > most
    return [*plan.notes, *([f"The range reaches {told(high, 'usd')} a month, over the limit of {told(most, 'usd')}."] if over else [])]


def _rows(plan: "Plan") -> list[dict[str, Any]]:
    from workbench.cost.amounts import told

    return [
        {"class": klass, "model": model, "share": told(share, "share"), "in batches": _batched(plan, klass)}
        for klass, row in plan.shares.items()
        for model, share in row.items()
    ]


def _batched(plan: "Plan", klass: str) -> str:
    from workbench.cost.amounts import told

    return told(plan.batch[klass], "share") if klass in plan.batch else "no"


def _point(plan: "Plan") -> str:
    from workbench.cost.amounts import told

    split = [f"{klass} {_mix(row)}" for klass, row in plan.shares.items()]
    return f"{told(plan.usd, 'usd')}, {_gives(plan.quality, plan.p95_ms)}: {_CACHES.get(plan.cache, plan.cache)}; {'; '.join(split)}"


def _mix(row: "Mapping[str, Decimal]") -> str:
    from workbench.cost.amounts import told

    return " + ".join(model if share == 1 else f"{told(share, 'share')} {model}" for model, share in row.items())


def _gives(quality: Decimal | None, p95_ms: float | None) -> str:
    from workbench.cost.amounts import told

    return f"quality {told(quality, 'share')}, p95 {_time(p95_ms)}"


def _time(ms: float | None) -> str:
    from workbench.cost.amounts import told

    return told(None if ms is None else Decimal(ms), "ms")


def _ms(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)


def _limit(plan: "Plan") -> int | None:
    return plan.scenario.limits.latency_p95_ms if plan.scenario else None


def _listed(title: str, sentences: "list[str] | tuple[str, ...]") -> list[str]:
    return ["\n".join([title, *(f"  {said}" for said in sentences)])] if sentences else []
