"""The launcher at its end: what was at work when the app was stopped."""

import signal
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.harness import serving, visit
from tests.pages import stores
from workbench import clock
from workbench.runner import reading
from workbench.store import leases


def test_a_run_at_work_lets_go_when_the_app_is_stopped_and_can_be_resumed(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as running:
        stores.fill(running.store)
        run_id = stores.planned(running.store, "intent@1", dataset="messages", model="simulated/good?latency_ms=20000")
        # The server's own process must hold the run: it is started there, through the page.
        page = browser.new_page()
        visit(page, f"{running.url}/runs?run={run_id}")
        page.locator(".st-key-chosen-run").get_by_role("button", name="Start").click()
        page.locator(".st-key-chosen-run").get_by_text("Running").wait_for(timeout=30_000)
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(20)
        page.close()
        assert leases.holder(running.store, f"run:{run_id}", clock.now_ms()) is None
        assert reading.get(running.store, run_id).state in {"stopped", "interrupted"}
