"""A full store for benchmarks and page tests: many prompts of many versions, a dataset, and a ledger of many calls."""

import hashlib
import json
import random
from collections.abc import Iterator
from itertools import islice

from sqlalchemy import insert, text

from workbench import clock
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.ledger.tables import CallRow
from workbench.prompts.content import Content
from workbench.prompts.tables import LabelRow, PromptRow, VersionRow
from workbench.store import Store
from workbench.text.messages import message

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


def calls(store: Store, count: int, days: int = 90) -> None:
    """`count` calls spread over `days`, in order of time."""
    rows = _calls(count, days)
    while part := list(islice(rows, 20_000)):
        with store.write() as session:
            session.execute(insert(CallRow), part)


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


def _calls(count: int, days: int) -> Iterator[dict[str, object]]:
    chance = random.Random(7)
    step = days * 86_400_000 // count
    for n in range(count):
        provider, model = _MODELS[n % len(_MODELS)]
        failed = chance.random() < 0.02
        yield {
            "started_ms": START_MS + n * step,
            "latency_ms": int(chance.lognormvariate(6.5, 0.6)), "source": "run", "prompt": _name(1 + n % 20),
            "version": 1 + n % 3, "provider": provider, "model": model, "status": "error" if failed else "ok",
            "error_type": "rate_limit" if failed else None, "error_kind": "rate_limit" if failed else None, "retries": 0,
            "input_tokens": chance.randint(50, 900), "cached_tokens": 0, "cache_write_tokens": 0, "output_tokens": chance.randint(5, 300),
            "reasoning_tokens": 0, "cost_nano": chance.randint(1_000, 9_000_000), "estimated": False,
        }  # fmt: skip
