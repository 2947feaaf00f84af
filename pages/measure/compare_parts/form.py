"""What to run: variants, models, cases, scoring, limits; and the quote, before anything is spent. Start is in the header."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.measure.compare_parts import choices, limits, planning, quoting
from pages.parts import page, session
from workbench.errors import InputError, WorkbenchError
from workbench.runner import plan, worker
from workbench.runner.spec import RunSpec, Variant
from workbench.store import Store
from workbench.text.counting import counted

FEWEST, MOST = 2, 10


@dataclass(frozen=True)
class Asked:
    """The form as it stands."""

    refs: tuple[str, ...]
    models: tuple[str, ...]
    dataset: str | None
    score: str | None
    limits: dict[str, Any]


def draw(store: Store, slot: DeltaGenerator) -> None:
    """Draw the form with its quote, and Start in `slot`."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        refs = choices.versions(store)
        models = choices.models(store)
        if refs and models:
            st.caption(crossed(len(refs), len(models)))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            dataset = choices.dataset()
            score = choices.score(store, dataset)
        asked = Asked(refs, models, dataset, score, limits.draw(store, dataset))
        below = st.container()
    with right:
        spec, why_not = _spec(store, asked)
        if spec is not None:
            found = quoting.draw(store, spec)
            if isinstance(found, WorkbenchError):
                why_not = found
            elif spec.score:
                with below:
                    planning.draw(store, spec, (found.calls + found.reusable) // (len(spec.variants) * spec.repeats))
        elif isinstance(why_not, WorkbenchError):
            page.problem(why_not)
        else:
            quoting.wanting(why_not)
    with slot:
        pressed = st.button("Start", type="primary", icon=":material/play_arrow:", key="start", disabled=why_not is not None)
    if pressed and spec is not None:
        _start(store, spec)


def crossed(refs: int, models: int) -> str:
    """How many variants versions and models make."""
    return f"{counted(refs, 'version')} on {counted(models, 'model')}: {counted(refs * models, 'variant')}"


def _start(store: Store, spec: RunSpec) -> None:
    try:
        run_id = plan.plan(store, spec)
        worker.start(store, run_id)
    except WorkbenchError as error:
        page.problem(error)
        return
    session.go(session.COMPARE, run=run_id)


def _spec(store: Store, asked: Asked) -> tuple[RunSpec | None, WorkbenchError | str | None]:
    """What to run, or what is still wanting: a sentence, or an error where something is wrong."""
    if not asked.refs:
        return None, "Choose the versions to compare."
    if asked.dataset is None:
        return None, "Choose a dataset."
    try:
        variants = choices.variants(store, asked.refs, asked.models)
        if not FEWEST <= len(variants) <= MOST:
            return None, _how_many(variants)
        return RunSpec(variants=tuple(variants), dataset=asked.dataset, score=asked.score, **asked.limits), None
    except WorkbenchError as error:
        return None, error


def _how_many(variants: list[Variant]) -> WorkbenchError | str:
    if len(variants) < FEWEST:
        return "Add a second version, or a second model: a comparison takes two."
    return InputError(f"{len(variants)} variants are too many to read side by side.", hint=f"Choose at most {MOST}: versions times models.")
