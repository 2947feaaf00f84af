"""Who may use the routes: anybody on this machine, elsewhere who holds the token; never a web page of another site.

A browser sends what any page tells it to, also to a server on this machine, and says in `Origin` whose page it was. So a foreign
origin is refused before a body is read, with or without a token.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.api.answers import Refused, refusal
from workbench.errors import InputError, WorkbenchError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Endpoint = Callable[["Request"], Awaitable["Response"]]
Refusal = Callable[["Request", Refused], "Response"]
_LOG = logging.getLogger("workbench.api")


def guarded(endpoint: Endpoint, token: str | None, refuse: Refusal = refusal) -> Endpoint:
    """`endpoint` for those who may use it; every error in the form of `refuse`. `token` is None where only this machine can ask."""

    async def answer(request: "Request") -> "Response":
        try:
            _check(request, token)
            return await endpoint(request)
        except Refused as error:
            return refuse(request, error)
        except WorkbenchError as error:
            return refuse(request, Refused(400 if isinstance(error, InputError) else 500, error.message, error.hint))
        except Exception as error:
            _LOG.exception("A request could not be answered")
            return refuse(request, Refused(500, f"The workbench failed: {type(error).__name__}.", "Look at what it wrote to its terminal."))

    return answer


def _check(request: "Request", token: str | None) -> None:
    if _foreign(request):
        raise Refused(
            403, "A page of another site may not use this workbench.", "Send the request from a program, without an Origin header."
        )
    if token is not None and not _holds(request.headers.get("authorization", ""), token):
        raise Refused(
            401,
            "This workbench can be reached from other machines, and asks for its token.",
            "Send `Authorization: Bearer TOKEN`: the value of WORKBENCH_API_TOKEN, or the one that was printed when it started.",
            {"www-authenticate": 'Bearer realm="workbench"'},
        )


def _foreign(request: "Request") -> bool:
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    return request.method not in {"GET", "HEAD"} and request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _holds(given: str, token: str) -> bool:
    scheme, _, value = given.partition(" ")
    # Compared in a time that does not depend on how much of it is right.
    return hmac.compare_digest(value.strip().encode(), token.encode()) and scheme.lower() == "bearer"
