"""Ten tabs of the Overview on live refresh at once, each with a range or section of its own, while calls come in: what the server needs.

The browser is real and not counted: the share of one core is that of the server's process alone. `look` is the time from opening the page
to its figures, in a browser that has it in its cache.
"""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import seed
from benchmarks.report import report
from tests.browser.harness import Server, serving
from workbench import clock
from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.store import Store, open_store

CALLS, SECONDS, EVERY_S = 200_000, 60, 2.0
VIEWS = (
    "range=24h", "range=24h&section=latency", "range=1h", "range=6h&section=cost", "range=7d", "range=24h&section=errors", "range=30d",
    "range=7d&section=latency", "range=90d", "range=24h&section=breakdown",
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        store = open_store(f"sqlite:///{home / 'workbench.db'}")
        seed.calls(store, CALLS)
        ended = threading.Event()
        with serving(home) as server, sync_playwright() as playwright:
            feed = threading.Thread(target=_feed, args=(store, ended))
            feed.start()
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"])
            try:
                _measure(server, browser)
            finally:
                ended.set()
                feed.join()
                browser.close()
        store.close()


def _measure(server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = [_open(context.new_page(), f"{server.url}/overview?{view}") for view in VIEWS]
    report("the Overview from opening to its figures", sorted(opened)[len(opened) // 2] * 1000, "ms", len(opened))
    time.sleep(12)
    before, begun = _cpu_s(server), time.monotonic()
    time.sleep(SECONDS)
    share = (_cpu_s(server) - before) / (time.monotonic() - begun)
    report(f"{len(VIEWS)} tabs of the Overview on live refresh, share of one core", share, "cores", SECONDS, bar=0.35)


def _open(page: Page, url: str) -> float:
    begun = time.monotonic()
    page.goto(url)
    page.wait_for_selector(".card")
    return time.monotonic() - begun


def _cpu_s(server: Server) -> float:
    """Seconds of processor time that the server's process has had."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _feed(store: Store, ended: threading.Event) -> None:
    """A call every other second, as if somebody were at work."""
    while not ended.wait(EVERY_S):
        made = CallRecord(
            started_ms=clock.now_ms(), latency_ms=500, source="client", prompt="intent", version=6, provider="openai", model="gpt-5",
            input_tokens=10, output_tokens=3, cost_nano=1_000,
        )  # fmt: skip
        bulk.add(store, [made], price=False)


if __name__ == "__main__":
    main()
