"""What went wrong, in our words: every exception of the SDKs and their HTTP library, every error body, as one of our errors.

Classes are known by name, so that no SDK is imported here. Bodies are read by status, code and type; only where a server says it
in prose alone (Anthropic, vLLM, Ollama) is prose looked at.
"""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from workbench import errors
from workbench.errors import CallError
from workbench.providers.base import RateHeaders
from workbench.providers.keys import redact

_CLIP = 600
_DAY_S = 86_400.0

# Exceptions without a status. The first class of an error's own line of ancestors that is listed decides.
BY_CLASS: dict[str, type[CallError]] = {
    # httpx2
    "TimeoutException": errors.CallTimeout,
    "DecodingError": errors.MalformedReply,
    "RemoteProtocolError": errors.ConnectionFailed,
    "LocalProtocolError": errors.InvalidRequest,
    "UnsupportedProtocol": errors.ProviderMissing,
    "TooManyRedirects": errors.ProviderMissing,
    "InvalidURL": errors.ProviderMissing,
    "RequestError": errors.ConnectionFailed,
    "HTTPError": errors.ConnectionFailed,
    # both SDKs
    "APITimeoutError": errors.CallTimeout,
    "APIConnectionError": errors.ConnectionFailed,
    "APIResponseValidationError": errors.MalformedReply,
    # openai
    "ContentFilterFinishReasonError": errors.ContentRefused,
    "LengthFinishReasonError": errors.MalformedReply,
    "SubjectTokenProviderError": errors.AuthFailed,
    "OAuthError": errors.AuthFailed,
    "WebSocketConnectionClosedError": errors.ConnectionFailed,
    # anthropic
    "CredentialsError": errors.AuthFailed,
    "WorkloadIdentityError": errors.AuthFailed,
    "MissingDependencyError": errors.ProviderMissing,
    "RetryableError": errors.ServerFailed,
    # what lies below
    "JSONDecodeError": errors.MalformedReply,
    "UnicodeDecodeError": errors.MalformedReply,
    "UnicodeEncodeError": errors.InvalidRequest,  # half of a surrogate pair in the text: no request can carry it
    "SSLError": errors.ConnectionFailed,
    "EndOfStream": errors.ConnectionFailed,
    "TimeoutError": errors.CallTimeout,
    "OSError": errors.ConnectionFailed,
}
_BROKE_OFF = {"RemoteProtocolError", "NetworkError", "EndOfStream", "OSError"}

_BY_STATUS: dict[int, type[CallError]] = {
    401: errors.AuthFailed,
    402: errors.AuthFailed,
    403: errors.AuthFailed,
    404: errors.ModelUnknown,
    407: errors.AuthFailed,
    408: errors.CallTimeout,
    409: errors.ServerFailed,  # a lock timed out: both SDKs try again
    413: errors.ContextTooLong,
    425: errors.ServerFailed,
    429: errors.RateLimited,
    503: errors.Overloaded,
    504: errors.CallTimeout,
    524: errors.CallTimeout,
    529: errors.Overloaded,
}
_BY_CODE: dict[str, type[CallError]] = {
    "context_length_exceeded": errors.ContextTooLong,
    "exceed_context_size_error": errors.ContextTooLong,  # llama.cpp
    "request_too_large": errors.ContextTooLong,
    "content_policy_violation": errors.ContentRefused,
    "content_filter": errors.ContentRefused,  # Azure
    "moderation_blocked": errors.ContentRefused,
    "invalid_prompt": errors.ContentRefused,
    "model_not_found": errors.ModelUnknown,
    "insufficient_quota": errors.AuthFailed,
    "billing_error": errors.AuthFailed,
    "billing_hard_limit_reached": errors.AuthFailed,
    "billing_not_active": errors.AuthFailed,
    "invalid_api_key": errors.AuthFailed,
    "authentication_error": errors.AuthFailed,
    "permission_error": errors.AuthFailed,
    "rate_limit_exceeded": errors.RateLimited,
    "rate_limit_error": errors.RateLimited,
    "overloaded_error": errors.Overloaded,
    "timeout_error": errors.CallTimeout,
    "server_error": errors.ServerFailed,
    "api_error": errors.ServerFailed,
    "invalid_request_error": errors.InvalidRequest,
}
# These two words are used by some servers beside every kind of status (Ollama says api_error for a missing model).
_VAGUE = {"server_error", "api_error", "invalid_request_error"}
_PROSE: tuple[tuple[re.Pattern[str], type[CallError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"prompt is too long|maximum context|context (?:window|size|limit|length)|too many (?:input )?tokens", errors.ContextTooLong),
        (r"input (?:length|is too long)", errors.ContextTooLong),
        (r"content (?:filtering|management|moderation)? ?policy|safety system|requires moderation|flagged", errors.ContentRefused),
        (r"model .{0,200}(?:not found|does not exist)|not a valid model|unknown model|^model: ", errors.ModelUnknown),
        (r"credit balance is too low|insufficient credits", errors.AuthFailed),
    )
)
_QUOTA = {"insufficient_quota", "billing_error", "billing_hard_limit_reached", "billing_not_active"}
_QUOTA_HINT = "Add credit or raise the spending limit in the provider's own console."
_URL_HINT = "Check the base URL; for OpenAI-compatible servers it usually ends in /v1."


