"""Pickers of what the store holds: prompt, version, dataset, model. Each keeps its choice in the URL, so that a page can be shared.

Options of a select box are plain text in the browser; more than LIMIT of them are not sent, a search box narrows them first.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts import session
from pages.parts.choosing import choose
from workbench.errors import NotFound
from workbench.text.counting import counted

LIMIT = 500


def prompt(
    key: str = "prompt", *, label: str = "Prompt", default: str | None = None, archived: bool = False, url: bool = True
) -> str | None:
    """The name of a prompt; None where none is chosen."""
    from workbench.prompts import registry

    store = session.store()
    names = _narrowed(
        lambda words: [found.name for found in registry.page(store, search=words, archived=archived, limit=LIMIT + 1)], key, "prompts"
    )
    wanted = st.query_params.get(key) if url else st.session_state.get(key)
    if wanted and wanted not in names and _exists(lambda: registry.get(store, wanted)):
        names.append(wanted)
    return choose(label, names, key, default=default, placeholder="Choose a prompt", url=url)


def version(name: str, key: str = "version", *, label: str = "Version", default: int | None = None, url: bool = True) -> int | None:
    """The number of a version of the prompt `name`; the latest unless another is chosen."""
    from workbench.prompts import registry

    store = session.store()
    found = registry.versions(store, name, limit=LIMIT)
    labels: dict[int, list[str]] = {}
    for carried, number in registry.get(store, name).labels.items():
        labels.setdefault(number, []).append(carried)
    said = {each.number: _version_line(each.number, each.semantic, labels.get(each.number, []), each.note) for each in found}
    latest = found[0].number if found else None
    return choose(label, list(said), key, say=lambda n: said.get(n, str(n)), default=default if default in said else latest, url=url)


def dataset(key: str = "dataset", *, label: str = "Dataset", default: str | None = None, url: bool = True) -> str | None:
    """The name of a dataset; None where none is chosen."""
    from workbench.datasets import registry

    store = session.store()
    sizes: dict[str, int] = {}

    def find(words: str) -> list[str]:
        found = registry.page(store, search=words, limit=LIMIT + 1)
        sizes.update({each.name: each.cases for each in found})
        return [each.name for each in found]

    names = _narrowed(find, key, "datasets")
    return choose(
        label,
        names,
        key,
        say=lambda name: f"{name} · {counted(sizes[name], 'case')}" if name in sizes else name,
        default=default,
        placeholder="Choose a dataset",
        url=url,
    )


def model(key: str = "model", *, models: Sequence[str], label: str = "Model", default: str | None = None, url: bool = False) -> str | None:
    """A model as `provider/model`: one of `models`, or any other that is typed in."""
    return choose(label, list(models), key, default=default, placeholder="provider/model", free=True, url=url)


def _version_line(number: int, semantic: str | None, labels: Sequence[str], note: str) -> str:
    parts = [f"v{number}" + (f" ({semantic})" if semantic else ""), *labels]
    if note:
        parts.append(note if len(note) <= 50 else note[:49] + "…")
    return " · ".join(parts)


def _narrowed(find: Callable[[str], list[str]], key: str, noun: str) -> list[str]:
    """What `find` finds, behind a search box where it is more than a select box should hold."""
    names = find("")
    if len(names) <= LIMIT:
        return names
    words = st.text_input(
        f"Search {noun}", key=f"{key}-search", live="300ms", icon=":material/search:", placeholder="There are many: type a part of the name"
    )
    return (find(words) if words else names)[:LIMIT]


def _exists(look: Callable[[], object]) -> bool:
    try:
        look()
    except NotFound:
        return False
    return True
