"""Exports of Langfuse: observations, and traces that hold them, from its page, its API and its blob storage, in any form.

Observations of the type GENERATION are calls, and embeddings; the other types are steps around them. Of scores, thumbs become feedback.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import InputError
from workbench.ledger import fields
from workbench.ledger.fields import ERROR, OK, Values
from workbench.ledger.importers import cells
from workbench.ledger.importers.base import Bad, Container, Dialect, dialect
from workbench.ledger.importers.columns import settled

_CALLS = {"GENERATION", "EMBEDDING"}
_THUMBS = ("feedback", "thumb", "like", "rating", "user-feedback", "user_feedback")
_CREATION = ("input_cache_creation", "cache_creation_input_tokens", "input_cache_creation_5m", "input_cache_creation_1h")


@dialect("langfuse", "Langfuse export", rank=25)
class Langfuse(Dialect):
    """Names are compared in small letters and without underscores: the page writes startTime, the blob storage start_time."""

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Observations, or traces."""
        if not sample:
            return False
        shows = {_plain(name) for name in sample[0]}
        observation = {"id", "traceid", "type"} <= shows and "starttime" in shows
        return observation or {"id", "timestamp", "observations"} <= shows

    @property
    def names_rows(self) -> bool:
        """An observation has an id."""
        return True

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The call that an observation is, or the calls within a trace."""
        said = _folded({_plain(name): value for name, value in row.items()})
        held = said.get("observations")
        if "starttime" in said and "type" in said:
            about = self.container.context
            about = about["trace"] if isinstance(about.get("trace"), Mapping) else about  # one trace, as its page hands it out
            context = {_plain(name): value for name, value in about.items()}
            within = context if context.get("id") == said.get("traceid") else {}
            yield _observation(said, within)
        elif isinstance(held, list) and held and all(isinstance(one, Mapping) for one in held):
            yield from self._trace(said, held)
        else:
            yield Bad("is a trace without its observations: export the observations")

    def _trace(self, said: Mapping[str, Any], held: list[Mapping[str, Any]]) -> Iterator[Values | Bad]:
        for one in held:
            try:
                yield _observation({_plain(name): value for name, value in one.items()}, said)
            except InputError as error:
                yield Bad.of(error)


def _observation(said: Mapping[str, Any], trace: Mapping[str, Any]) -> Values | Bad:
    kind = str(said.get("type") or "").upper()
    model = _word(said, "providedmodelname", "model", "internalmodel", "internalmodelname")
    if kind not in _CALLS and not (kind not in ("SPAN", "EVENT") and model):
        return Bad(f"is no call to a model (an observation of the type {kind or 'none'})")
    if model is None:
        return Bad("names no model")
    raw = {
        **_usage(said),
        **_outcome(said),
        "started_at": said.get("starttime"),
        "ended_at": said.get("endtime"),
        "first_token_at": said.get("completionstarttime"),
        "model": model,
        "provider": _provider(said),
        "prompt": _word(said, "promptname"),
        "version": _count(said.get("promptversion")),
        "user": _word(said, "userid") or _word(trace, "userid"),
        "tags": cells.tags(said.get("tags") or said.get("tracetags") or trace.get("tags") or ""),
        "trace_id": _word(said, "traceid"),
        "external_id": f"langfuse:{said['id']}"[:200] if said.get("id") else None,
        "request": cells.request(said.get("input")),
        "reply": cells.text(cells.parsed(said.get("output"))),
        "feedback": _feedback(said, trace),
        "cost_usd": _cost(said),
    }
    return fields.check_values(settled({name: value for name, value in raw.items() if value is not None}), source="langfuse")


def _usage(said: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens. Langfuse counts a kind of tokens apart from the ones around it; where its total says otherwise, it was told them nested."""
    details = cells.parsed(said.get("usagedetails"))
    if not isinstance(details, Mapping) or not details:
        usage = cells.parsed(said.get("usage"))
        usage = {_plain(name): value for name, value in usage.items()} if isinstance(usage, Mapping) else {}
        if str(usage.get("unit") or said.get("unit") or "TOKENS").upper() != "TOKENS":
            return {}  # characters, seconds, images
        sent = _first(said, "inputusage", "prompttokens", "inputtokens") or _first(usage, "input", "prompttokens", "inputtokens")
        written = _first(said, "outputusage", "completiontokens", "outputtokens")
        written = written or _first(usage, "output", "completiontokens", "outputtokens")
        return {"input_tokens": _count(sent), "output_tokens": _count(written)}
    counts = {str(name).lower(): _count(value) or 0 for name, value in details.items()}
    if not any(name.startswith(("input", "output", "prompt", "completion", "cache", "reasoning")) for name in counts):
        return {}  # a total alone
    cached = sum(count for name, count in counts.items() if "cache_read" in name or "cached" in name)
    created = max(
        [
            sum(count for name, count in counts.items() if name.startswith("input_cache_creation_")),
            *(counts.get(name, 0) for name in _CREATION),
        ]
    )
    reasoning = sum(count for name, count in counts.items() if "reasoning" in name)
    sent, written = counts.get("input", counts.get("prompt_tokens", 0)), counts.get("output", counts.get("completion_tokens", 0))
    if counts.get("total", counts.get("total_tokens", -1)) != sent + written:
        apart = {name: count for name, count in counts.items() if name not in ("input", "output", "total")}
        sent += sum(count for name, count in apart.items() if name.startswith(("input_", "cache_")))
        written += sum(count for name, count in apart.items() if name.startswith("output_") or name == "reasoning_tokens")
    told = {"cached_tokens": cached or None, "cache_write_tokens": created or None, "reasoning_tokens": reasoning or None}
    return {"input_tokens": sent, "output_tokens": written, **told}


