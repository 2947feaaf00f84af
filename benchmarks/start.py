"""How long the program takes to be of use: `--help`, a first healthy answer, a drawn Home; the last two beside bare `streamlit hello`."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.report import report

BIN = Path(sys.executable).parent
ROUNDS = 5
_QUIET = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]


def main() -> None:
    helps = [_seconds(lambda: subprocess.run([BIN / "workbench", "--help"], check=True, capture_output=True)) for _ in range(ROUNDS)]
    report("workbench --help", statistics.median(helps), "s", ROUNDS, bar=0.4)
    ours = lambda port: [BIN / "workbench", "app", "--port", str(port), "--no-browser"]  # noqa: E731 (two commands side by side)
    bare = lambda port: [BIN / "streamlit", "hello", f"--server.port={port}", *_QUIET]  # noqa: E731
    health = {name: [] for name in ("ours", "bare")}
    drawn = {name: [] for name in ("ours", "bare")}
    for _ in range(ROUNDS):
        for name, command, path, mark in (("bare", bare, "/_stcore/health", "Welcome"), ("ours", ours, "/api/health", "Load the demo")):
            with tempfile.TemporaryDirectory() as home, _server(command, home) as (begun, port):
                _wait_for(f"http://127.0.0.1:{port}{path}")
                health[name].append(time.perf_counter() - begun)
                _draw(f"http://127.0.0.1:{port}/", mark)
                drawn[name].append(time.perf_counter() - begun)
    for title, times in (("start to first health", health), ("start to a drawn Home", drawn)):
        report(title, statistics.median(times["ours"]), "s", ROUNDS, floor=statistics.median(times["bare"]), bar=2.0)


def _seconds(action: object) -> float:
    begun = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - begun


@contextmanager
def _server(command: object, home: str) -> Iterator[tuple[float, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "WORKBENCH_HOME": home}
    begun = time.perf_counter()
    process = subprocess.Popen(command(port), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # type: ignore[operator]
    try:
        yield begun, port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait_for(url: str) -> None:
    for _ in range(3_000):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"{url} never answered")


def _draw(url: str, mark: str) -> None:
    """Until the page shows `mark`, in a browser that is already open."""
    page = _browser()
    page.goto(url)
    page.get_by_text(mark).first.wait_for(timeout=60_000)
    page.close()


_open: list[object] = []


def _browser() -> object:
    if not _open:
        from playwright.sync_api import sync_playwright

        playwright = sync_playwright().start()
        flags = ["--no-sandbox", "--disable-background-networking"]
        _open.append(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags))
    return _open[0].new_page()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
