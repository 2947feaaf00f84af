"""The Import page in a real browser: a hostile file is looked at, its columns are changed, it goes in, and its report is there."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from workbench.ledger import importers, reading

HOSTILE = '![x](https://evil.test/a.png) <b onclick="x">:red[q]</b>'
_DROP = frozenset({"presentation-role-conflict"})  # the framework's dropzone has no role of its own


def a_file(path: Path, rows: int) -> Path:
    lines = [
        {
            "timestamp": 1_790_000_000 + n,
            "model": "gpt-5",
            "usage": {"prompt_tokens": 5, "completion_tokens": n % 9},
            "user": HOSTILE,
            HOSTILE: 1,
        }
        for n in range(rows)
    ]
    bad = [{"timestamp": HOSTILE, "model": HOSTILE}] * 3
    path.write_text("\n".join(json.dumps(line) for line in [*lines, *bad]))
    return path


def test_a_hostile_file_is_looked_at_goes_in_and_is_reported(open_page: OpenPage, server: Server, tmp_path: Path) -> None:
    path = a_file(tmp_path / "calls.jsonl", 3_000)
    for size, scheme in LOOKS:
        page = open_page(size, scheme)
        visit(page, f"{server.url}/imports")
        expect(page.get_by_text("What can come in")).to_be_visible()
        assert wide(page) == 0
        snap(page, f"import-empty-{size[0]}-{scheme}")
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_text("The first calls")).to_be_visible()
        ready(page)
        assert wide(page) == 0
        assert axe(page, allowed=_DROP) == []
        snap(page, f"import-look-{size[0]}-{scheme}")
        if size == LOOKS[0][0]:
            page.get_by_role("button", name="Import", exact=True).click()
            expect(page.get_by_text("3,000 calls taken, 0 there already, 3 rows not taken").first).to_be_visible()
            ready(page)
            assert axe(page, allowed=_DROP) == []
            snap(page, "import-done")
    assert reading.totals(server.store).n == 3_000
    visit(page, f"{server.url}/imports")
    expect(page.get_by_text("Earlier imports")).to_be_visible()
    assert wide(page) == 0
    snap(page, "import-earlier-phone")
    page = open_page(*LOOKS[0])
    visit(page, f"{server.url}/imports?import={importers.latest(server.store)[0].id}")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("was taken back: 3,000 calls went").first).to_be_visible()
    ready(page)
    assert axe(page, allowed=_DROP) == []
    snap(page, "import-taken-back")
    assert reading.totals(server.store).n == 0
