"""Plans a run: checks everything that can be known before money is spent, then keeps variants, cases and scoring as they are now.

Later edits of a prompt, a partial or a dataset do not reach a run that is planned. Sends no request.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

import workbench
from workbench import settings
from workbench.clock import SYSTEM, Clock
from workbench.errors import Conflict
from workbench.runner.checking import check
from workbench.runner.quote import Quote, quote
from workbench.runner.spec import Plan, RunSpec, Variant, draft, on_model, variants_from
from workbench.runner.tables import RunCaseRow, RunRow, RunVariantRow
from workbench.store.base import new_id

if TYPE_CHECKING:
    from workbench.datasets.cases import Case
    from workbench.store import Store

__all__ = ["Plan", "Quote", "RunSpec", "Variant", "check", "draft", "on_model", "plan", "quote", "variants_from"]

_CHUNK = 2_000


def plan(store: "Store", spec: RunSpec, *, clock: Clock = SYSTEM) -> str:
    """The id of a new run in state `planned`, everything it needs kept with it.

    Raises InputError for what is wrong with the spec (missing variables, columns, templates), ProviderMissing and AuthFailed for a
    model that cannot be asked, NotFound for a dataset that is not there, RunError where there is nothing to run.
    """
    spec = check(store, spec)
    now_ms = clock.now_ms()
    run_id = new_id(now_ms)
    kept = _dataset(store, spec)
    with store.write() as session:
        row = RunRow(id=run_id, name=spec.name or _name(spec), kind=spec.kind, state="planned", plan={}, dataset=spec.dataset, total=0)
        row.created_ms, row.demo, row.cap_nano = now_ms, spec.demo, spec.cap_nano
        session.add(row)
        session.flush()
        session.add_all(_variant_row(run_id, position, variant) for position, variant in enumerate(spec.variants))
        cases = _keep_cases(session, run_id, _cases(store, spec), spec, _order(store, spec))
        if kept and _revision(store, kept["name"]) != kept["revision"]:
            raise Conflict(f"The dataset {spec.dataset!r} was edited while the run was planned.", hint="Plan the run again.")
        row.total = cases * len(spec.variants) * spec.repeats
        row.plan = Plan(
            workbench=workbench.__version__,
            cases=cases,
            dataset=kept,
            limit=spec.limit,
            sample_seed=spec.sample_seed,
            split=spec.split,
            score=spec.score if isinstance(spec.score, Mapping) else None,
            repeats=spec.repeats,
            concurrency=spec.concurrency,
            rpm=spec.rpm,
            timeout_s=spec.timeout_s,
            retry=spec.retry,
            reuse=spec.reuse,
            until_decided=spec.until_decided,
            margin=spec.margin,
            user=settings.load().user,
        ).to_json()
    return run_id


def _dataset(store: "Store", spec: RunSpec) -> dict[str, Any] | None:
    if not spec.dataset:
        return None
    from workbench.datasets import registry

    found = registry.get(store, spec.dataset)
    return {
        "name": found.name,
        "revision": found.revision,
        "hash": registry.content_hash(store, spec.dataset),
        "attribution": found.attribution,
    }


def _revision(store: "Store", name: str) -> int:
    from workbench.datasets import registry

    return registry.get(store, name).revision


def _cases(store: "Store", spec: RunSpec) -> "Iterator[Case]":
    """The cases to run, in order."""
    from workbench.datasets import registry
    from workbench.datasets.cases import Case

    if not spec.dataset:
        return (Case(0, position, inputs) for position, inputs in enumerate(islice(spec.items, spec.limit)))
    if spec.limit is not None and spec.sample_seed is not None:
        return iter(registry.sample(store, spec.dataset, spec.limit, spec.sample_seed, split=spec.split))
    return islice(registry.walk(store, spec.dataset, split=spec.split), spec.limit)


def _order(store: "Store", spec: RunSpec) -> Sequence[int]:
    """The position of each case. A run that may end early takes them at random: a dataset sorted by topic would decide on its first."""
    from workbench.datasets import registry

    if not spec.until_decided:
        return ()
    count = registry.count(store, spec.dataset, split=spec.split) if spec.dataset else len(spec.items)
    positions = list(range(count if spec.limit is None else min(count, spec.limit)))
    random.Random(spec.sample_seed or 0).shuffle(positions)  # noqa: S311 (an order, not a secret)
    return positions


def _keep_cases(session: Session, run_id: str, cases: "Iterator[Case]", spec: RunSpec, order: Sequence[int]) -> int:
    """How many cases were kept, at the places that `order` gives them.

    Every variant is rendered with the first, so that a broken template is told now.
    """
    count = 0
    while part := list(islice(cases, _CHUNK)):
        if count == 0:
            for variant in spec.variants:
                variant.messages(part[0].inputs)
        rows = [
            {
                "run_id": run_id,
                "position": order[at] if at < len(order) else at,  # more than were counted: the edit in between is refused below
                "case_id": case.id or None,
                "inputs": dict(case.inputs),
                "expected": case.expected,
                "tags": list(case.tags),
            }
            for at, case in enumerate(part, count)
        ]
        session.execute(insert(RunCaseRow), rows)
        count += len(part)
    return count


def _variant_row(run_id: str, position: int, variant: Variant) -> RunVariantRow:
    return RunVariantRow(
        run_id=run_id,
        position=position,
        name=variant.name,
        prompt=variant.prompt,
        version=variant.version,
        version_id=variant.version_id,
        label=variant.label,
        provider=variant.provider,
        model=variant.model,
        content=variant.to_json(),
    )


def _name(spec: RunSpec) -> str:
    """A name that says what was compared on what."""
    names = [variant.name for variant in spec.variants]
    shown = " vs ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{shown} on {spec.dataset}"[:200] if spec.dataset else shown[:200]
