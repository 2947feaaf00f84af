"""What one does next with a result: take it along, set it up again, begin another."""

import streamlit as st

from pages.parts import session
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store


def draw(store: Store, run: Run, *, main: bool) -> None:
    """Draw the buttons; `main` makes another comparison the main one."""
    rated = len(run.variants) > 1 and run.ok
    if rated and st.button("Rate blind", key="rate", icon=":material/thumbs_up_down:", help="Judge the replies yourself, authors hidden"):
        session.go(session.RATE, run=run.id)
    if st.button("New comparison", key="new", icon=":material/add:", type="primary" if main else "secondary"):
        session.go(session.COMPARE)
    with st.popover("More", icon=":material/more_horiz:", key="more"):
        if st.button("Set up again", key="again", icon=":material/tune:", help="The same variants and dataset, ready to be changed"):
            session.go(session.COMPARE, **asked(run))
        for form, write, mime in (("CSV", reading.export_csv, "text/csv"), ("JSON", reading.export_json, "application/json")):
            st.download_button(
                f"Cells as {form}",
                data=lambda write=write: "".join(write(store, run.id)).encode("utf-8", "replace"),
                file_name=f"run-{run.id}.{form.lower()}",
                mime=mime,
                on_click="ignore",
                key=f"export-{form}",
                icon=":material/download:",
            )


def asked(run: Run) -> dict[str, object]:
    """The URL of the form that planned this run, as far as what it names is still there."""
    refs = dict.fromkeys(f"{each.prompt}@{each.version or 'draft'}" for each in run.variants if each.prompt)
    models = dict.fromkeys(each.full_model for each in run.variants)
    plan, score = run.plan, dict(run.plan.score or {"name": "none"})
    asked: dict[str, object] = {
        "v": ",".join(refs),
        "m": ",".join(models) if _crossed(run, len(refs), len(models)) else None,
        "dataset": run.dataset,
        "prompt": next((each.prompt for each in run.variants if each.prompt), None),
        "score": score.get("name"),
        "column": score.get("column"),
        "limit": plan.limit,
        "seed": plan.sample_seed,
        "split": plan.split,
        "repeats": plan.repeats if plan.repeats > 1 else None,
        "concurrency": plan.concurrency,
        "rpm": plan.rpm,
        "timeout": plan.timeout_s,
        "cap": run.cap_usd,
        "retry": plan.retry,
        "reuse": "true" if plan.reuse else None,
        "until": "true" if plan.until_decided else None,
        "margin": None if plan.margin is None else round(plan.margin * 100, 1),
    }
    return asked


def _crossed(run: Run, refs: int, models: int) -> bool:
    """Whether every version was asked on every model; else each was asked on its own."""
    return len(run.variants) == refs * models
