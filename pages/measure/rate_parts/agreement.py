"""How far raters agree beyond chance, in a table with intervals; a sentence where that is little."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, tables
from workbench.stats.agreement import Agreement

_MEASURES = {"cohen": "Cohen's kappa", "fleiss": "Fleiss' kappa", "krippendorff": "Krippendorff's alpha"}
_METHODS = {
    "asymptotic": "asymptotic",
    "bca": "bootstrap over items",
    "jackknife": "jackknife over items",
    "wilson": "from the share of agreement",
    "none": fmt.NONE,
}
_AGREEMENT = {
    "measure": st.column_config.TextColumn("Agreement", width=170),
    "value": st.column_config.TextColumn("Value", width=75),
    "interval": st.column_config.TextColumn("95 % interval", width=140),
    "items": st.column_config.NumberColumn("Pairs of replies", format="localized", width=120),
    "raters": st.column_config.NumberColumn("Raters", format="localized", width=70),
    "observed": st.column_config.TextColumn("Agreed", width=80),
    "said": st.column_config.TextColumn("Interval by", width=230),
}


def draw(found: tuple[Agreement, ...]) -> None:
    """Draw the measures."""
    st.header("Do raters agree?", anchor=False)
    if not found:
        st.caption("One person has rated so far. From the second on, this says how far they agree beyond chance.")
        return
    rows = [
        {
            "measure": _MEASURES[each.name],
            "value": fmt.NONE if each.value is None else f"{each.value:.2f}",
            "interval": fmt.NONE if each.low is None or each.high is None else f"{each.low:.2f} to {each.high:.2f}".replace("-", "−"),
            "items": each.items,
            "raters": each.raters,
            "observed": fmt.percent(each.observed),
            "said": each.reason or _METHODS[each.method],
        }
        for each in found
    ]
    tables.table(rows, _AGREEMENT, "agreement", alt="Agreement between raters with intervals")
    st.caption("1 is full agreement, 0 what chance gives. Krippendorff asks for 0.80, and for 0.67 where conclusions may be tentative.")
    if any(each.low is not None and each.low < 0 for each in found):
        page.notice(
            "The raters may agree no more than chance would have them. Say in words what “better” means, and rate again.", "warning"
        )
