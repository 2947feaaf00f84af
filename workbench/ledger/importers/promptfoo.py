"""Results of promptfoo: its JSON output and export (`results.results`), and its JSON lines. A result is a call; a failed assertion is no
failed call.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from workbench.ledger import fields
from workbench.ledger.fields import ERROR, OK, Values
from workbench.ledger.importers import cells
from workbench.ledger.importers.base import Bad, Container, Dialect, dialect
from workbench.ledger.importers.columns import settled

_NO_TIME = "These results do not say when they were made: they count as made when the file was written."
_RAN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")  # in the name of an evaluation
_OWN = {"http", "https", "ws", "wss", "file", "exec", "python", "webhook", "package", "browser"}  # programs: their label says more
_FAILED = 2  # failureReason: 0 none, 1 an assertion, 2 an error
# The words of a provider's id that name a way to ask, not the model: openai:chat:gpt-4o, anthropic:messages:claude-sonnet-4-5.
_WAYS = {"chat", "completion", "messages", "embedding", "embeddings", "responses", "text", "realtime", "assistant"}


@dialect("promptfoo", "promptfoo results", rank=30)
class Promptfoo(Dialect):
    """A result a call. When it ran is said of the whole evaluation alone."""

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Results with a provider, a prompt, and how they were judged."""
        shows = sample[0].keys() if sample else set()
        judged = {"promptIdx", "testCase", "gradingResult", "namedScores", "failureReason", "vars", "test"}
        return "provider" in shows and "prompt" in shows and "success" in shows and bool(judged & shows)

    @property
    def names_rows(self) -> bool:
        """Results are named by themselves, by their evaluation and their place in it, or by all that they say."""
        return True

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The one call of the result."""
        response = _object(row.get("response"))
        if response.get("cached") is True and not row.get("error"):
            return (Bad("was answered from promptfoo's cache: no call was made"),)
        provider, model = _provider(row.get("provider"))
        prompt = row.get("prompt")
        said = _object(prompt)
        failed = row.get("failureReason") == _FAILED or bool(response.get("error"))
        failed = failed or ("failureReason" not in row and bool(row.get("error")) and "output" not in response)
        raw = {
            **_usage(response, row),
            **_outcome(row, response, failed=failed),
            "started_at": _when(row, self.container.context) or self._written(),
            "latency_ms": _latency(row, response),
            "provider": provider,
            "model": model,
            "prompt": _label(said),
            "cost_usd": response.get("cost", row.get("cost")) or None,
            "tags": ["promptfoo"],
            "request": cells.request(said.get("raw") if said else prompt),
            "variables": _object(row.get("vars")) or _object(_object(row.get("testCase")).get("vars")) or None,
            "reply": cells.text(response.get("output")),
            "external_id": self._id(row),
        }
        return (fields.check_values(settled({name: value for name, value in raw.items() if value is not None}), source="promptfoo"),)

    def _written(self) -> float:
        """When the file was written, for results that say nothing of when they were made."""
        if _NO_TIME not in self.container.notes:
            self.container.notes.append(_NO_TIME)
        return self.container.path.stat().st_mtime

    def _id(self, row: Mapping[str, Any]) -> str:
        evaluation = self.container.context.get("evalId") or row.get("evalId")
        place = ":".join(str(row[name]) for name in ("testIdx", "promptIdx") if name in row)
        name = row.get("id") or (f"{evaluation}:{place}" if evaluation and place.count(":") else None)
        if name is None:
            name = blake2b(json.dumps(row, sort_keys=True).encode("utf-8", "replace"), digest_size=16).hexdigest()
        return f"promptfoo:{name}"[:200]


def _provider(value: Any) -> tuple[str, str]:
    about = _object(value)
    name = about.get("id") or about.get("label") if about else value
    vendor, _, rest = str(name or "unknown").partition(":")
    if vendor in _OWN:
        return vendor, str(about.get("label") or rest.removeprefix("//"))[:200]
    way, colon, model = rest.partition(":")
    model = model if colon and way in _WAYS else rest
    provider, model = cells.model(model or vendor, vendor if model else None)
    return provider, model


def _usage(response: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    usage = _object(response.get("tokenUsage")) or _object(row.get("tokenUsage"))
    details = _object(usage.get("completionDetails"))
    counts = {"input_tokens": usage.get("prompt"), "output_tokens": usage.get("completion"), "reasoning_tokens": details.get("reasoning")}
    if not usage.get("prompt") and not usage.get("completion"):
        return {}  # promptfoo writes 0 where it was told nothing
    return counts | {"cached_tokens": details.get("cacheReadInputTokens"), "cache_write_tokens": details.get("cacheCreationInputTokens")}


def _outcome(row: Mapping[str, Any], response: Mapping[str, Any], *, failed: bool) -> dict[str, Any]:
    if not failed:
        return {"status": OK}
    message = cells.text(response.get("error") or row.get("error"))
    return {"status": ERROR, "error_type": cells.error_type(message) or "unknown", "error_message": message}


def _when(row: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    about = _object(context.get("metadata"))
    own = row.get("createdAt") or row.get("timestamp") or row.get("created_at")
    ran = _RAN.search(str(context.get("evalId") or row.get("evalId") or ""))
    said = own or context.get("timestamp") or about.get("evaluationCreatedAt") or context.get("createdAt")
    return said or (ran[0] if ran else None) or about.get("exportedAt")


def _latency(row: Mapping[str, Any], response: Mapping[str, Any]) -> Any:
    return row.get("latencyMs", response.get("latencyMs"))


def _label(prompt: Mapping[str, Any]) -> str | None:
    label = prompt.get("label") or prompt.get("display")
    return label if isinstance(label, str) and len(label) <= 100 and "\n" not in label and "{{" not in label else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
