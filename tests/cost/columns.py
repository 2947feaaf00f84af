"""Columns made by hand: a call a dictionary, what is not said of it as it mostly is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.cost.columns import Columns
from workbench.cost.model import KINDS

_USUAL: dict[str, Any] = {
    "started_ms": 0,
    "version": -1,
    "words": -1,
    "question": -1,
    "latency_ms": 100,
    "retries": 0,
    "ok": True,
    "cost_nano": 1_000,
    "input": 10,
    "output": 5,
    "model": "p/m",
    "prompt": None,
    "processing": None,
    "tags": (),
    "hash": None,
}


def made(calls: Sequence[Mapping[str, Any]]) -> Columns:
    """The calls in the order given; `hash` None is a call without text."""
    rows = [{**_USUAL, **call} for call in calls]

    def numbers(name: str, kind: Any = np.int64) -> Any:
        return np.array([row[name] for row in rows], dtype=kind)

    def coded(name: str) -> tuple[Any, tuple[Any, ...]]:
        names = list(dict.fromkeys(row[name] for row in rows if row[name] not in (None, ())))
        return np.array([names.index(row[name]) if row[name] in names else -1 for row in rows], dtype=np.int32), tuple(names)

    model, models = coded("model")
    prompt, prompts = coded("prompt")
    processing, processings = coded("processing")
    tag, tag_sets = coded("tags")
    plain = {name: numbers(name) for name in ("started_ms", "version", "words", "latency_ms", "retries", "cost_nano")}
    return Columns(
        call_id=np.arange(1, len(rows) + 1),
        model=model,
        models=models,
        prompt=prompt,
        prompts=prompts,
        processing=processing,
        processings=processings,
        tag=tag,
        tag_sets=tag_sets,
        tokens=np.array([[row.get(kind, 0) for kind in KINDS] for row in rows], dtype=np.int32).reshape(-1, len(KINDS)),
        question=numbers("question", np.int8),
        prompt_hash=np.array([row["hash"] or 0 for row in rows], dtype=np.int64),
        has_hash=np.array([row["hash"] is not None for row in rows], dtype=bool),
        ok=numbers("ok", bool),
        **plain,
    )
