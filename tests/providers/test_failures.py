"""Every exception of both SDKs and of their HTTP library becomes one of ours, and none is missed."""

import json
import ssl
import time
from email.utils import formatdate

import anthropic
import httpx2
import openai
import pytest

from workbench import errors
from workbench.providers import failures
from workbench.providers.failures import from_status, translate

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1")
# What cannot come out of a request for a reply; `translate` still takes them, as an unknown failure.
ELSEWHERE = {
    "OpenAIError", "AnthropicError", "APIError", "WebSocketQueueFullError", "StreamAlreadyConsumed", "APIWebhookValidationError",
    "_AmbiguousModuleClientUsageError", "MutuallyExclusiveAuthError", "StreamError", "StreamConsumed", "StreamClosed",
    "ResponseNotRead", "RequestNotRead", "CookieConflict", "AgentOutputParseError", "AgentTurnResultError", "AgentFilePreparationError",
    "AgentFileStagingError", "APIRemovedInV1", "ToolsetClosedError", "ToolsetConfigError", "ToolsetContractError", "ToolsetUsageError",
    "ToolsetsFixedError",
}  # fmt: skip


def family(root: type[BaseException]) -> set[type[BaseException]]:
    return {root} | {below for cls in root.__subclasses__() for below in family(cls)}


def exceptions() -> list[type[BaseException]]:
    roots = (openai.OpenAIError, anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, httpx2.CookieConflict)
    return sorted({cls for root in roots for cls in family(root)}, key=lambda cls: (cls.__module__, cls.__name__))


def instance(cls: type[BaseException], status: int | None) -> BaseException:
    """An exception as the SDK would raise it, whatever its constructor asks for."""
    error = cls.__new__(cls)
    error.args = ("it went wrong",)
    error.request_id = None
    if status is not None:
        error.response = httpx2.Response(status, request=REQUEST)
        error.status_code = status
        error.body = None
    return error


@pytest.mark.parametrize("cls", exceptions(), ids=lambda cls: f"{cls.__module__.split('.')[0]}.{cls.__name__}")
def test_no_exception_of_the_sdks_is_missed(cls: type[BaseException]):
    from_server = issubclass(cls, openai.APIStatusError | anthropic.APIStatusError | httpx2.HTTPStatusError)
    status = getattr(cls, "status_code", 500) if from_server else None
    ours = translate(instance(cls, status if isinstance(status, int) else 500 if from_server else None))
    if cls.__name__ in ELSEWHERE:
        assert isinstance(ours, errors.CallError)
    else:
        assert type(ours) is not errors.UnknownFailure


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.AuthFailed),
        (402, errors.AuthFailed),
        (403, errors.AuthFailed),
        (408, errors.CallTimeout),
        (409, errors.ServerFailed),
        (413, errors.ContextTooLong),
        (418, errors.InvalidRequest),
        (422, errors.InvalidRequest),
        (429, errors.RateLimited),
        (500, errors.ServerFailed),
        (502, errors.ServerFailed),
        (503, errors.Overloaded),
        (504, errors.CallTimeout),
        (529, errors.Overloaded),
    ],
)
def test_a_status_alone_has_its_type(status: int, kind: type[errors.CallError]):
    error = from_status(status, None)
    assert type(error) is kind
    assert error.status == status
    assert str(status) in error.message


# Bodies as servers send them.
def nested(message: str, **fields: object) -> dict[str, object]:
    return {"error": {"message": message, **fields}}


