"""Values of other tools' files as values of the ledger: times of any kind, durations, whether it worked, who made a model."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workbench.errors import InputError
from workbench.ledger.fields import ERROR, OK

_WORKED = {"ok", "success", "succeeded", "successful", "true", "1", "yes", "200", "201", "completed", "complete", "done", "pass", "passed"}
_FAILED = {
    "error",
    "failure",
    "failed",
    "fail",
    "false",
    "0",
    "no",
    "timeout",
    "timed_out",
    "exception",
    "cancelled",
    "canceled",
    "aborted",
}
_LIKED = {
    "1": 1,
    "up": 1,
    "thumbs_up": 1,
    "thumbsup": 1,
    "thumbs-up": 1,
    "like": 1,
    "liked": 1,
    "positive": 1,
    "good": 1,
    "true": 1,
    "👍": 1,
}
_DISLIKED = {
    "-1": -1,
    "down": -1,
    "thumbs_down": -1,
    "thumbsdown": -1,
    "thumbs-down": -1,
    "dislike": -1,
    "disliked": -1,
    "negative": -1,
    "bad": -1,
    "👎": -1,
}
_MOST_NS = 10**20  # more than nanoseconds since 1970 can be
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # 1,234.5
_DOTTED = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+")  # 1.234, where a comma sets off decimals
_POINTED = re.compile(r"-?\d+\.\d+")
_SET_OFF = re.compile(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d+")
_VENDORS = {
    "vertex_ai": "google",
    "vertex_ai_beta": "google",
    "gemini": "google",
    "bedrock": "aws",
    "azure_ai": "azure",
    "text-completion-openai": "openai",
}
_KINDS = (
    ("rate_limit", ("ratelimit", "rate_limit", "rate limit", "429", "too many requests", "quota")),
    ("timeout", ("timeout", "timed out", "timed_out", "408", "504", "deadline")),
    ("auth_error", ("authentication", "auth", "401", "403", "permission", "api key", "unauthorized", "forbidden")),
    (
        "invalid_request",
        ("badrequest", "invalid", "400", "404", "422", "notfound", "not_found", "context", "contentpolicy", "content_filter", "policy"),
    ),
    ("server_error", ("internalserver", "server", "500", "502", "503", "529", "overloaded", "unavailable", "apiconnection", "connection")),
)


def moment(value: Any, place: str) -> int:
    """UTC epoch milliseconds of an ISO 8601 text, a date, or seconds, milli-, micro- or nanoseconds since 1970, told by their size."""
    said = value
    if isinstance(value, str):
        text = value.strip()
        try:
            return _of_text(text)
        except ValueError:
            value = _plain_number(text)
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, date):
        return _of_datetime(datetime(value.year, value.month, value.day, tzinfo=UTC))
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST_NS:
        hint = "Write it as 2026-01-31T12:00:00Z, or as seconds or milliseconds since 1970."
        raise InputError(f"{str(said)[:60]!r} is not a time", place=place, hint=hint)
    size = abs(value)
    if size < 10**11:
        return round(value * 1000)
    if size < 10**14:
        return round(value)
    return round(value / 1000) if size < 10**17 else int(value) // 10**6


def number(value: Any, place: str, *, textual: bool, comma: bool = False) -> Any:
    """The number of a cell; a text stays a text where the file tells texts and numbers apart, and is then refused by name. With `comma`
    decimals are set off by one, as in 1.234,5; else commas stand between thousands, and nowhere else.
    """
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    if not isinstance(value, str) or not textual:
        return value
    text = value.strip().replace("\u00a0", "").strip("$€ ")
    if comma:
        text = (text.replace(".", "") if "," in text or _DOTTED.fullmatch(text) else text).replace(",", ".")
    elif "," in text and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    found = _plain_number(text)
    if found is None:
        hint = "Write decimals with a point." if "," in text else "Leave the cell empty where it is not known."
        raise InputError(f"{value[:60]!r} is not a number", place=place, hint=hint)
    return found


def decimal_comma(texts: Iterable[str]) -> bool:
    """Whether numbers like 0,5 are among the texts of a table, and none like 0.5."""
    found = False
    for text in texts:
        bare = text.strip("$€ \u00a0")
        if _POINTED.fullmatch(bare) and not _DOTTED.fullmatch(bare):
            return False
        found = found or bool(_SET_OFF.fullmatch(bare) and not _GROUPED.fullmatch(bare))
    return found


def doubtful(texts: Iterable[str]) -> str:
    """A text like 1.234, which may be either, where every number with a point is such a one; else empty."""
    pointed = [bare for text in texts if _POINTED.fullmatch(bare := text.strip("$€ \u00a0"))]
    return pointed[0] if pointed and all(map(_DOTTED.fullmatch, pointed)) else ""


def worked(value: Any, place: str) -> str:
    """Ok or error, of a word, a truth or an HTTP status."""
    text = str(value).strip().lower()
    if text in _WORKED:
        return OK
    if text in _FAILED:
        return ERROR
    code = _plain_number(text)
    if isinstance(code, int) and 100 <= code <= 599:
        return OK if code < 400 else ERROR
    raise InputError(f"{text[:60]!r} says neither that it worked nor that it failed", place=place, hint="Map the column to tags instead.")


def thumb(value: Any) -> int | None:
    """1, -1 or 0 of a rating that is a thumb; None of any other."""
    if isinstance(value, bool):
        return 1 if value else -1
    if isinstance(value, int | float):
        return int(value) if value in (-1, 0, 1) else None
    text = str(value).strip().lower()
    return _LIKED.get(text, _DISLIKED.get(text))


def tags(value: Any) -> list[str] | None:
    """A list of texts of a list, of JSON, or of words between commas or semicolons."""
    if isinstance(value, str):
        found = parsed(value)
        value = found if isinstance(found, list) else [one.strip() for one in value.replace(";", ",").split(",") if one.strip()]
    return [str(one)[:200] for one in value if one not in (None, "")] if isinstance(value, list | tuple) else None


def request(value: Any) -> dict[str, Any] | None:
    """What was sent, as the ledger keeps it: messages as they are, a text as the user's."""
    found = parsed(value) if isinstance(value, str) else value
    if found is None or found in ("", [], {}):
        return None
    if isinstance(found, Mapping):
        return dict(found) if isinstance(found.get("messages"), list) else {"messages": [_message(found)]}
    if isinstance(found, list):
        return {"messages": [_message(one) for one in found]}
    return {"messages": [{"role": "user", "content": str(value)}]}