def translate(error: BaseException, *, in_body: bool = False) -> CallError:
    """`error` as one of ours. `in_body` says that the answer had begun: a broken connection then means a truncated reply."""
    if isinstance(error, CallError):
        return error
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    headers = getattr(response, "headers", {})
    body = getattr(error, "body", None)
    if isinstance(status, int) and status >= 400:
        return from_status(status, body, headers, fallback=str(error))
    if isinstance(body, Mapping):  # an error event in the middle of a stream
        return from_status(200, body, headers, fallback=str(error))
    return _by_class(error, in_body)


def from_status(status: int, body: object, headers: Mapping[str, str] | None = None, *, fallback: str = "") -> CallError:
    """The error that a status and a body tell of. `status` 200 means that the error came inside a good answer."""
    told = _read(body)
    kind = _kind(status, told)
    hint = None
    if kind is errors.AuthFailed and (status == 402 or told.words & _QUOTA or _PROSE[-1][0].search(told.message)):
        hint = _QUOTA_HINT
    elif kind is errors.ModelUnknown and not told.message:
        kind, hint = errors.ProviderMissing, _URL_HINT  # a 404 that says nothing comes from a wrong path
    elif kind is errors.InvalidRequest and told.param:
        hint = f"Change {told.param}, then try again."
    message = told.message or _plain(fallback) or f"The server answered with status {status}."
    wait = retry_after_s(headers or {}) if kind in {errors.RateLimited, errors.Overloaded, errors.ServerFailed} else None
    return kind(clean(message), retry_after_s=wait, status=status, hint=hint)


def clean(message: str) -> str:
    """A message fit to be kept: one line's worth, without keys."""
    message = redact(message.strip())
    return message if len(message) <= _CLIP else message[: _CLIP - 1] + "…"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the headers tell: retry-after-ms, retry-after (seconds or a date), else the reset of a limit that is used up."""
    if (ms := _number(headers.get("retry-after-ms"))) is not None:
        return _bounded(ms / 1000)
    if told := headers.get("retry-after"):
        if (seconds := _number(told)) is not None:
            return _bounded(seconds)
        try:
            return _bounded(parsedate_to_datetime(told).timestamp() - time.time())
        except (ValueError, TypeError, OverflowError):
            return None
    rate = rate_headers(headers)
    waits = [
        wait
        for left, wait in ((rate.remaining_requests, rate.reset_requests_s), (rate.remaining_tokens, rate.reset_tokens_s))
        if left == 0 and wait is not None
    ]
    return max(waits, default=None)


def rate_headers(headers: Mapping[str, str]) -> RateHeaders:
    """What OpenAI's (`x-ratelimit-…`) or Anthropic's (`anthropic-ratelimit-…`) headers say."""
    if "x-ratelimit-remaining-requests" in headers or "x-ratelimit-remaining-tokens" in headers:
        return RateHeaders(
            _whole(headers.get("x-ratelimit-remaining-requests")),
            _whole(headers.get("x-ratelimit-remaining-tokens")),
            _span_s(headers.get("x-ratelimit-reset-requests")),
            _span_s(headers.get("x-ratelimit-reset-tokens")),
        )
    if "anthropic-ratelimit-requests-remaining" in headers or "anthropic-ratelimit-tokens-remaining" in headers:
        return RateHeaders(
            _whole(headers.get("anthropic-ratelimit-requests-remaining")),
            _whole(headers.get("anthropic-ratelimit-tokens-remaining")),
            _until_s(headers.get("anthropic-ratelimit-requests-reset")),
            _until_s(headers.get("anthropic-ratelimit-tokens-reset")),
        )
    return _NOTHING


_NOTHING = RateHeaders()


@dataclass(frozen=True)
class _Told:
    """An error body: its sentence, the words it is known by, and the parameter at fault."""

    message: str = ""
    words: frozenset[str] = frozenset()
    param: str = ""
    code: int | None = None


def _read(body: object) -> _Told:
    """An error body in any of the shapes servers use: nested under `error`, flat, a list, FastAPI's `detail`, or bare text."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return _Told(_plain(body))
    if not isinstance(body, Mapping):
        return _Told()
    inner = body.get("error", body)
    if isinstance(inner, str):
        return _Told(inner)
    if not isinstance(inner, Mapping):
        return _Told(str(body.get("message", "")))
    message = inner.get("message") or inner.get("detail") or body.get("detail") or ""
    words = frozenset(str(inner[key]) for key in ("code", "type") if inner.get(key) is not None)
    code = _whole(str(inner.get("code", "")))
    return _Told(message if isinstance(message, str) else str(message), words, str(inner.get("param") or ""), code)


