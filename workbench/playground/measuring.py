"""A person's own measure of the models on the bench: the opening over a dataset's cases, kept as a run."""

from workbench.errors import InputError
from workbench.playground import saving, tasks
from workbench.playground.conversation import Conversation
from workbench.runner import benchmark
from workbench.runner.spec import draft
from workbench.store import Store

CASES = 20


def measure(
    store: Store,
    conversation: Conversation,
    task: str,
    dataset: str,
    score: str | None,
    *,
    repeats: int = benchmark.REPEATS,
    cases: int = CASES,
) -> str:
    """The id of the run that measures the conversation's models for `task`; it is at work. Raises InputError, RunError."""
    tasks.task(task)
    if not conversation.models:
        raise InputError("no model is chosen", place="models", hint="Choose the models to measure.")
    content = saving.content(conversation)
    variant = draft(store, task, content, conversation.models[0])
    return benchmark.start(store, task, variant, conversation.models, dataset=dataset, score=score, repeats=repeats, limit=cases)


def scores(columns: tuple[str, ...], *, expected: bool) -> tuple[str, ...]:
    """The ways to score replies against a dataset with these columns, the likeliest first."""
    names = (*(("expected",) if expected else ()), *columns)
    return tuple(f"{kind}:{name}" for name in names for kind in ("equals", "contains"))
