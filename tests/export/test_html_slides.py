"""Slides as one HTML file: valid, self-contained, the same slides as the presentation, and safe with any text."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest

from tests.export import project
from tests.export.sample import HOSTILE, SCRIPTS, document
from workbench.export import files, provenance
from workbench.export.kinds import Request
from workbench.export.literal import visible
from workbench.export.writers import get
from workbench.store import Store


@pytest.fixture(scope="module")
def sample() -> str:
    return get("slides.html").write(document()).decode()


def parsed(text: str) -> Any:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_the_file_is_valid_and_has_a_slide_for_each_section(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    request = Request("slides", project.PROMPT, options={"plan": project.PLAN, "run": project.RUN})
    made = files.make(sqlite_store, request, "html")
    tree = parsed(made.data.decode())
    sections = tree.findall(".//main/section")
    assert [" ".join("".join(section.find(".//*[@dir='auto']").itertext()).split()) for section in sections] == [
        project.PLAN,
        *(section.title for section in made.document.sections[1:]),
    ]
    for section, source in zip(sections, made.document.sections, strict=True):
        notes = "\n".join("".join(each.itertext()) for each in section.findall(".//details/p"))
        assert notes.startswith(source.notes)
    assert len(tree.findall(".//{http://www.w3.org/2000/svg}svg")) == 2
    assert made.name == "support-triage-slides.html"


def test_every_text_is_there_as_it_is_and_none_becomes_markup(sample: str) -> None:
    tree = parsed(sample)
    said = "".join("".join(tree.find(".//body").itertext()).split())
    for text in (*HOSTILE, *SCRIPTS.values()):
        assert "".join(visible(text).split()) in said
    assert len(tree.findall(".//script")) == 2
    assert not tree.findall(".//img")
    links = [each.get("href") for each in tree.findall(".//a")]
    assert links == ["https://example.com/a?b=c&d=e"]


def test_only_our_own_script_and_style_may_be_used_and_no_address_is_asked(sample: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', sample)
    assert policy is not None
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", sample, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert not re.search(r"<[^>]+ style=|<[^>]+ on\w+=|@import|url\((?!#)", sample)
    assert not re.search(r'<[^>]+ (?:src|href)="(?!#|https://example\.com/|data:)', sample)


def test_it_carries_its_sources_and_is_the_same_every_time(sample: str, tmp_path: Path) -> None:
    file = tmp_path / "slides.html"
    file.write_text(sample, encoding="utf-8")
    assert [one.name for one in provenance.read(file).sources] == ["support/triage v7"]
    assert get("slides.html").write(document()).decode() == sample
