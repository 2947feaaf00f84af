"""The spend log of LiteLLM: rows of its table LiteLLM_SpendLogs, as JSON, JSON lines or CSV."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.ledger import fields
from workbench.ledger.fields import ERROR, OK, Values
from workbench.ledger.importers import cells
from workbench.ledger.importers.base import Bad, Container, Dialect, dialect
from workbench.ledger.importers.columns import settled

_SHOWS = {"request_id", "spend", "startTime"}
_LOGGED = {"id", "response_cost", "startTime", "call_type"}  # what its callbacks write to files and buckets
_SUMMED = {"startTime", "spend", "users", "models"}  # what /spend/logs answers for a range of days
_OTHER = ("mcp", "health", "list_", "_list", "retrieve", "create_file", "delete")  # calls of the proxy that ask no model


@dialect("litellm", "LiteLLM spend log", rank=20)
class LiteLLM(Dialect):
    """A row a request; its `request_id` is the id it is known again by."""

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Rows with the columns of that table, what is logged of a request, or sums of days."""
        shows = sample[0].keys() if sample else set()
        return (shows >= _SHOWS and bool(shows & {"call_type", "prompt_tokens"})) or shows >= _LOGGED or shows >= _SUMMED

    @property
    def names_rows(self) -> bool:
        """Every row of the table has its id."""
        return True

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The one call of the row."""
        if "request_id" not in row:
            if "call_type" not in row:
                return (Bad("is the sum of a day, not a call", "ask LiteLLM for /spend/logs with summarize=false"),)
            row = {**row, "request_id": row.get("id"), "spend": row.get("response_cost"), "session_id": row.get("trace_id")}
        kind = str(row.get("call_type") or "")
        if any(word in kind for word in _OTHER):
            return (Bad(f"is no call to a model ({kind})"),)
        about = _object(row.get("metadata"))
        raw = {
            **_usage(row, about),
            **_outcome(row, about),
            "started_at": row.get("startTime"),
            "ended_at": row.get("endTime"),
            "first_token_at": _streamed(row),
            "model": row.get("model") or row.get("model_group"),
            "provider": _word(row.get("custom_llm_provider")),
            "user": _word(row.get("end_user")) or _word(row.get("user")) or _word(about.get("user_api_key_user_id")),
            "tags": cells.tags(row.get("request_tags") or ""),
            "trace_id": _word(row.get("session_id")),
            "external_id": f"litellm:{row['request_id']}"[:200] if row.get("request_id") else None,
            "request": cells.request(row.get("messages")) or cells.request(_object(row.get("proxy_server_request")).get("messages")),
            "reply": cells.text(row.get("response")),
        }
        if raw["cost_usd"] == 0 and raw["status"] == OK and raw.get("output_tokens") and not _hit(row):
            raw["cost_usd"] = None  # LiteLLM writes 0 where it knows no price
        return (fields.check_values(settled({name: value for name, value in raw.items() if value is not None}), source="litellm"),)


def _usage(row: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    usage, more = _object(about.get("usage_object")), _object(about.get("additional_usage_values"))
    asked, written = _object(usage.get("prompt_tokens_details")), _object(usage.get("completion_tokens_details"))
    told = {
        "input_tokens": row.get("prompt_tokens"),
        "output_tokens": row.get("completion_tokens"),
        "cached_tokens": more.get("cache_read_input_tokens") or usage.get("cache_read_input_tokens") or asked.get("cached_tokens"),
        "cache_write_tokens": more.get("cache_creation_input_tokens")
        or usage.get("cache_creation_input_tokens")
        or asked.get("cache_creation_tokens"),
        "reasoning_tokens": written.get("reasoning_tokens"),
        "cost_usd": row.get("spend"),
    }
    textual = isinstance(row.get("prompt_tokens"), str) and isinstance(row.get("spend"), str)  # a CSV file tells no numbers from texts
    return {name: None if value in (None, "") else cells.number(value, f"column {name}", textual=textual) for name, value in told.items()}


def _outcome(row: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    status = str(row.get("status") or about.get("status") or "success").lower()
    if status not in ("failure", "error", "failed"):
        return {"status": OK}
    said = _object(about.get("error_information"))
    said = said or _object(row.get("error_information"))
    message = said.get("error_message") or about.get("error_str") or row.get("error_str")
    kind = cells.error_type(said.get("error_class"), said.get("error_code")) or cells.error_type(message) or "unknown"
    return {"status": ERROR, "error_type": kind, "error_kind": _word(said.get("error_class")), "error_message": cells.text(message)}


def _streamed(row: Mapping[str, Any]) -> Any:
    """When the first token came; LiteLLM writes the end there where nothing was streamed."""
    first = row.get("completionStartTime")
    return None if first in (None, "", row.get("endTime")) else first


def _hit(row: Mapping[str, Any]) -> bool:
    return str(row.get("cache_hit")).lower() == "true"


def _object(value: Any) -> Mapping[str, Any]:
    found = cells.parsed(value)
    return found if isinstance(found, Mapping) else {}


def _word(value: Any) -> str | None:
    text = str(value).strip() if value is not None else ""
    return text if text and text.lower() not in ("none", "null") else None
