"""Security headers on every answer. The second wall: should text ever be shown as markup, the browser still asks no other host."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# The page framework needs inline scripts, eval and blobs of its own origin; nothing may come from or go to another one.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_PROGRAMS = ("/api/", "/v1/")  # asked by programs, which are told of errors in JSON
_TOLD = b"This workbench answers to localhost only.\n"
_TOLD_PROGRAMS = b'{"error":"This workbench answers to localhost only.","hint":"Ask for http://127.0.0.1 and its port."}'
_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware that adds HEADERS to HTTP answers. Plain ASGI: web sockets pass untouched."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of the application, with HEADERS in place of its own of those names."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower().decode("latin-1") not in HEADERS]
                message = {**message, "headers": [*kept, *_ENCODED]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


class KnownHosts:
    """ASGI middleware that refuses names other than `hosts`: a foreign page must not reach a loopback server by a name of its own."""

    def __init__(self, app: Application, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of the application, or 403."""
        if scope["type"] != "http" or _host(scope) in self.hosts:
            await self.app(scope, receive, send)  # web sockets have the framework's own check of host and origin
            return
        program = scope["path"].startswith(_PROGRAMS)
        kind = b"application/json" if program else b"text/plain; charset=utf-8"
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": _TOLD_PROGRAMS if program else _TOLD})


def _host(scope: Scope) -> str:
    given = next((bytes(value).decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if given.startswith("["):
        return given[1:].partition("]")[0].lower()
    return given.partition(":")[0].lower()