def text(value: Any) -> str | None:
    """A reply as text: a message's content, else JSON."""
    if value is None or value in ("", {}, []):
        return None
    found = parsed(value) if isinstance(value, str) and value[:1] in "{[" else value
    choices = found.get("choices") if isinstance(found, Mapping) else found
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        found = choices[0].get("message") or choices[0].get("text") or found
    if isinstance(found, Mapping):
        found = found["message"] if isinstance(found.get("message"), Mapping) else found
        content = found.get("content") if isinstance(found, Mapping) else found
        if isinstance(content, str):
            return content
    if isinstance(found, str):
        return found
    return json.dumps(found, ensure_ascii=False, default=str)


def parsed(value: Any) -> Any:
    """JSON in a text as what it says; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "[", '"') or len(value) > 10**7:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def model(name: str, provider: str | None = None) -> tuple[str, str]:
    """Provider and model as the ledger names them: what stands before a slash, else who makes a model of that name."""
    return _model(name.strip(), (provider or "").strip())


def error_type(*said: Any) -> str | None:
    """The ledger's coarse word for an error by its class, code or message; unknown where none fits, None where nothing is said."""
    text = " ".join(str(one) for one in said if one not in (None, "")).lower()
    if not text:
        return None
    return next((kind for kind, words in _KINDS if any(word in text for word in words)), "unknown")


@lru_cache(maxsize=4096)
def _model(name: str, provider: str) -> tuple[str, str]:
    from workbench.pricing import catalogue

    before, slash, after = name.partition("/")
    if provider:
        known = _VENDORS.get(provider.lower(), provider.lower() if provider.isupper() else provider)
        return known, after if slash and before.lower() in (provider.lower(), known.lower()) else name
    if slash and after:
        return _VENDORS.get(before.lower(), before), after
    found = catalogue.bare(name)
    return (found[0] if found else "unknown"), name


def _of_text(text: str) -> int:
    if len(text) > 40:
        raise ValueError(text)
    for zone in (" UTC", " GMT"):
        text = text.removesuffix(zone)
    if text.isdecimal():  # a number of eight digits is no date
        raise ValueError(text)
    point = text.find(".")
    if point > 0:  # more digits than microseconds, as Azure and Go write them
        end = point + 1
        while end < len(text) and text[end].isdigit():
            end += 1
        text = text[: min(end, point + 7)] + text[end:]
    if len(text) > 3 and text[-3] in "+-" and text[-2:].isdigit() and ":" in text:
        text += ":00"
    return _of_datetime(datetime.fromisoformat(text))


def _of_datetime(value: datetime) -> int:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def _plain_number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None


def _message(one: Any) -> Any:
    return dict(one) if isinstance(one, Mapping) and "role" in one else {"role": "user", "content": text(one) or ""}
