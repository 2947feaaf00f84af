"""The demo: real customer messages, three versions of a classifier, one run on this machine. Loads it, runs it, and takes it away again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import settings
from workbench.errors import CallError, NotFound, RunError

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.store import Store

PROMPT = "intent"
DATASET = "banking77-demo"
VERSIONS = (f"{PROMPT}@1", f"{PROMPT}@2", f"{PROMPT}@3")
SCORE = "equals:label"
LOCAL, SIMULATED = "local/smollm2", "simulated/fair"
_DESCRIPTION = "Messages that real customers wrote to a bank, with the intent behind each."
_ATTRIBUTION = "A sample of Banking77 (PolyAI; Casanueva et al., 2020), CC BY 4.0."


@dataclass(frozen=True)
class Demo:
    """What was loaded. `note` says in a sentence what runs where, and what could not; `run_id` is None where nothing was run."""

    prompt: str
    dataset: str
    model: str
    note: str
    run_id: str | None


@dataclass(frozen=True)
class Removed:
    """How much the removal took away; `kept` names prompts that stay because the person's own work refers to them, and why."""

    prompts: int
    datasets: int
    runs: int
    calls: int
    kept: tuple[tuple[str, str], ...]


def loaded(store: "Store") -> bool:
    """Whether the demo is in the store."""
    from sqlalchemy import select

    from workbench.prompts.tables import PromptRow

    with store.read() as session:
        return session.scalar(select(PromptRow.id).where(PromptRow.demo, PromptRow.name == PROMPT)) is not None


def load(store: "Store", *, run: bool = True) -> Demo:
    """Load what is not loaded yet and, with `run`, start the run; it goes on in the loop thread. Raises NameTaken."""
    from workbench.datasets import importing as cases
    from workbench.datasets import registry as datasets
    from workbench.prompts import interchange

    interchange.importing(store, _folder() / "prompts" / "intent.yaml", demo=True)
    try:
        datasets.get(store, DATASET)
    except NotFound:
        cases.load(store, DATASET, _folder() / "banking77.csv", cases.ColumnMap(), demo=True, attribution=_ATTRIBUTION)
        datasets.update(store, DATASET, description=_DESCRIPTION)
    if not run:
        return Demo(PROMPT, DATASET, LOCAL, "Loaded; nothing was run.", None)
    reason = _why_not_local()
    model = SIMULATED if reason else LOCAL
    where = f"the simulated model, because the local one cannot run here: {reason}" if reason else "SmolLM2-135M, on this machine"
    return Demo(PROMPT, DATASET, model, f"Runs on {where}", _start(store, model))


def remove(store: "Store") -> Removed:
    """Take away everything the demo brought: its runs with their calls, its prompts, its dataset. Raises RunError while it runs."""
    from workbench.datasets import registry as datasets
    from workbench.prompts import registry as prompts
    from workbench.runner import reading

    ids = _run_ids(store)
    if any(reading.get(store, run_id).state == "running" for run_id in ids):
        raise RunError("The demo is running.", hint="Stop its run first.")
    calls = _erase_runs(store, ids)
    gone = prompts.remove_demo(store)
    return Removed(len(gone.names), datasets.remove_demo(store), len(ids), calls, gone.kept)


def _folder() -> "Path":
    return settings.app_root() / "data" / "demo"


def _why_not_local() -> str:
    """Why the local model cannot answer, found out by starting it; empty where it can."""
    from workbench.providers.local import CHILD

    try:
        CHILD.url()
    except CallError as error:
        return str(error)
    return ""


def _start(store: "Store", model: str) -> str:
    from workbench.runner import plan, worker
    from workbench.runner.spec import RunSpec, variants_from

    spec = RunSpec(
        variants=tuple(variants_from(store, VERSIONS, [model])),
        dataset=DATASET,
        name="Demo: three intent classifiers",
        score=SCORE,
        demo=True,
    )
    run_id = plan.plan(store, spec)
    worker.start(store, run_id)
    return run_id


def _run_ids(store: "Store") -> list[str]:
    from sqlalchemy import select

    from workbench.runner.tables import RunRow

    with store.read() as session:
        return list(session.scalars(select(RunRow.id).where(RunRow.demo)))


def _erase_runs(store: "Store", ids: list[str]) -> int:
    """Delete the runs and the calls they made; how many calls. Cells of other runs that reused a reply keep their figures."""
    from sqlalchemy import delete

    from workbench.ledger import rollups
    from workbench.ledger.tables import CallRow
    from workbench.runner.tables import RunRow

    with store.write() as session:
        session.execute(delete(RunRow).where(RunRow.id.in_(ids)))
        return rollups.erase(session.connection(), CallRow.run_id.in_(ids))
