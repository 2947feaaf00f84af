"""The whole library of prompts as a static site in a zip: an index with folders, tags and search, and a page a prompt.

The pages work from disk and load nothing; the index holds one script of ours, allowed by its hash. Equal stores give equal bytes.
"""

import base64
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from workbench.errors import Cancelled
from workbench.export import documents, pictures, provenance, setup
from workbench.export.files import File
from workbench.export.model import Brand, Document
from workbench.export.sources import Source
from workbench.export.web import page
from workbench.export.web.elements import escape, sections
from workbench.prompts import registry
from workbench.prompts.records import Prompt
from workbench.store import Store
from workbench.text.counting import counted

KIND = "library"
Progress = Callable[[int, int], None]
_PAGE = 200  # prompts read at once
_SEARCHED = 20_000  # characters of a prompt that search looks through
_DATED = (1980, 1, 1, 0, 0, 0)  # the zip's own date: documents say of when their data is


@dataclass(frozen=True, slots=True)
class _Entry:
    """A prompt in the index: its file, and what search looks through."""

    prompt: Prompt
    path: str
    version: str
    text: str


def make(store: Store, *, progress: Progress | None = None, stop: Callable[[], bool] | None = None) -> bytes:
    """The bytes of `file`."""
    return file(store, progress=progress, stop=stop).data


def file(store: Store, *, progress: Progress | None = None, stop: Callable[[], bool] | None = None) -> File:
    """The zip, with what it was written from.

    `progress` is told how many prompts of how many are written; Cancelled is raised soon after `stop` says so.
    """
    found = prompts(store)
    paths = _paths(found)
    entries: list[_Entry] = []
    sources: dict[tuple[str, str], Source] = {}
    as_of: list[int] = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as site:
        for done, prompt in enumerate(found):
            if stop is not None and stop():
                raise Cancelled("The site was not written to its end.")
            if progress is not None:
                progress(done, len(found))
            document = documents.compose(store, documents.request(store, "prompt", prompt.name))
            entries.append(_entry(store, prompt, paths[prompt.name]))
            sources |= {(one.kind, one.id): one for one in document.sources}
            as_of += [] if document.as_of_ms is None else [document.as_of_ms]
            _add(site, paths[prompt.name], _page(document))
        whole = _whole(tuple(sources.values()), len(found), max(as_of, default=None), setup.brand(store))
        _add(site, "index.html", _index(entries, whole))
        _add(site, "sources.json", provenance.text(whole))
    if progress is not None:
        progress(len(found), len(found))
    return File("site.zip", "application/zip", "zip", out.getvalue(), whole)


def sources(store: Store) -> tuple[Source, ...]:
    """What a site made now would be written from: the sources of every prompt's document, each once."""
    found: dict[tuple[str, str], Source] = {}
    for prompt in prompts(store):
        document = documents.compose(store, documents.request(store, "prompt", prompt.name))
        found |= {(one.kind, one.id): one for one in document.sources}
    return tuple(found.values())


def prompts(store: Store) -> list[Prompt]:
    """Every prompt that is not archived, by name."""
    made: list[Prompt] = []
    while part := registry.page(store, after=made[-1].name if made else "", limit=_PAGE):
        made += part
    return made


def _paths(found: list[Prompt]) -> dict[str, str]:
    """Name -> path in the site: letters, digits and hyphens, no two alike on any system."""
    taken: set[str] = set()
    made = {}
    for prompt in found:
        plain = unicodedata.normalize("NFKD", prompt.name.casefold()).encode("ascii", "ignore").decode()
        base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "prompt"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        made[prompt.name] = f"prompts/{name}.html"
    return made


def _entry(store: Store, prompt: Prompt, path: str) -> _Entry:
    if prompt.latest is None:
        return _Entry(prompt, path, "no version", "")
    version = registry.version(store, prompt.name)
    return _Entry(
        prompt, path, f"version {version.number}", json.dumps(version.content.to_json()["messages"], ensure_ascii=False)[:_SEARCHED]
    )