def _kind(status: int, told: _Told) -> type[CallError]:
    sharp = [_BY_CODE[word] for word in told.words if word in _BY_CODE and word not in _VAGUE]
    if errors.AuthFailed in sharp and told.words & _QUOTA:
        return errors.AuthFailed  # sent as 429, but no waiting helps
    if sharp:
        return sharp[0]
    if status in {200, 400, 402, 403, 404, 413, 422, 500}:
        for pattern, kind in _PROSE:
            if pattern.search(told.message):
                return kind
    if status < 400:
        if told.code is not None and told.code >= 400:
            return _kind(told.code, _Told(told.message))
        vague = [_BY_CODE[word] for word in told.words if word in _VAGUE]
        return vague[0] if vague else errors.ServerFailed
    return _BY_STATUS.get(status, errors.ServerFailed if status >= 500 else errors.InvalidRequest)


def _by_class(error: BaseException, in_body: bool) -> CallError:
    cause = error.__cause__ if type(error).__name__ in {"APIConnectionError", "APIError"} else None
    chain = [cls.__name__ for cls in (*(type(cause).__mro__ if cause is not None else ()), *type(error).__mro__)]
    told = str(cause or error) or type(cause or error).__name__
    kind = next((BY_CLASS[name] for name in chain if name in BY_CLASS), errors.UnknownFailure)
    if in_body and kind is errors.ConnectionFailed and _BROKE_OFF.intersection(chain):
        return errors.TruncatedReply(clean(f"The answer broke off: {told}"))
    hint = _URL_HINT if kind is errors.ProviderMissing else None
    if kind is errors.UnknownFailure:
        told = f"{type(error).__name__}: {told}"
    return kind(clean(_SENTENCES.get(kind, "{}").format(told)), hint=hint)


_SENTENCES: dict[type[CallError], str] = {
    errors.ConnectionFailed: "The provider could not be reached: {}",
    errors.MalformedReply: "The answer cannot be read: {}",
    errors.CallTimeout: "No answer in time: {}",
}


def _plain(text: str) -> str:
    """A text body as a sentence; a web page says only its title."""
    if "<html" in text[:500].lower() or "<!doctype" in text[:500].lower():
        title = re.search(r"<(?:title|h1)[^>]*>([^<]{1,200})<", text, re.IGNORECASE)
        return f"The server answered with a web page{f': {title[1].strip()}' if title else ''}."
    return text[: 2 * _CLIP].strip()


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str | None) -> int | None:
    value = _number(text)
    return None if value is None else int(value)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _DAY_S)


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def _span_s(text: str | None) -> float | None:
    """Seconds of `6m0s`, `20ms` or `1.5`."""
    if not text:
        return None
    if (seconds := _number(text)) is not None:
        return _bounded(seconds)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text)
    return _bounded(sum(float(amount) * _UNITS[unit] for amount, unit in parts)) if parts else None


def _until_s(text: str | None) -> float | None:
    """Seconds until an RFC 3339 moment."""
    from workbench.clock import from_iso

    if not text:
        return None
    try:
        return _bounded(from_iso(text) / 1000 - time.time())
    except ValueError:
        return None
