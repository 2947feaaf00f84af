"""Serves the pages and our own HTTP routes from one process: address, configuration, headers, start and stop.

The only place in the library that knows the page framework. Binds loopback unless told otherwise in so many words.
"""

import errno
import ipaddress
import os
import secrets
import socket
import sys
import threading
import tomllib
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import workbench
from workbench import settings
from workbench.errors import SettingsError, WorkbenchError

if TYPE_CHECKING:
    import streamlit
    from starlette.requests import Request
    from starlette.responses import Response

PORT = 8501
_GRACE_S = 3  # a browser's socket is not waited for longer than this when the process is told to stop


def serve(
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    open_browser: bool = True,
    allow_network: bool = False,
    say: Callable[[str], object] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError where the address is refused or taken."""
    tell = say or _stderr
    require_loopback(host, allow_network=allow_network)
    token = _token(tell) if allow_network else None
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    address = f"http://{'[' + host + ']' if ':' in host else host}:{port}"
    # SQLAlchemy and the migrations load while the page framework does: the first page then finds an open store.
    threading.Thread(target=_open_store, args=(tell,), name="open-store", daemon=True).start()
    configure(host, port, any_host=allow_network)

    def started() -> None:
        tell(f"Prompt Workbench {workbench.__version__} is at {address} (Ctrl-C stops it).")
        if open_browser and _has_screen():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    _run(application(None if allow_network else _hosts(host), started, token), listening)


def require_loopback(host: str, *, allow_network: bool) -> None:
    """Raise SettingsError where `host` can be reached from other machines and that was not asked for."""
    if allow_network or host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"{host} can be reached from other machines, and the workbench asks nobody for a password.",
            hint="Whoever opens it reads every prompt and spends with your keys. Serve on 127.0.0.1, or add --allow-network.",
        )


def configure(host: str, port: int, *, any_host: bool = False) -> None:
    """Hand the configuration to the page framework by code: it would look for the file in the working directory."""
    from streamlit import config
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.web import bootstrap

    script = settings.app_root() / "app.py"
    options = _flat(tomllib.loads((script.parent / ".streamlit" / "config.toml").read_text()))
    options |= {"server.address": host, "server.port": port, "browser.serverAddress": host, "browser.serverPort": port}
    if any_host:
        options["server.allowedHosts"] = []
    config._main_script_path = str(script)  # noqa: SLF001 (what `streamlit run` sets)
    bootstrap.load_config_options(options)
    # A folder called pages/ beside app.py makes a fresh server take it for the old automatic menu, and the first deep link
    # then shows a false "Page not found". Internal to the framework: a test fails when the attribute goes.
    PagesManager.uses_pages_directory = False
    if str(script.parent) not in sys.path:
        sys.path.insert(0, str(script.parent))


def application(hosts: tuple[str, ...] | None, started: Callable[[], None] | None = None, token: str | None = None) -> "streamlit.App":
    """The ASGI application: the pages, our routes, and headers around both. `hosts` are the names it answers to, None is any; `token`
    is what the routes ask for, None is nothing.
    """
    import streamlit
    from starlette.middleware import Middleware
    from starlette.routing import Route

    from workbench.api.routes import routes
    from workbench.server import ticker
    from workbench.server.headers import KnownHosts, SecurityHeaders

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        if started:
            started()
        ticker.start()
        yield
        _wind_down()

    guards = [Middleware(SecurityHeaders)] + ([Middleware(KnownHosts, hosts=hosts)] if hosts else [])
    ours = [Route("/api/health", _health), *routes(token)]
    return streamlit.App(settings.app_root() / "app.py", routes=ours, middleware=guards, lifespan=lifespan)


async def _health(_request: "Request") -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"status": "ok", "version": workbench.__version__})


def _run(app: Any, listening: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", ws_max_size=200 * 2**20, timeout_graceful_shutdown=_GRACE_S
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn raises the signal again once it has stopped; Ctrl-C is not an error
    finally:
        listening.close()


def _token(tell: Callable[[str], object]) -> str:
    """What other machines must show to use the routes: that of the environment, else a new one, which is told this once."""
    held = settings.api_token()
    if held is None:
        held = secrets.token_urlsafe(32)
        tell(f"Programs on other machines send this header: Authorization: Bearer {held}\n(Set WORKBENCH_API_TOKEN to choose it yourself.)")
    return held


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that nobody can take it between the check and the start."""
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SettingsError(
                f"{host}:{port} cannot be served: {error.strerror or error}.", hint="Choose another --host or --port."
            ) from error
        free = _next_free(host, port)
        raise SettingsError(
            f"Port {port} is taken: a workbench may be running at http://{host}:{port} already.",
            hint=f"Open that address, or start with --port {free}." if free else "Choose another --port.",
        ) from error


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns off the wait for more to send: without it each answer on a kept connection takes 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def _next_free(host: str, port: int) -> int | None:
    for candidate in range(port + 1, min(port + 50, 65_536)):
        try:
            _bound(host, candidate).close()
        except OSError:
            continue
        return candidate
    return None


def _hosts(host: str) -> tuple[str, ...]:
    return ("localhost", "127.0.0.1", "::1", host)


def _open_store(tell: Callable[[str], object]) -> None:
    from workbench import store

    try:
        store.current()
    except WorkbenchError as error:
        tell(f"Error: {error}\n{error.hint}")  # every page says it too


def _wind_down() -> None:
    """Stop what this process started, where it started anything: ticker and runs let go of their leases, the local model's child ends."""
    from workbench.server import ticker

    ticker.stop()
    loop = sys.modules.get("workbench.calls.loop")
    if loop is not None:
        loop.close()
    from workbench import store

    store.close_all()


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted names, which is how the framework takes options."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def _has_screen() -> bool:
    """Whether a browser window can be opened; on a bare terminal `webbrowser` would start a text browser in it."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
