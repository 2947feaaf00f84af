"""When two cells are the same request, so that a reply can be used again. Owns the fingerprint; reads earlier runs, writes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.ledger.tables import CallTextRow
from workbench.prompts.content import canonical, parameters_json
from workbench.providers.base import Parameters
from workbench.runner.spec import Variant
from workbench.runner.tables import CellRow
from workbench.text import messages as texts
from workbench.text.messages import Message

if TYPE_CHECKING:
    from workbench.store import Store

_CHUNK = 500


@dataclass(frozen=True)
class Earlier:
    """A call that answered the same request before: in the run `run_id`."""

    run_id: str
    call_id: int
    reply: str
    tool_calls: tuple[Any, ...]
    latency_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost_nano: int | None = 0
    retries: int = 0


def fingerprint(variant: Variant, messages: tuple[Message, ...], repeat: int) -> str:
    """A sha256 that is equal for cells that send the same request, repeat by repeat."""
    content = variant.content
    sent = {
        "provider": variant.provider,
        "model": variant.model,
        "messages": texts.to_json(messages),
        "parameters": parameters_json(content.parameters),
        "tools": list(content.tools),
        "tool_choice": content.tool_choice,
        "repeat": repeat,
    }
    return hashlib.sha256(canonical(sent).encode("utf-8", "surrogatepass")).hexdigest()


def parameters(variant: Variant, repeat: int) -> Parameters:
    """The parameters of a repeat: a seed moves on with it, or every repeat would be the same draw."""
    given = variant.content.parameters
    return given if given.seed is None or not repeat else replace(given, seed=given.seed + repeat)


def known(store: "Store", prints: Sequence[str], *, but: str = "") -> dict[str, Earlier]:
    """The newest answer to each fingerprint that has one whose text is still kept, in any run `but` this one."""
    found: dict[str, Earlier] = {}
    wanted = list(dict.fromkeys(prints))
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(CellRow, CallTextRow.reply, CallTextRow.tool_calls)
            .join(CallTextRow, CallTextRow.call_id == CellRow.call_id)
            .where(CellRow.fingerprint.in_(wanted[start : start + _CHUNK]), CellRow.run_id != but)
            .where(CellRow.status == "ok", CallTextRow.reply.is_not(None))
            .order_by(CellRow.finished_ms)
        )
        with store.read() as session:
            for row, reply, tool_calls in session.execute(query):
                origin = row.reused_from or row.run_id
                found[row.fingerprint] = Earlier(
                    origin, row.call_id, reply, tuple(tool_calls or ()), row.latency_ms, row.input_tokens, row.output_tokens
                )
    return found
