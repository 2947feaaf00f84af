"""A full store for benchmarks and page tests: many prompts of many versions, a dataset, and a ledger of many calls."""

import hashlib
import json
import random
from collections.abc import Iterator
from itertools import islice

import numpy as np
from sqlalchemy import insert, text

from workbench import clock
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.ledger import rollups
from workbench.ledger.tables import CallRow
from workbench.prompts.content import Content
from workbench.prompts.tables import LabelRow, PromptRow, VersionRow
from workbench.runner.spec import Plan, Variant
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.store import Store
from workbench.text.messages import message

MISSING = 0.01  # cells of a run that failed
START_MS = clock.now_ms() - 90 * 86_400_000  # the last 90 days, so that "this month" holds calls
_MODELS = [("openai", "gpt-5"), ("openai", "gpt-5-mini"), ("anthropic", "claude-sonnet-5"), ("local", "smollm2"), ("simulated", "fair")]


def prompts(store: Store, count: int, versions: int) -> None:
    """`count` prompts of `versions` versions each, a label on the last but one, all findable by search."""
    with store.write() as session:
        session.execute(insert(PromptRow), [_prompt(n) for n in range(1, count + 1)])
        session.execute(insert(VersionRow), [_version(n, v, versions) for n in range(1, count + 1) for v in range(1, versions + 1)])
        session.execute(
            insert(LabelRow),
            [{"prompt_id": n, "name": "production", "version_id": (n - 1) * versions + max(1, versions - 1)} for n in range(1, count + 1)],
        )
        session.execute(
            text("INSERT INTO prompt_search (rowid, name, body) VALUES (:rowid, :name, :body)"),
            [
                {"rowid": n, "name": _name(n), "body": f"Prompt number {n} answers questions about topic {n % 37}"}
                for n in range(1, count + 1)
            ],
        )


def dataset(store: Store, name: str, count: int) -> None:
    """A dataset of `count` cases that fit the prompts."""
    cases = (NewCase({"question": f"What about topic {n % 37}, part {n}?", "label": f"topic {n % 37}"}) for n in range(count))
    datasets.create(store, name, columns=("question", "label"), cases=cases)


def calls(store: Store, count: int, days: int = 90, end_ms: int | None = None) -> None:
    """`count` calls spread over the `days` up to `end_ms` (else the last 90 days begin the days), in order of time."""
    rows = _calls(count, days, START_MS if end_ms is None else end_ms - days * 86_400_000)
    while part := list(islice(rows, 20_000)):
        with store.write() as session:
            session.execute(insert(CallRow), part)
            rollups.note(session.connection(), part)


def run(store: Store, run_id: str, tables: list[np.ndarray]) -> str:
    """The id of a finished run whose cells hold the tables."""
    variants, cases = tables[0].shape
    kept = Plan("0", cases=cases, score={"name": "equals"})
    with store.write() as session:
        whole = {"state": "finished", "total": variants * cases, "created_ms": 1, "ended_ms": 2}
        session.add(RunRow(id=run_id, name="n", kind="run", plan=kept.to_json(), **whole))
        session.flush()
        body = Variant("v", Content(messages=(message("user", "x"),)), "loop", "m").to_json()
        session.add_all(
            RunVariantRow(run_id=run_id, position=at, name=f"v{at}", provider="loop", model="m", content=body) for at in range(variants)
        )
        session.flush()
        given = {"run_id": run_id, "case_id": None, "expected": None, "tags": []}
        session.execute(insert(RunCaseRow), [{**given, "position": case, "inputs": {"question": f"part {case}"}} for case in range(cases)])
        session.execute(insert(CellRow), [_cell(run_id, at, case, tables) for at in range(variants) for case in range(cases)])
    return run_id


def tables(draw: np.random.Generator, variants: int, cases: int) -> list[np.ndarray]:
    """A metric each: right or wrong, scores in thirds, dollars, milliseconds, tokens; with cells missing."""
    shape, better = (variants, cases), np.linspace(0.5, 0.7, variants)[:, None]
    tables = [
        (draw.random(shape) < better).astype(float),
        draw.binomial(3, better, size=shape) / 3,
        draw.lognormal(-9, 0.5, size=shape),
        draw.lognormal(6, 1, size=shape).round(),
        draw.poisson(300, size=shape).astype(float),
    ]
    return [np.where(draw.random(shape) < MISSING, np.nan, table) for table in tables]


def _name(n: int) -> str:
    return f"team{n % 12}/area{n % 40}/prompt-{n:05d}"


def _prompt(n: int) -> dict[str, object]:
    return {
        "id": n, "name": _name(n), "description": f"Answers questions about topic {n % 37}.", "expected_output": "", "variables": [],
        "tags": [f"tag{n % 9}"], "silenced": [], "demo": False, "created_ms": START_MS + n, "updated_ms": START_MS + n * 1000,
    }  # fmt: skip


def _version(n: int, v: int, versions: int) -> dict[str, object]:
    content = Content(messages=(message("system", f"You answer about topic {n % 37}, take {v}."), message("user", "{{question}}")))
    raw = content.to_json()
    return {
        "id": (n - 1) * versions + v, "prompt_id": n, "number": v, "semantic": None, "content": raw, "extra": {}, "note": f"take {v}",
        "author": "bench", "hash": hashlib.sha256(json.dumps(raw).encode()).hexdigest(), "created_ms": START_MS + n * 1000 + v,
    }  # fmt: skip


def _calls(count: int, days: int, start_ms: int) -> Iterator[dict[str, object]]:
    chance = random.Random(7)
    for n in range(count):
        provider, model = _MODELS[n % len(_MODELS)]
        failed = chance.random() < 0.02
        yield {
            **dict.fromkeys(("ttft_ms", "label", "user_name", "tags", "feedback")),
            "started_ms": start_ms + n * days * 86_400_000 // count,
            "latency_ms": int(chance.lognormvariate(6.5, 0.6)), "source": "run", "prompt": _name(1 + n % 20),
            "version": 1 + n % 3, "provider": provider, "model": model, "status": "error" if failed else "ok",
            "error_type": "rate_limit" if failed else None, "error_kind": "rate_limit" if failed else None, "retries": 0,
            "input_tokens": chance.randint(50, 900), "cached_tokens": 0, "cache_write_tokens": 0, "output_tokens": chance.randint(5, 300),
            "reasoning_tokens": 0, "cost_nano": chance.randint(1_000, 9_000_000), "estimated": False,
        }  # fmt: skip


def _cell(run_id: str, variant: int, case: int, tables: list[np.ndarray]) -> dict[str, object]:
    score, cost, latency, sent, written = (None if np.isnan(table[variant, case]) else float(table[variant, case]) for table in tables)
    return {
        "run_id": run_id, "variant": variant, "case_position": case, "repeat": 0, "status": "error" if score is None else "ok",
        "score": score, "cost_nano": None if cost is None else round(cost * 1e9), "latency_ms": latency and int(latency),
        "input_tokens": sent and int(sent), "output_tokens": written and int(written), "score_reason": "", "error_message": "",
        "retries": 0, "fingerprint": "f", "finished_ms": 1 + case,
    }  # fmt: skip
