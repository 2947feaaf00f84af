"""The choices that make a comparison: versions and drafts, models, a dataset, what counts as right. All of them live in the URL."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import pickers, safe
from pages.parts.choosing import choose
from pages.parts.facets import facets
from workbench.errors import InputError, NotFound
from workbench.runner.spec import Variant, draft, on_model, variants_from
from workbench.store import Store

DRAFT = "@draft"
_SCORES = {"equals": "Equals", "contains": "Contains", "labels": "One of the labels", "none": "Not scored"}
_HELP = "Equals: the reply is the value of the column. Contains: it holds it. One of the labels: it names the right one and no other."


def versions(store: Store) -> tuple[str, ...]:
    """The refs that are chosen: `name@3`, or `name@draft`."""
    kept = _from_url("v", "versions")
    known = [ref for ref in kept if _exists(store, ref)]
    name = pickers.prompt(default=known[0].rpartition("@")[0] if known else None)
    offered = list(dict.fromkeys([*known, *(_refs(store, name) if name else [])]))
    if len(known) < len(kept):
        st.session_state["versions"] = known
    chosen = st.multiselect(
        "Versions",
        offered,
        key="versions",
        format_func=safe.plain,
        on_change=_to_url,
        args=("v", "versions"),
        placeholder="Choose two or more; change the prompt above to add others",
    )
    return tuple(chosen)


def models(store: Store) -> tuple[str, ...]:
    """The models every version is asked on; none means each version's own."""
    from workbench.playground import catalogue

    _from_url("m", "models")
    offered = list(dict.fromkeys([*st.session_state.get("models", []), *catalogue.models(store).models]))
    chosen = st.multiselect(
        "Models",
        offered,
        key="models",
        format_func=safe.plain,
        accept_new_options=True,
        on_change=_to_url,
        args=("m", "models"),
        placeholder="Each version's own model",
        help="Every version is asked on every model chosen here. Any provider/model can be typed in.",
    )
    return tuple(chosen)


def dataset() -> str | None:
    """The name of the dataset."""
    return pickers.dataset()


def score(store: Store, name: str | None) -> str | None:
    """What counts as right, as `equals:column`; None where replies are not scored."""
    from workbench.assertions import EXPECTED
    from workbench.datasets import registry

    columns: list[str] = []
    if name:
        held = registry.get(store, name)
        expected = [EXPECTED] if facets(store, held).expected else []
        columns = [*expected, *held.columns]
    kind = choose("Score", list(_SCORES), "score", say=_SCORES.__getitem__, default="equals", help=_HELP) or "equals"
    if kind == "none" or not columns:
        return None
    usual = next((n for n, column in enumerate(columns) if column.lower() in (EXPECTED, "label", "answer", "target", "output")), 0)
    column = choose("Column with the right answer", columns, "column", default=columns[usual])
    return f"{kind}:{column}"


def variants(store: Store, refs: Sequence[str], chosen: Sequence[str]) -> list[Variant]:
    """The variants of the choices. Raises NotFound, and InputError where one has no model."""
    saved = variants_from(store, [ref for ref in refs if not ref.endswith(DRAFT)], chosen)
    each = max(1, len(chosen))
    made: list[Variant] = []
    for ref in refs:
        if ref.endswith(DRAFT):
            made += _drafted(store, ref.removesuffix(DRAFT), chosen)
        else:
            made += saved[:each]
            saved = saved[each:]
    return made


def _drafted(store: Store, name: str, chosen: Sequence[str]) -> list[Variant]:
    content = _written(store, name)
    found = [draft(store, f"{name} (draft)", content, model) for model in chosen or [""]]
    return [on_model(one, model, named=True) for one, model in zip(found, chosen, strict=True)] if len(chosen) > 1 else found


def _written(store: Store, name: str):  # type: ignore[no-untyped-def]
    from workbench.playground import form
    from workbench.prompts import drafts

    found = drafts.load(store, "prompt", name)
    if found is None:
        raise InputError(f"{name} has no draft any more", hint="It was saved or discarded: choose a version.")
    return form.saved(form.from_json(found.content))


def _refs(store: Store, name: str) -> list[str]:
    from workbench.prompts import drafts, registry

    saved = [f"{name}@{found.number}" for found in registry.versions(store, name, limit=pickers.LIMIT)]
    return [*([name + DRAFT] if drafts.load(store, "prompt", name) else []), *saved]


def _exists(store: Store, ref: str) -> bool:
    from workbench.prompts import drafts, registry

    if ref.endswith(DRAFT):
        return drafts.load(store, "prompt", ref.removesuffix(DRAFT)) is not None
    try:
        registry.resolve(store, ref)
    except (NotFound, InputError):
        return False
    return True


def _from_url(name: str, key: str) -> list[str]:
    """The list under `key`, taken from the URL parameter `name` where the URL has changed since it was last looked at."""
    wanted, seen = st.query_params.get(name, ""), f"_url-{key}"
    if wanted != st.session_state.get(seen, ""):
        st.session_state[seen] = wanted
        st.session_state[key] = list(dict.fromkeys(part for part in wanted[:4000].split(",") if part))
    return list(st.session_state.get(key, []))


def _to_url(name: str, key: str) -> None:
    value = ",".join(st.session_state[key])
    st.session_state[f"_url-{key}"] = value
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
