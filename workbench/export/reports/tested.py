"""What a run has tested and how: its variants, its cases, what checked the replies, and everything that was taken for granted."""

import json
from typing import TYPE_CHECKING

from workbench.assertions import base as assertions
from workbench.errors import InputError, NotFound
from workbench.export import figures
from workbench.export.model import Code, Table
from workbench.export.reports import blocks
from workbench.export.sources import Source, source
from workbench.runner import cells
from workbench.runner.reading import Run

if TYPE_CHECKING:
    from workbench.store import Store

STATES = {
    "planned": "The run is planned and has not begun.",
    "running": "The run is still at work: figures are those so far.",
    "interrupted": "The run was interrupted: figures are those so far. `workbench runs resume {id}` goes on with it.",
    "stopped": "The run was stopped before its end: figures are those of the cells that had finished.",
    "capped": "The run ended at its spending cap: figures are those of the cells that had finished.",
    "decided": "The run ended early, because its scores said enough.",
    "failed": "The run failed: figures are those of the cells that had finished.",
    "finished": "",
}
_CASES_TYPED = "cases typed in"


def dataset(run: Run) -> str:
    """The dataset with revision and hash; that the cases were typed in where there was none."""
    named = run.plan.dataset
    if not named:
        return _CASES_TYPED
    parts = [str(named.get("name") or run.dataset or "")]
    parts += [f"revision {named['revision']}"] if named.get("revision") is not None else []
    parts += [f"hash {str(named['hash'])[:12]}"] if named.get("hash") else []
    return ", ".join(parts)


def variants(store: "Store", run: Run) -> Table:
    """Name, version, label, model, parameters and content hash of each variant."""
    rows = []
    for one in run.variants:
        content = _content(store, run, one.position)
        rows.append(
            [
                blocks.words(one.name),
                blocks.words("a draft" if one.prompt is None else f"{one.prompt}@{one.version}" if one.version is not None else one.prompt),
                blocks.words(one.label or "none"),
                blocks.words(one.full_model),
                blocks.words(content[0]),
                blocks.words(content[1], code=True),
            ]
        )
    return blocks.table(["Variant", "Version", "Label then", "Model", "Parameters", "Content hash"], rows)


def scoring(run: Run) -> tuple[str, str, Code | None]:
    """What checks a reply: the assertion's name, what it says of itself, its definition as it is written. Empty where nothing did."""
    raw = run.plan.score
    if raw is None:
        return "", "", None
    definition = Code(json.dumps(dict(raw), indent=2, ensure_ascii=False, sort_keys=True), "json", "The assertion as the run kept it")
    try:
        made = assertions.from_json(raw)
    except InputError:  # of a later or an earlier version of the program
        return str(raw.get("name", "")), "", definition
    about = " ".join((type(made).__doc__ or "").split())
    return made.name, about, definition


def assumptions(run: Run) -> Table:
    """Everything the figures rest on that is nobody's measurement: how the run was planned, and how its cells are counted."""
    plan = run.plan
    rows: list[tuple[str, str]] = [
        ("Cases", _cases(run)),
        (
            "Repeats of a case",
            f"{plan.repeats}; averaged, they are not more cases" if plan.repeats > 1 else "1: how much replies vary is not seen",
        ),
        ("Cells that failed", "have no score and are left out of it; they are counted as failed"),
        ("Retries", f"by {plan.retry}; {run.retries:,} were needed"),
        ("Timeout", f"{plan.timeout_s:g} s a request"),
        ("Replies", f"{run.reused:,} of {run.done:,} taken from earlier runs of the same request" if plan.reuse else "all asked anew"),
        (
            "Cost",
            "the price on the day of each call"
            + (f"; {figures.counted(run.unpriced, 'reply has', 'replies have')} no known price: not counted" if run.unpriced else ""),
        ),
        ("Latency", "measured on the machine that ran it, waiting for limits left out; of answered cells"),
        ("Planned with", f"Prompt Workbench {plan.workbench}"),
    ]
    if run.simulated:
        rows.append(("Simulated", "some replies are of the simulated provider and say nothing about a real model"))
    if plan.until_decided:
        rows.append(("Early end", "the run was to end as soon as its scores said enough; cases came in random order"))
    if run.demo:
        rows.append(("Demo", "the run belongs to the demo"))
    return blocks.table(["What", "Assumed or done"], [[blocks.words(name), blocks.words(value)] for name, value in rows])


def facts(run: Run) -> dict[str, object]:
    """What all reports on a run say of it."""
    return {
        "run_id": run.id,
        "run_name": run.name or run.id,
        "state": run.state,
        "state_note": STATES.get(run.state, "").replace("{id}", run.id),
        "cells": run.total,
        "done": run.done,
        "dataset": dataset(run),
        "cases": run.plan.cases,
        "repeats": run.plan.repeats,
        "began": figures.moment(run.started_ms or run.created_ms),
        "ended": figures.moment(run.ended_ms) if run.ended_ms is not None else "not ended",
        "simulated": run.simulated,
    }


def as_of(run: Run) -> int:
    """The date of its data."""
    return run.ended_ms or run.started_ms or run.created_ms


def sources(run: Run, shown: object, told: dict[str, str]) -> list[Source]:
    """The run with what is shown of it, the versions it asked, its cases."""
    made = [source("run", run.id, run.name or run.id, shown, at_ms=as_of(run), facts=told)]
    for one in run.variants:
        if one.prompt is not None and one.version is not None:
            ref = f"{one.prompt}@{one.version}"
            made.append(source("version", ref, ref, [ref], at_ms=run.created_ms, facts={"version": f"{one.version}"}))
    if run.plan.dataset:
        name, n = str(run.plan.dataset.get("name") or run.dataset), {"cases": figures.count(run.plan.cases)}
        made.append(source("cases", name, dataset(run), dict(run.plan.dataset), at_ms=run.created_ms, facts=n))
    return made


def _content(store: "Store", run: Run, position: int) -> tuple[str, str]:
    """Parameters and hash of a variant's content."""
    try:
        content = cells.cell(store, run.id, position, 0).variant.content
    except NotFound:
        return "not kept", "not kept"
    set_ = {name: value for name, value in content.to_json().get("parameters", {}).items() if name != "response_schema"}
    said = ", ".join(f"{name} {value}" for name, value in sorted(set_.items()))
    if content.output_schema or content.parameters.response_schema:
        said = f"{said}, a schema of the reply" if said else "a schema of the reply"
    return said or "the provider's own", content.hash()[:12]


def _cases(run: Run) -> str:
    plan = run.plan
    said = f"{plan.cases:,}, {dataset(run)}"
    said += f", split {plan.split}" if plan.split else ""
    if plan.limit is None:
        return said
    drawn = "the first ones" if plan.sample_seed is None else f"drawn at random with seed {plan.sample_seed}"
    return f"{said}; at most {plan.limit:,}, {drawn}"
