"""POST /api/calls: calls that another program made, one or many, as JSON or as lines of JSON. A bad one never keeps out the others."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench import clock
from workbench.api import answers, taking
from workbench.api.answers import Refused
from workbench.errors import InputError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from workbench.store import Store

SOURCE = "api"
_JSON = {"application/json", "text/json", ""}
_LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"}
_SHAPE = 'Send one call as an object, several as a list, or {"calls": [...]}; or a call a line as application/x-ndjson.'


async def post(request: "Request") -> "Response":
    """`{"accepted", "duplicates", "rejected": [{"index", "reason"}]}`, once what is accepted is stored."""
    from starlette.responses import JSONResponse

    media = answers.media(request)
    if media not in _JSON | _LINES:
        raise Refused(415, f"The body is {media[:80]!r}.", "Send application/json, or application/x-ndjson for a call a line.")
    body = await answers.body(request)
    return JSONResponse(await answers.in_turn(lambda: _take(body, lines=media in _LINES)))


def _take(body: bytes, *, lines: bool) -> dict[str, Any]:
    from workbench import store

    return take(store.current(), body, lines=lines)


def take(store: "Store", body: bytes, *, lines: bool = False) -> dict[str, Any]:
    """What became of the calls in `body`. Raises Refused where it cannot be read, or the store cannot be written."""
    from workbench.ledger import fields

    now_ms = clock.now_ms()
    known, places, rejected = [], [], []
    for index, raw in enumerate(_lines(body) if lines else _calls(body)):
        try:
            known.append(fields.check_values(_filled(raw, now_ms), source=SOURCE, now_ms=now_ms))
            places.append(index)
        except InputError as error:
            rejected.append({"index": index, "reason": _reason(error)})
    taken = taking.take(store, known)
    rejected += [{"index": places[at], "reason": reason} for at, reason in taken.refused]
    return {"accepted": taken.accepted, "duplicates": taken.duplicates, "rejected": sorted(rejected, key=lambda one: one["index"])}


def _reason(error: InputError) -> str:
    message = str(error)
    return f"{message}{'' if message.endswith('.') else '.'} {error.hint}".strip()


def _filled(raw: Any, now_ms: int) -> Mapping[str, Any]:
    """The call with what need not be said: that it was made now, and by whom where the model names its provider."""
    if isinstance(raw, InputError):
        raise raw
    if not isinstance(raw, Mapping):
        raise InputError(f"{_shown(raw)} is no call", hint="Each call is an object with the ledger's fields.")
    filled = dict(raw)
    if filled.get("started_ms") is None:
        filled["started_ms"] = now_ms
    model = filled.get("model")
    if not filled.get("provider") and isinstance(model, str) and "/" in model:
        filled["provider"], _, filled["model"] = model.partition("/")
    return filled


def _calls(body: bytes) -> list[Any]:
    found = _parsed(_text(body))
    if isinstance(found, Mapping) and "calls" in found:
        found = found["calls"]
        if not isinstance(found, list):
            raise Refused(400, "`calls` is not a list.", _SHAPE)
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list):
        raise Refused(400, f"The body is {_shown(found)}, which is no call.", _SHAPE)
    return found


def _lines(body: bytes) -> Iterator[Any]:
    for number, line in enumerate(_text(body).split("\n"), 1):
        if line.strip():
            try:
                yield _parsed(line)
            except Refused as error:
                yield InputError(error.message.replace("The body", "it").replace("line 1, ", ""), place=f"line {number}")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(400, f"The body is not UTF-8: byte {error.start + 1} does not fit.", "Send JSON in UTF-8.") from error


def _parsed(text: str) -> Any:
    endless: list[str] = []

    def constant(name: str) -> float:
        endless.append(name)
        return math.nan

    try:
        found = json.loads(text, parse_constant=constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"The body is broken JSON at {place}: {error.msg}.", _SHAPE) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise Refused(400, "The body holds a number that is too long, or is nested too deep.", _SHAPE) from error
    return _finite(found) if endless else found


def _finite(found: Any) -> Any:
    """`found` with an error in the place of each call that holds NaN or Infinity, which no database keeps."""
    listed = found["calls"] if isinstance(found, Mapping) and isinstance(found.get("calls"), list) else found
    if isinstance(listed, list):
        return [one if _is_finite(one) else InputError("holds NaN or Infinity", hint="Leave out what is not known.") for one in listed]
    return [InputError("holds NaN or Infinity", hint="Leave out what is not known.")]


def _is_finite(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_finite(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_is_finite(inner) for inner in value)
    return not isinstance(value, float) or math.isfinite(value)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"