def _folded(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with columns like usageDetails.input as the object that they were."""
    parts = [(name, *name.split(".", 1)) for name in said if name.startswith(("usagedetails.", "costdetails.", "usage."))]
    whole = {name: value for name, value in said.items() if not parts or name not in {each for each, *_ in parts}}
    for name, into, key in parts:
        whole[into] = {**whole.get(into, {}), key: said[name]}
    return whole


def _outcome(said: Mapping[str, Any]) -> dict[str, Any]:
    if str(said.get("level") or "").upper() != "ERROR":
        return {"status": OK}
    message = _word(said, "statusmessage")
    return {"status": ERROR, "error_type": cells.error_type(message) or "unknown", "error_message": message}


def _cost(said: Mapping[str, Any]) -> Any:
    """Dollars; 0 and nothing mean that Langfuse knew no price."""
    value = _first(said, "totalcost", "calculatedtotalcost")
    if value in (None, "", 0, "0"):
        details = cells.parsed(said.get("costdetails"))
        value = details.get("total") if isinstance(details, Mapping) else None
    return cells.number(value, "column totalCost", textual=True) or None if value not in (None, "") else None


def _feedback(said: Mapping[str, Any], trace: Mapping[str, Any]) -> int | None:
    """The thumb among the scores of the observation, else of its trace."""
    for scores in (cells.parsed(said.get("scores")), cells.parsed(trace.get("scores"))):
        for score in scores if isinstance(scores, list) else []:
            if not isinstance(score, Mapping):
                continue
            about = {_plain(name): value for name, value in score.items()}
            if about.get("observationid") not in (None, said.get("id")):
                continue
            named = any(word in str(about.get("name", "")).lower() for word in _THUMBS)
            if named and str(about.get("datatype", "")).upper() == "BOOLEAN":
                return 1 if about.get("value") in (1, 1.0, True) else -1
            if named and (thumb := cells.thumb(about.get("stringvalue") or about.get("value"))) is not None:
                return thumb
    return None


def _provider(said: Mapping[str, Any]) -> str | None:
    about = cells.parsed(said.get("metadata"))
    about = about if isinstance(about, Mapping) else {}
    found = about.get("ls_provider") or about.get("provider") or about.get("gen_ai.system")
    return found if isinstance(found, str) else None


def _plain(name: Any) -> str:
    return str(name).replace("_", "").lower()


def _first(said: Mapping[str, Any], *names: str) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _word(said: Mapping[str, Any], *names: str) -> str | None:
    value = _first(said, *names)
    return str(value) if value is not None else None


def _count(value: Any) -> Any:
    return None if value in (None, "") else cells.number(value, "usage", textual=True)
