"""The names of versions above a chart, measured in a real browser: each touches its own line and no other, and none is cut."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import pages.parts.timeline

ASSETS = Path(pages.parts.timeline.__file__).with_name("chart_assets")
DAY = 86_400_000
WIDE = 480
MEASURED = """(data) => {
  document.body.innerHTML = '<div class="chart" style="width: 480px"></div>';
  const root = document.querySelector(".chart");
  draw({ data, setTriggerValue: () => {} }, root);
  const box = (each) => { const { x, width } = each.getBBox(); return [each.textContent, x, x + width]; };
  const lines = [...root.querySelectorAll("line.version")].map((each) => Number(each.getAttribute("x1")));
  point(root.scene, data.at.length - 1);
  const labels = [...root.querySelectorAll("text.mark")].map(box);
  return { lines, labels, tip: [...root.querySelectorAll(".tip em")].map((each) => each.textContent) };
}"""


def measured(browser: Browser, marks: list[tuple[float, str]]) -> dict[str, Any]:
    """A chart of seven days with versions at so many days from its beginning: where lines and names are, and what its end says."""
    script = "\n".join((ASSETS / name).read_text("utf-8") for name in ("words.js", "frame.js", "chart.js")).replace(
        "export default ", "const mounted = "
    )
    values = [1.0] * 168
    data = {
        "kind": "lines", "title": "Latency", "sub": "", "unit": "ms", "key": "k", "bucket": DAY // 24,
        "at": [n * DAY // 24 for n in range(168)],
        "since": 0, "until": 7 * DAY, "series": [{"name": "p95", "values": values}], "select": False, "file": "f",
        "marks": [{"at": round(day * DAY), "short": name, "text": f"First call of {name}"} for day, name in marks],
    }  # fmt: skip
    page = browser.new_page()
    try:
        page.set_content(f"<style>{(ASSETS / 'chart.css').read_text('utf-8')}</style>")
        page.add_script_tag(content=script)
        found: dict[str, Any] = page.evaluate(MEASURED, data)
        return found
    finally:
        page.close()


@pytest.mark.parametrize(
    ("marks", "named"),
    [
        ([(1, "support/reply v3"), (4, "support/reply v4")], ["support/reply v3", "support/reply v4"]),
        ([(6.9, "support/reply v3")], ["support/reply v3"]),
        ([(1, "support/reply v3"), (2, "triage/sort v8")], ["v3", "triage/sort v8"]),
        ([(6.6, "support/reply v3"), (6.9, "triage/sort v8")], ["support/reply v3"]),
        ([(3, "v2"), (3.001, "v2")], ["v2"]),
        ([(3, "v2"), (3.001, "v3"), (5, "v4")], ["v2", "v3", "v4"]),
        ([(day / 10, f"v{day}") for day in range(1, 70, 2)], None),
    ],
)
def test_a_name_touches_its_own_line_alone_or_is_left_out(
    browser: Browser, marks: list[tuple[float, str]], named: list[str] | None
) -> None:
    found = measured(browser, marks)
    lines, labels = found["lines"], found["labels"]
    assert len(lines) == len(marks)
    at = dict(zip((name for _, name in marks), lines, strict=True))
    if named is not None:
        assert [text for text, _, _ in labels] == named
    for text, low, high in labels:
        own = at[next(name for name in at if name == text or name.endswith(f" {text}"))]
        assert low >= 0
        assert high <= WIDE
        assert min(abs(low - own), abs(high - own)) <= 4
        assert not [line for line in lines if abs(line - own) > 1 and low - 2 <= line <= high + 2]
    ends = sorted((low, high) for _, low, high in labels)
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_a_name_that_is_left_out_is_told_where_one_points(browser: Browser) -> None:
    found = measured(browser, [(6.97, "support/reply v3"), (6.98, "triage/sort v8")])
    assert [text for text, _, _ in found["labels"]] == ["support/reply v3"]
    assert found["tip"] == ["First call of support/reply v3", "First call of triage/sort v8"]
