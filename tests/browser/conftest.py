"""Fixtures of the browser suite: one server a module with a home of its own, a watched page of any size and scheme."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import harness
from tests.browser.harness import DESKTOP, Server, Watched

OpenPage = Callable[..., Page]

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a free port, its store empty at first; a module's tests share it."""
    with harness.serving(tmp_path_factory.mktemp("browser") / "home") as running:
        yield running


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture
def open_page(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Makes a page of its own session: `open_page(size=PHONE, scheme="dark")`. What it must not do fails the test at its end."""
    watched = Watched(server.url)
    contexts = []

    def make(size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Page:
        # Less motion: a test presses within a tenth of a second what a person would wait for.
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        # The table's own download asks for a file picker, which a headless browser does not have.
        page.add_init_script("window.showSaveFilePicker = undefined")
        watched.watch(page)
        return page

    yield make
    for context in contexts:
        for page in context.pages if _failed in request.node.stash else ():
            print(f"{page.url} showed:\n{page.locator('body').aria_snapshot()}")
        context.close()
    if _failed in request.node.stash:
        print(f"the server said last:\n{''.join(server.said[-100:])}")
    assert watched.foreign == []
    assert watched.errors == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at 1366 x 768 in the light scheme."""
    return open_page()
