"""The table of routes that the launcher mounts beside the pages. Loads nothing heavy: what a route needs comes with its first request."""

from typing import TYPE_CHECKING

from workbench.api import calls, exposition, prompts, traces
from workbench.api.answers import Refused, refusal
from workbench.api.guard import Endpoint, Refusal, guarded

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def routes(token: str | None = None) -> "list[Route]":
    """Every route, each behind the guard. `token` is what others than this machine must show; None where only it can ask."""
    from starlette.routing import Route

    table: tuple[tuple[str, Endpoint, tuple[str, ...], Refusal], ...] = (
        ("/api/prompts/{name:path}", prompts.get, ("GET", "HEAD"), refusal),
        ("/api/calls", calls.post, ("POST",), refusal),
        ("/v1/traces", traces.post, ("POST",), traces.refusal),
        ("/metrics", exposition.get, ("GET", "HEAD"), refusal),
        # Whatever else lies there would be answered with the page of the app, which a program takes for success.
        ("/api/{rest:path}", _nowhere, _METHODS, refusal),
        ("/v1/{rest:path}", _nowhere, _METHODS, refusal),
    )
    return [Route(path, guarded(_only(endpoint, allowed), token, refuse), methods=_METHODS) for path, endpoint, allowed, refuse in table]


def _only(endpoint: Endpoint, allowed: tuple[str, ...]) -> Endpoint:
    async def answer(request: "Request") -> "Response":
        if request.method not in allowed:
            raise Refused(405, f"{request.method} is not answered here.", f"Use {allowed[0]}.", {"allow": ", ".join(allowed)})
        return await endpoint(request)

    return answer


async def _nowhere(request: "Request") -> "Response":
    known = "GET /api/prompts/NAME, POST /api/calls, POST /v1/traces, GET /metrics, GET /api/health"
    raise Refused(404, f"There is nothing at {request.url.path[:200]}.", f"There are: {known}.")
