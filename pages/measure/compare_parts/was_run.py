"""What was run: variants, cases, limits, as the plan holds them; and the name of the run, which can be changed."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session
from workbench.runner import reading
from workbench.runner.reading import Run


def draw(run: Run) -> None:
    """Draw it, behind its heading."""
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
