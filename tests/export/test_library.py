"""The library as a site: every prompt a page, an index that finds them, nothing from elsewhere, the same bytes for the same store."""

import base64
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import html5lib
import pytest

from workbench.errors import Cancelled
from workbench.export import history, library, pictures, provenance
from workbench.export.tables import BrandRow
from workbench.export.web import page
from workbench.prompts import content, registry
from workbench.store import Store

SPACE = "{http://www.w3.org/1999/xhtml}"


def files(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as site:
        assert {entry.date_time for entry in site.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: site.read(name).decode() for name in site.namelist()}


def tree(text: str) -> Any:
    return html5lib.HTMLParser(strict=True).parse(text)


@pytest.fixture
def filled(store: Store) -> Store:
    for name, text, tags in (
        ("support/triage", "Sort {{ message }}", ("mail",)),
        ("support/reply", "Answer <script>alert(1)</script> {{ message }}", ()),
        ("Füße", "</script><b>", ("<b>",)),
    ):
        registry.create(store, name, description=f"About <i>{name}</i>", tags=tags)
        registry.save_version(store, name, content.text(text))
    registry.create(store, "empty")
    return store


def test_every_prompt_has_a_page_that_the_index_leads_to(filled: Store) -> None:
    found = files(library.make(filled))
    pages = {f"prompts/{name}.html" for name in ("support-triage", "support-reply", "fusse", "empty")}
    assert set(found) == {"index.html", "sources.json", *pages}
    links = [one.get("href") for one in tree(found["index.html"]).iter(SPACE + "a") if not one.get("href").startswith("#")]
    assert sorted(links) == sorted(name for name in found if name.startswith("prompts/"))
    for name in links:
        read = tree(found[name])
        assert "../index.html" in [one.get("href") for one in read.iter(SPACE + "a")]
        assert [one.get("type") for one in read.iter(SPACE + "script")] == ["application/json"]


def test_the_index_runs_its_own_script_alone(filled: Store) -> None:
    index = files(library.make(filled))["index.html"]
    data, script = tree(index).iter(SPACE + "script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', index)
    assert policy == f"{page.POLICY}; script-src 'sha256-{digest}'"
    rows = json.loads(data.text)
    assert [row["folder"] for row in rows] == ["", "", "support", "support"]
    assert any("</script><b>" in row["text"] for row in rows)
    assert not re.search(r"innerHTML|eval|document\.write|https?:", script.text)


def test_what_it_was_written_from_is_in_it(filled: Store) -> None:
    found = files(library.make(filled))
    said = provenance.parse(found["sources.json"], "sources.json")
    assert said.kind == "library"
    assert {one.name for one in said.sources if one.kind == "version"}
    assert provenance.parse(next(tree(found["prompts/support-triage.html"]).iter(SPACE + "script")).text, "x").subject == "support/triage"


def test_equal_stores_give_equal_bytes_and_progress_is_told(filled: Store) -> None:
    told: list[tuple[int, int]] = []
    data = library.make(filled, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert library.make(filled) == data


def test_an_empty_library_says_so(store: Store) -> None:
    found = files(library.make(store))
    assert set(found) == {"index.html", "sources.json"}
    assert "No prompt is in the library yet." in found["index.html"]


def test_it_stops_when_asked(filled: Store) -> None:
    with pytest.raises(Cancelled):
        library.make(filled, stop=lambda: True)


def test_names_that_read_alike_get_files_of_their_own(store: Store) -> None:
    for name in ("a b", "a-b", "A/B", "你好", "世界"):
        registry.create(store, name)
    assert len(files(library.make(store))) == 7


def test_a_site_is_kept_among_past_exports_and_says_when_it_is_stale_and_is_made_again(filled: Store) -> None:
    made = library.file(filled)
    kept = history.keep(filled, made)
    assert (kept.kind, kept.format, kept.name, kept.size_bytes) == ("library", "zip", "site.zip", len(made.data))
    assert history.page(filled) == [kept]
    said = provenance.parse(files(made.data)["sources.json"], "sources.json")
    assert said.request == dict(kept.request)
    assert [(one.kind, one.id, one.digest) for one in said.sources] == [(one.kind, one.id, one.digest) for one in kept.sources]
    assert not history.check(filled, kept).stale
    assert history.again(filled, kept).data == made.data
    registry.save_version(filled, "empty", content.text("not any more"))
    fresh = history.check(filled, kept)
    assert fresh.stale
    assert "empty" in " ".join(change.sentence for change in fresh.changes)
    assert not history.check(filled, history.keep(filled, history.again(filled, kept))).stale


def test_a_logo_in_the_store_that_is_torn_is_left_out_of_every_page_and_each_says_so(filled: Store) -> None:
    with filled.write() as session:
        session.add(BrandRow(id=1, accent="#2f5d8a", logo=pictures.PNG + b"torn", name="Us"))
    found = files(library.make(filled))
    for name in (each for each in found if each.endswith(".html")):
        assert not list(tree(found[name]).iter(SPACE + "img")), name
        assert found[name].count("The logo is missing: the picture cannot be read.") == 1, name
