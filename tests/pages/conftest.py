"""Opens pages without a browser: the real menu, the real store in a home of its own, and a script run as a visitor would cause it."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from workbench import store as stores
from workbench.store import Store

ROOT = Path(__file__).resolve().parents[2]

Open = Callable[..., AppTest]

# Every new AppTest reads what each installed package says of itself, to look for components: longer than most pages take.
_installed = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def bench(home: Path, sqlite_template: Path) -> Store:
    """The store that the pages open: empty, on SQLite, in a home of its own."""
    home.mkdir()
    shutil.copy(sqlite_template, home / "workbench.db")
    return stores.current()


class _OwnMenu(PagesManager):
    """AppTest takes a folder called pages/ for the old automatic menu before every run. This takes its reset, so that the launcher's
    setting on the real class stays.
    """


@pytest.fixture
def app(bench: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page by its file under pages/, as by a deep link: `app("system/runs.py", run="...")`. Nothing is left in caches."""
    assert bench
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _installed)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", _OwnMenu)
    _forget()

    def open_page(file: str = "home.py", **query: str) -> AppTest:
        tester = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        for name, value in query.items():
            tester.query_params[name] = value
        return (tester.switch_page(f"pages/{file}") if file != "home.py" else tester).run()

    yield open_page
    _forget()


def _forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def said(tester: AppTest) -> str:
    """Every text on the page, one after another: for a look at whether something is said at all."""
    shown = [
        *tester.markdown,
        *tester.caption,
        *tester.title,
        *tester.header,
        *tester.subheader,
        *tester.text,
        *tester.code,
        *tester.error,
        *tester.warning,
    ]
    return "\n".join(str(element.value) for element in (*shown, *tester.info, *tester.success, *tester.toast))
