"""A plain list of prompts, answered. It is a run like any other: durable, in the ledger, on the Runs page.

Its defaults are its own: 5 calls at once, 60 requests a minute, 30 seconds a call.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.errors import InputError
from workbench.ledger.tables import CallTextRow
from workbench.prompts import content
from workbench.providers.base import Parameters
from workbench.runner import worker
from workbench.runner.plan import plan
from workbench.runner.spec import RunSpec, Variant, on_model
from workbench.runner.tables import CellRow
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

CONCURRENCY, REQUESTS_PER_MINUTE, TIMEOUT_S = 5, 60, 30.0
_TEMPLATE = content.text("{{prompt}}")  # the prompt goes in as a value: braces in it are text


@dataclass(frozen=True)
class Answer:
    """What became of one prompt. `error` is None where there is a response; `latency_ms` is None where no request had left."""

    prompt: str
    response: str | None
    success: bool
    error: str | None
    latency_ms: int | None

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON."""
        return asdict(self)


def ask_all(
    prompts: Sequence[str],
    model: str,
    *,
    concurrency: int = CONCURRENCY,
    rpm: int | None = REQUESTS_PER_MINUTE,
    timeout_s: float = TIMEOUT_S,
    parameters: Parameters | None = None,
    cap_usd: Decimal | float | None = None,
    retry: str = "runs",
    name: str = "",
    store: "Store | None" = None,
) -> list[Answer]:
    """One answer for every prompt, in the order given; `model` is provider/model. Blocks until all are answered or have failed.

    A prompt that fails is an Answer with its error. Raises InputError, ProviderMissing and AuthFailed before anything is sent.
    """
    for position, prompt in enumerate(prompts, 1):
        if not isinstance(prompt, str):
            raise InputError(f"is a {type(prompt).__name__}, not a text", place=f"prompt {position}")
    if not prompts:
        return []
    if store is None:
        from workbench import store as stores

        store = stores.current()
    spec = RunSpec(
        variants=(on_model(_variant(parameters), model),),
        items=tuple({"prompt": prompt} for prompt in prompts),
        name=name or f"{counted(len(prompts), 'prompt')} to {model}"[:200],
        kind="batch",
        concurrency=concurrency,
        rpm=rpm,
        timeout_s=timeout_s,
        cap_usd=cap_usd,
        retry=retry,
    )
    run_id = plan(store, spec)
    worker.start(store, run_id)
    try:
        worker.wait(run_id)
    except BaseException:
        worker.stop(store, run_id)
        raise
    return answers(store, run_id, prompts)


def answers(store: "Store", run_id: str, prompts: Sequence[str]) -> list[Answer]:
    """The answers of a batch; prompts that were not reached say so."""
    query = (
        select(CellRow, CallTextRow.reply).outerjoin(CallTextRow, CallTextRow.call_id == CellRow.call_id).where(CellRow.run_id == run_id)
    )
    with store.read() as session:
        found = {row.case_position: (row, reply) for row, reply in session.execute(query)}
    return [_answer(prompt, *found.get(position, (None, None))) for position, prompt in enumerate(prompts)]


def _answer(prompt: str, row: CellRow | None, reply: str | None) -> Answer:
    if row is None:
        return Answer(prompt, None, False, "The run ended before this prompt was asked.", None)
    if row.status != "ok":
        return Answer(prompt, None, False, f"{row.error_kind}: {row.error_message}", row.latency_ms)
    return Answer(prompt, reply or "", True, None, row.latency_ms)


def _variant(parameters: Parameters | None) -> Variant:
    made = content.Content(_TEMPLATE.messages, parameters=parameters or Parameters())
    return Variant("batch", made, "", "")
