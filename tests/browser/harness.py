"""Drives the real pages in a real Chromium: a server of its own in a child process, a browser that is watched, axe, screenshots."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

from workbench import store as stores
from workbench.store import Store

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts"
DESKTOP, PHONE = (1366, 768), (390, 844)
# Both widths and both colour schemes: what a page's own tests look at. The shell's tests
# look at every page in the other pairings, too.
LOOKS = ((DESKTOP, "light"), (PHONE, "dark"))
OTHER_LOOKS = ((DESKTOP, "dark"), (PHONE, "light"))
_START_S = 60
# The page's own style comes in a part of the framework that it loads late.
_STILL = """([wait, quiet_ms]) => {
  const app = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]');
  const still = app && getComputedStyle(app).fontVariantNumeric === 'tabular-nums'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && document.getAnimations().every(one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity);
  if (!still || window.waited?.wait !== wait) window.waited = { wait, since: performance.now() };
  return still && performance.now() - window.waited.since >= quiet_ms;
}"""
_waits = count()
# What axe finds in the page framework itself, on any page: the list around its sidebar sections.
BASELINE = {"list", "listitem", "empty-table-header"}


@dataclass
class Server:
    """The app in a child process, with a home of its own. `said` is what it wrote to stderr, `store` the same file from the test's side."""

    url: str
    home: Path
    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list, repr=False)

    @cached_property
    def store(self) -> Store:
        return stores.open_store(f"sqlite:///{self.home / 'workbench.db'}")


@contextmanager
def serving(home: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A server on a free port, stopped as a person would stop it; its end within seconds is part of what is tested."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from workbench.cli import main; main()", "app", "--port", "0", "--no-browser", *options],
        cwd=home.parent,  # nowhere near the clone: nothing may depend on the working directory
        env={**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "tester", "PYTHONPATH": str(ROOT), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said: list[str] = []
        server = Server(_address(process, said), home, process, said)
        _wait_healthy(server)
        yield server
        if "store" in vars(server):
            server.store.close()
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    finally:
        process.kill()
        process.wait()


def _address(process: "subprocess.Popen[str]", later: list[str]) -> str:
    """Where it serves; what it says after that is read on into `later`, or a full pipe would hold it up."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"is at (http://\S+)", line):
            threading.Thread(target=later.extend, args=(process.stderr,), daemon=True).start()
            return found[1]
    raise AssertionError(f"the app did not start: {''.join(said)}")


def _wait_healthy(server: Server) -> None:
    import urllib.request

    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/api/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the app did not become healthy")


@dataclass
class Watched:
    """What a page did that it should not have: requests to other hosts, errors in the console."""

    url: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _request(self, request: Request) -> None:
        host = self.url.removeprefix("http://")
        if not request.url.startswith((f"http://{host}/", f"ws://{host}/", "data:", "blob:")):
            self.foreign.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        # The framework probes health and host-config below a deep link's path first, and gets 404 twice.
        probe = "404" in message.text and re.search(r"/_stcore/(health|host-config)", message.location.get("url", ""))
        if message.type == "error" and not probe:
            self.errors.append(f"{message.text} {message.location}")


def ready(page: Page, quiet_ms: int = 300) -> None:
    """Wait until the script has run, everything is drawn in its style, and nothing has moved for a moment."""
    page.wait_for_function(_STILL, arg=[next(_waits), quiet_ms], polling=50, timeout=30_000)


def visit(page: Page, url: str) -> None:
    """Open `url` and wait for it to be drawn."""
    page.goto(url)
    page.wait_for_selector("h1", timeout=30_000)
    ready(page)


def snap(page: Page, name: str) -> Path:
    """A screenshot under artifacts/, for a person to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def click_cell(page: Page, row: int, x: int, *, number: int = 0) -> None:
    """Click into the row of the table `number`, `x` pixels from its left edge: tables are drawn on a canvas that has no cells to find."""
    table = page.get_by_test_id("stDataFrame").nth(number)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + 34 * (row + 1) + 17)


def axe(page: Page, *, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What axe finds beyond the framework's own baseline: one line for each rule and node."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    page.evaluate((Path(spec.origin).parent / "axe.min.js").read_text())
    found: list[dict[str, Any]] = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        if rule["id"] not in BASELINE | allowed
        for node in rule["nodes"]
    ]


def wide(page: Page) -> int:
    """By how many pixels the page is wider than its window: a person would have to scroll sideways."""
    overflow: int = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    return max(0, overflow)
