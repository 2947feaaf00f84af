"""A run on the Compare page: its panel while it works, then what it says, then the cells."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.measure.compare_parts import figures, grid
from pages.parts import format as fmt
from pages.parts import page, run_panel, safe, session
from workbench.errors import NotFound
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store


def draw(store: Store, run_id: str) -> None:
    """Draw the run named in the URL."""
    try:
        run = reading.get(store, run_id)
    except NotFound as error:
        page.start("Compare")
        page.problem(error)
        session.link(session.COMPARE, "Set up a comparison", icon=":material/balance:")
        return
    slot = page.start("Compare", subtitle=_about(run))
    _header(store, run, slot)
    run = run_panel.show(run.id, key="compare-run")
    if run_panel.is_live(run):
        _live(store, run)
        return
    if not run.done:
        return
    figures.draw(store, run)
    grid.draw(store, run)
    _settings(run)


def _about(run: Run) -> str:
    scored = f"scored by {_scoring(run)}" if run.plan.score else "not scored"
    on = f" on {run.dataset}" if run.dataset else ""
    return f"{len(run.variants)} variants{on}, {run.plan.cases:,} cases, {scored}, {fmt.ago(run.created_ms)}"


def _scoring(run: Run) -> str:
    score = dict(run.plan.score or {})
    return f"{score.pop('name', '')}:{score.pop('column', '')}"


def _header(store: Store, run: Run, slot: DeltaGenerator) -> None:
    with slot:
        with st.popover("Export", icon=":material/download:", key="export"):
            for form, write, mime in (("CSV", reading.export_csv, "text/csv"), ("JSON", reading.export_json, "application/json")):
                st.download_button(
                    f"Cells as {form}",
                    data=lambda write=write: "".join(write(store, run.id)).encode("utf-8", "replace"),
                    file_name=f"run-{run.id}.{form.lower()}",
                    mime=mime,
                    on_click="ignore",
                    key=f"export-{form}",
                )
        if st.button("Set up again", key="again", icon=":material/tune:", help="The same variants and dataset, ready to be changed"):
            session.go(session.COMPARE, **_again(run))
        if st.button("New comparison", key="new", icon=":material/add:", type="primary"):
            session.go(session.COMPARE)


def _again(run: Run) -> dict[str, object]:
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
    }
    return asked


def _crossed(run: Run, refs: int, models: int) -> bool:
    """Whether every version was asked on every model; else each was asked on its own."""
    return len(run.variants) == refs * models


@st.fragment(run_every=2.0)
def _live(store: Store, run: Run) -> None:
    """The figures so far, while the run goes on."""
    now = reading.get(store, run.id)
    if now.ok:
        st.caption("So far: these figures change until the run has ended.")
        figures.table(store, now)


def _settings(run: Run) -> None:
    plan = run.plan
    with st.expander("What was run", icon=":material/receipt_long:"):
        said = {
            "Variants": "\n".join(f"{each.name} on {each.full_model}" for each in run.variants),
            "Dataset": f"{run.dataset or 'given directly'}"
            + (f", revision {plan.dataset['revision']}, {plan.dataset['hash'][:12]}" if plan.dataset else ""),
            "Cases": f"{plan.cases:,}, each asked {plan.repeats:,} times" if plan.repeats > 1 else f"{plan.cases:,}",
            "Score": str(plan.score or "none"),
            "Limits": f"timeout {plan.timeout_s:g} s, retries {plan.retry}, calls at once {plan.concurrency or 'by provider'}, "
            f"requests a minute {plan.rpm or 'by provider'}",
            "Run": f"{run.id}, workbench {plan.workbench}, by {plan.user or 'unknown'}, started {fmt.moment(run.started_ms)} UTC",
        }
        for name, value in said.items():
            st.caption(name)
            safe.text(value)
        with st.form("rename", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Name of the run", run.name, max_chars=200, width=420)
            if st.form_submit_button("Rename", icon=":material/edit:"):
                with page.guard():
                    reading.rename(session.store(), run.id, name)
                    st.rerun()