def _page(document: Document) -> str:
    crumb = '<nav class="crumb" aria-label="Library"><a href="../index.html">All prompts</a></nav>\n'
    return page.write(pictures.shown(document, deck=False), above=crumb)


def _index(entries: list[_Entry], whole: Document) -> str:
    whole = pictures.shown(whole, deck=False)
    script = page.style("site.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    head, remark = page.masthead(whole), sections(whole.sections, whole.brand)
    texts = [{"folder": _folder(one.prompt), "tags": list(one.prompt.tags), "text": _searched(one)} for one in entries]
    data = json.dumps(texts, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026")
    inner = (
        f'<div class="page">\n{head}\n<main id="content">\n{remark}{_finder(entries)}\n{_folders(entries)}\n</main>\n</div>\n'
        f'<script type="application/json" id="search-index">{data}</script>\n<script>{script}</script>'
    )
    policy = f"{page.POLICY}; script-src 'sha256-{digest}'"
    return page.frame(whole.title, inner, whole.brand, policy=policy, extra=f"<style>\n{page.style('site.css')}</style>\n")


def _folder(prompt: Prompt) -> str:
    return prompt.name.rpartition("/")[0]


def _searched(entry: _Entry) -> str:
    prompt = entry.prompt
    return "\n".join((prompt.name, prompt.description or "", " ".join(prompt.tags), " ".join(prompt.labels), entry.text))


def _finder(entries: list[_Entry]) -> str:
    """Fields that the script makes work; without it they stay hidden, and the list is whole."""
    around = {"/".join(parts[: n + 1]) for one in entries if (parts := _folder(one.prompt).split("/")) != [""] for n in range(len(parts))}
    tags = {tag for one in entries for tag in one.prompt.tags}
    return (
        '<form id="finder" class="finder" role="search" hidden>\n'
        '<div class="words"><label for="words">Search names, descriptions and messages</label><input id="words" type="search"></div>\n'
        f'<div><label for="folder">Folder</label><select id="folder"><option value="">All</option>{_options(around)}</select></div>\n'
        f'<div><label for="tag">Tag</label><select id="tag"><option value="">All</option>{_options(tags)}</select></div>\n</form>\n'
        '<p id="found" class="found" role="status"></p>'
    )


def _options(names: set[str]) -> str:
    return "".join(f'<option value="{escape(name)}">{escape(name)}</option>' for name in sorted(names))


def _folders(entries: list[_Entry]) -> str:
    groups: dict[str, list[str]] = {}
    for at, entry in enumerate(entries):
        groups.setdefault(_folder(entry.prompt), []).append(_item(at, entry))
    if not groups:
        return (
            '<div class="note missing" role="note">\n<p><strong class="word">Missing:</strong> No prompt is in the library yet.</p>\n</div>'
        )
    made = []
    for folder, items in sorted(groups.items()):
        title = escape(folder) if folder else "Without a folder"
        made.append(
            f'<section class="folder">\n<h2 dir="auto">{title}</h2>\n<ul class="prompts">\n' + "\n".join(items) + "\n</ul>\n</section>"
        )
    return "\n".join(made)


def _item(at: int, entry: _Entry) -> str:
    prompt = entry.prompt
    marks = "".join(
        f'<span class="mark" dir="auto">{escape(text)}</span>' for text in (*sorted(prompt.labels), *(f"#{tag}" for tag in prompt.tags))
    )
    said = f'\n<p dir="auto">{escape(prompt.description)}</p>' if prompt.description else ""
    return (
        f'<li data-prompt="{at}"><a href="{entry.path}" dir="auto">{escape(prompt.name)}</a>'
        f'<span class="marks">{marks}{entry.version}</span>{said}</li>'
    )


def _whole(sources: tuple[Source, ...], count: int, as_of_ms: int | None, brand: Brand) -> Document:
    """The site as a document: its masthead, and what it was written from."""
    asked: dict[str, object] = {"kind": KIND, "subject": ""}
    return Document(KIND, "Prompt library", counted(count, "prompt"), "", (), sources, asked, as_of_ms, brand)


def _add(site: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _DATED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    site.writestr(entry, text.encode())