BODIES = [
    ("llama.cpp", 400, nested("request exceeds", code=400, type="exceed_context_size_error", n_ctx=4096), errors.ContextTooLong),
    ("llama.cpp loading", 503, nested("Loading model", code=503, type="unavailable_error"), errors.Overloaded),
    ("vLLM flat", 400, {"object": "error", "message": "maximum context length is 4096 tokens.", "code": 400}, errors.ContextTooLong),
    ("vLLM model", 404, nested("The model `x` does not exist.", type="NotFoundError", code=404), errors.ModelUnknown),
    ("Ollama model", 404, nested('model "x" not found, try pulling it first', type="api_error"), errors.ModelUnknown),
    ("Ollama text", 400, {"error": "input length exceeds the context length"}, errors.ContextTooLong),
    ("OpenRouter model", 400, nested("x/y is not a valid model ID", code=400), errors.ModelUnknown),
    ("OpenRouter flagged", 403, nested("Your input was flagged", code=403, metadata={"reasons": ["a"]}), errors.ContentRefused),
    ("OpenRouter credit", 402, nested("Insufficient credits", code=402), errors.AuthFailed),
    ("OpenRouter in 200", 200, nested("Rate limited upstream", code=429), errors.RateLimited),
    ("Azure filter", 400, nested("The response was filtered", code="content_filter"), errors.ContentRefused),
    ("Anthropic credit", 400, nested("Your credit balance is too low", type="invalid_request_error"), errors.AuthFailed),
    ("Anthropic in a stream", 200, {"type": "error", **nested("Overloaded", type="overloaded_error")}, errors.Overloaded),
    ("FastAPI", 422, {"detail": [{"loc": ["body", "model"], "msg": "field required"}]}, errors.InvalidRequest),
    ("Google's list", 429, [nested("Quota exceeded", code=429, status="RESOURCE_EXHAUSTED")], errors.RateLimited),
    ("a wrong path", 404, None, errors.ProviderMissing),
    ("a web page", 502, "<!DOCTYPE html><html><title>Bad gateway</title></html>", errors.ServerFailed),
]


@pytest.mark.parametrize(("status", "body", "kind"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES])
def test_every_servers_way_to_say_it_is_understood(status: int, body: object, kind: type[errors.CallError]):
    error = from_status(status, body, fallback="")
    assert type(error) is kind
    assert error.message


def test_the_parameter_at_fault_is_named_in_the_hint():
    body = {"error": {"message": "Invalid value", "param": "temperature", "code": "invalid_value"}}
    assert "temperature" in from_status(400, body).hint


def test_a_key_that_a_server_echoes_is_not_passed_on(monkeypatch: pytest.MonkeyPatch):
    from workbench.providers import keys

    monkeypatch.setenv("HOUSE_KEY", "plainword-that-is-secret")
    assert keys.find("HOUSE_KEY")
    told = from_status(401, {"error": {"message": "Incorrect API key provided: sk-abcd***wxyz, or plainword-that-is-secret"}})
    assert "abcd" not in told.message
    assert "plainword" not in told.message


def test_a_connection_that_breaks_is_truncated_once_the_answer_has_begun():
    reset = httpx2.RemoteProtocolError("peer closed connection")
    assert type(translate(reset)) is errors.ConnectionFailed
    assert type(translate(reset, in_body=True)) is errors.TruncatedReply


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (json.JSONDecodeError("x", "y", 0), errors.MalformedReply),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), errors.MalformedReply),
        (ssl.SSLError("bad certificate"), errors.ConnectionFailed),
        (ConnectionResetError("reset"), errors.ConnectionFailed),
        (TimeoutError(), errors.CallTimeout),
        (ZeroDivisionError("ours"), errors.UnknownFailure),
    ],
)
def test_what_lies_below_the_sdks_has_its_type(error: Exception, kind: type[errors.CallError]):
    assert type(translate(error)) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "in 20 s"}, 20),
        ({"retry-after": "in -20 s"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "1e12"}, 86_400),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "6m0s"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back_is_read_from_whatever_header_says_it(headers: dict[str, str], seconds: float | None):
    if (told := headers.get("retry-after", "")).startswith("in "):
        headers = {"retry-after": formatdate(time.time() + int(told.split()[1]), usegmt=True)}
    assert failures.retry_after_s(headers) == (None if seconds is None else pytest.approx(seconds, abs=2))


def test_rate_limit_headers_of_both_protocols_are_read():
    openais = failures.rate_headers(
        {"x-ratelimit-remaining-requests": "3", "x-ratelimit-remaining-tokens": "9000", "x-ratelimit-reset-tokens": "20ms"}
    )
    assert (openais.remaining_requests, openais.remaining_tokens, openais.reset_tokens_s) == (3, 9000, pytest.approx(0.02))
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 30))
    anthropics = failures.rate_headers({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": moment})
    assert anthropics.remaining_requests == 0
    assert anthropics.reset_requests_s == pytest.approx(30, abs=3)
