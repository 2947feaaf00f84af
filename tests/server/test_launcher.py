"""The launcher: where it binds, what it refuses, what every answer carries, how it ends."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.harness import Server, serving
from workbench.errors import SettingsError
from workbench.server import launcher
from workbench.server.headers import HEADERS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server") / "home") as running:
        yield running


def _ask(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_health_says_ok_and_the_version(server: Server) -> None:
    status, _headers, body = _ask(server, "/api/health")
    assert status == 200
    assert '"status":"ok"' in body


@pytest.mark.parametrize("path", ["/", "/runs", "/api/health", "/_stcore/health", "/nowhere"])
def test_every_answer_carries_the_security_headers_once(server: Server, path: str) -> None:
    _status, headers, _body = _ask(server, path)
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_a_foreign_name_is_refused(server: Server) -> None:
    assert _ask(server, "/", Host="workbench.evil.example")[0] == 403
    assert _ask(server, "/api/health", Host="127.0.0.1.evil.example:80")[0] == 403
    assert _ask(server, "/", Host="localhost:1234")[0] == 200
    assert _ask(server, "/", Host="[::1]:8501")[0] == 200


@pytest.mark.parametrize(("name", "value"), [("Origin", "http://evil.example"), ("Host", "evil.example")])
def test_a_foreign_page_cannot_open_the_web_socket(server: Server, name: str, value: str) -> None:
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", name: value,
    }  # fmt: skip
    assert _ask(server, "/_stcore/stream", **headers)[0] == 403


def test_it_listens_on_loopback_only(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    with Path("/proc/net/tcp").open() as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A" and line.split()[1].endswith(f":{int(port):04X}")]
    assert listening == [f"0100007F:{int(port):04X}"]


def test_sigterm_ends_it_cleanly_within_seconds(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as running:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(15) in (0, -signal.SIGTERM)
        assert running.process.stderr is not None
        assert "Traceback" not in running.process.stderr.read()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "example.org", ""])
def test_an_address_that_others_reach_is_refused_unless_asked_for(host: str) -> None:
    with pytest.raises(SettingsError, match="other machines") as refused:
        launcher.require_loopback(host, allow_network=False)
    assert "--allow-network" in refused.value.hint
    launcher.require_loopback(host, allow_network=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_is_served(host: str) -> None:
    launcher.require_loopback(host, allow_network=False)


def test_a_taken_port_is_said_with_the_next_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} is taken") as refused:
            launcher.serve(port=port, open_browser=False)
    free = int(refused.value.hint.rpartition("--port ")[2].rstrip("."))
    socket.create_server(("127.0.0.1", free)).close()


def test_the_internal_switch_of_the_framework_is_still_there() -> None:
    from streamlit.runtime.pages_manager import PagesManager

    assert "uses_pages_directory" in vars(PagesManager), "pages/ would be taken for the old automatic menu: see launcher.configure"


def test_every_option_of_the_configuration_is_known_to_the_framework() -> None:
    code = (
        "from workbench.server import launcher; from streamlit import config\n"
        "launcher.configure('127.0.0.1', 8999)\n"
        "assert config.get_option('theme.light.primaryColor') and config.get_option('theme.dark.sidebar.backgroundColor')\n"
        "assert config.get_option('server.address') == '127.0.0.1' and config.get_option('server.port') == 8999\n"
        "assert config.get_option('client.toolbarMode') == 'viewer' and config.get_option('browser.gatherUsageStats') is False\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", env=_environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert "not a valid config option" not in done.stderr


def test_starting_does_not_load_what_only_some_pages_need() -> None:
    code = (
        "import sys; from workbench.server import launcher; launcher.configure('127.0.0.1', 8999); launcher.application(None)\n"
        "print(','.join(name for name in ('openai', 'anthropic', 'scipy', 'alembic', 'pandas', 'openpyxl') if name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_environment(), check=True)
    assert done.stdout.strip() == ""


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def test_the_command_refuses_an_open_address_with_a_hint_and_exit_code_1(tmp_path: Path) -> None:
    code = "from workbench.cli import main; main()"
    command = [sys.executable, "-c", code, "app", "--host", "0.0.0.0", "--no-browser"]
    environment = {**_environment(), "WORKBENCH_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "other machines" in done.stderr
    assert "--allow-network" in done.stderr
