"""A run as a CSV or JSON file, one row a cell, piece by piece: a large run does not have to fit into memory.

The first columns are those of `workbench.runner.ask_all`. In CSV a text that a spreadsheet would run as a formula gets a leading quote.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.errors import NotFound
from workbench.ledger.tables import CallTextRow
from workbench.runner.cells import sent, variant_of
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.text.messages import Message

if TYPE_CHECKING:
    from workbench.store import Store

COLUMNS = (
    *("prompt", "response", "success", "error", "latency_ms", "case", "variant", "repeat", "model", "score", "score_reason", "expected"),
    *("error_type", "retries", "input_tokens", "output_tokens", "cost_usd", "reused_from", "finished_ms"),
)
_CHUNK = 200  # cases a step


def export_csv(store: "Store", run_id: str) -> Iterator[str]:
    """The finished cells as CSV with a header: COLUMNS, then the inputs as `input.NAME`. Raises NotFound."""
    names = _inputs(store, run_id)
    header = [*COLUMNS, *(f"input.{name}" for name in names)]
    yield _line(header)
    for row in _records(store, run_id):
        inputs = row.pop("inputs")
        yield _line([*(row[name] for name in COLUMNS), *(inputs.get(name, "") for name in names)])


def export_json(store: "Store", run_id: str) -> Iterator[str]:
    """The run as one JSON object: run_id, name, plan, variants, and `cells` with COLUMNS and inputs. Raises NotFound."""
    with store.read() as session:
        run = session.get(RunRow, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id!r}.")
        variants = list(session.scalars(_variants(run_id)))
    head: dict[str, Any] = {"run_id": run.id, "name": run.name, "dataset": run.dataset, "created_ms": run.created_ms, "plan": run.plan}
    head["variants"] = [
        {"name": row.name, "prompt": row.prompt, "version": row.version, "model": f"{row.provider}/{row.model}", **row.content}
        for row in variants
    ]
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "cells": ['
    comma = ""
    for record in _records(store, run_id):
        yield f"{comma}\n  {json.dumps(record, ensure_ascii=False)}"
        comma = ","
    yield "\n ]\n}\n"


def said(messages: tuple[Message, ...]) -> str:
    """What was sent, as one text: the message alone, or every message under its role."""
    if len(messages) == 1 and messages[0].role == "user":
        return messages[0].text
    return "\n\n".join(f"{item.role}: {item.text}" for item in messages)


def _records(store: "Store", run_id: str) -> Iterator[dict[str, Any]]:
    with store.read() as session:
        variants = [variant_of(row) for row in session.scalars(_variants(run_id))]
    start = 0
    while True:
        with store.read() as session:
            cases = {row.position: row for row in session.scalars(_cases(run_id, start))}
            if not cases:
                return
            found = session.execute(_cells(run_id, start, max(cases))).all()
        for cell, reply in found:
            variant, case = variants[cell.variant], cases[cell.case_position]
            yield {
                "prompt": said(sent(variant, case.inputs)),
                "response": reply,
                "success": cell.status == "ok",
                "error": cell.error_message or None,
                "latency_ms": cell.latency_ms,
                "case": cell.case_position + 1,
                "variant": variant.name,
                "repeat": cell.repeat + 1,
                "model": f"{variant.provider}/{variant.model}",
                "score": cell.score,
                "score_reason": cell.score_reason,
                "expected": case.expected,
                "error_type": cell.error_type,
                "retries": cell.retries,
                "input_tokens": cell.input_tokens,
                "output_tokens": cell.output_tokens,
                "cost_usd": None if cell.cost_nano is None else cell.cost_nano / 1e9,
                "reused_from": cell.reused_from,
                "finished_ms": cell.finished_ms,
                "inputs": case.inputs,
            }
        start = max(cases) + 1


def _variants(run_id: str) -> Any:
    return select(RunVariantRow).where(RunVariantRow.run_id == run_id).order_by(RunVariantRow.position)


def _cases(run_id: str, start: int) -> Any:
    return select(RunCaseRow).where(RunCaseRow.run_id == run_id, RunCaseRow.position >= start).order_by(RunCaseRow.position).limit(_CHUNK)


def _cells(run_id: str, first: int, last: int) -> Any:
    return (
        select(CellRow, CallTextRow.reply)
        .outerjoin(CallTextRow, CallTextRow.call_id == CellRow.call_id)
        .where(CellRow.run_id == run_id, CellRow.case_position.between(first, last))
        .order_by(CellRow.case_position, CellRow.variant, CellRow.repeat)
    )


def _inputs(store: "Store", run_id: str) -> list[str]:
    """The names of the inputs, in the order of the first case."""
    with store.read() as session:
        if session.get(RunRow, run_id) is None:
            raise NotFound(f"There is no run {run_id!r}.")
        first = session.get(RunCaseRow, (run_id, 0))
    return [] if first is None else list(first.inputs)


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(value) for value in values])
    return out.getvalue()


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" ")[:1] in set("=+-@\t\r\n"):
        return "'" + value
    return value
