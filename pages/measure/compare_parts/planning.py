"""How many cases? Before anything is spent: what the chosen number can see, by an earlier run's cases or by assumptions one can change."""

import streamlit as st

from pages.measure.compare_parts import cases
from pages.measure.compare_parts.cases import Spread
from pages.parts import safe
from workbench.comparison.model import SCORE
from workbench.errors import WorkbenchError
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.runner.spec import RunSpec
from workbench.store import Store
from workbench.text.counting import counted

_ASSUMED, _TO_SEE = 20.0, 5.0  # per cent of cases, points
_LOOKED_AT = 10
_ALPHA = 0.05
_DIFFERING = "How many cases one variant gets right and the other wrong. The fewer, the smaller a difference shows."


def draw(store: Store, spec: RunSpec, chosen: int) -> None:
    """Draw the power of `chosen` cases, once it is opened."""
    with st.expander("How many cases?", icon=":material/show_chart:", key="how-many", on_change="rerun") as opened:
        if opened.open:
            _plan(store, spec, chosen)


def _plan(store: Store, spec: RunSpec, chosen: int) -> None:
    earlier = pilot(store, spec)
    mark = earlier[0].id if earlier else "none"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        to_see = st.number_input(
            "Difference to see, points", 0.1, 100.0, _TO_SEE, step=0.5, format="%.1f", key="to-see", bind="query-params", width=190
        )
        differing = st.number_input(
            "Cases on which two differ, %", 0.1, 100.0, round(earlier[1] * 100, 1) if earlier else _ASSUMED, step=1.0, format="%.1f",
            key=f"differing-{mark}", width=220, help=_DIFFERING,
        )  # fmt: skip
    source = (
        f"Taken from {earlier[0].name}, {counted(earlier[2], 'case')} on the same dataset."
        if earlier
        else "An assumption: no earlier run tells it."
    )
    pairs = len(spec.variants) * (len(spec.variants) - 1) // 2
    many = f" {pairs} pairs will be tested and p corrected for that, which takes more cases." if pairs > 1 else ""
    st.caption(safe.escape(f"{source} Change it to see what hangs on it.{many}", limit=400))
    spread = Spread(discordance=differing / 100, alpha=_ALPHA / pairs)
    for said in sentences(spread, to_see / 100, chosen):
        st.markdown(safe.escape(said, limit=300))
    cases.curve(spread, [min(to_see, differing) / 100], chosen, "chosen", key="how-many-curve")


def sentences(spread: Spread, to_see: float, chosen: int) -> list[str]:
    """What the chosen cases can see, and how many it takes to see `to_see`."""
    least = spread.detectable(chosen)
    cases_said = counted(chosen, "case")
    if least is None:
        said = [f"With {cases_said} no difference is seen 8 times in 10: they are too few."]
    else:
        said = [f"With {cases_said} a difference of {least * 100:.1f} points is seen 8 times in 10."]
    if spread.discordance is not None and to_see > spread.discordance:
        return [*said, f"Two variants that differ on {spread.discordance * 100:.1f} % of cases cannot lie {to_see * 100:.1f} points apart."]
    needed = spread.needed(to_see)
    return [
        *said,
        f"To see {to_see * 100:.1f} points takes {counted(needed, 'case')}."
        if needed
        else f"No number of cases up to a million shows {to_see * 100:.1f} points.",
    ]


def pilot(store: Store, spec: RunSpec) -> tuple[Run, float, int] | None:
    """The newest run on the same dataset and prompt that says on what share of cases two of its variants differ: run, share, cases."""
    from workbench.comparison.verdict import compare_run

    wanted = {variant.prompt for variant in spec.variants if variant.prompt}
    for name in sorted(wanted):
        for run in reading.page(store, state="finished", prompt=name, limit=_LOOKED_AT):
            if run.dataset != spec.dataset or not run.plan.score or len(run.variants) < 2:
                continue
            try:
                pairs = compare_run(store, run.id).pairs
            except WorkbenchError:
                continue
            shares = [
                ((pair.result.gained or 0) + (pair.result.lost or 0)) / pair.result.n
                for pair in pairs
                if pair.metric == SCORE.name and pair.result.kind == "binary" and pair.result.n
            ]
            # The pair that differs most: planned by it, no other pair is promised more than it can show.
            if shares and max(shares) > 0:
                return run, max(shares), max(pair.result.n for pair in pairs if pair.metric == SCORE.name)
    return None
