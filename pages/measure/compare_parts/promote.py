"""Promoting a winner: a label moves to its version, and the verdict goes with it as the reason."""

import streamlit as st

from pages.parts import confirm, page, safe
from workbench.comparison.model import Comparison, Options
from workbench.prompts import registry
from workbench.runner.reading import Run, RunVariant
from workbench.store import Store

_USUAL = ("production", "staging")
_OTHER = "another"


def button(store: Store, run: Run, found: Comparison) -> None:
    """Primary where there is a winner; else an offer among others."""
    if not any(each.prompt for each in run.variants):
        return
    won = found.winner is not None
    word = "Promote the winner" if won else "Promote"
    if st.button(word, key="promote", icon=":material/trophy:", type="primary" if won else "secondary"):
        dialog(store, run, found)


def dialog(store: Store, run: Run, found: Comparison) -> None:
    """Ask which variant, which label; say what moves from where and what is kept as the reason."""

    @st.dialog("Promote a variant", width=640)
    def ask() -> None:
        names = [each.name for each in run.variants]
        chosen = st.selectbox("Variant", names, index=names.index(first(found)), key="promote-variant", format_func=safe.plain)
        variant = run.variants[names.index(chosen)]
        if why := why_not(variant):
            page.notice(why, "warning")
            return
        if found.winner is None:
            page.notice("No variant won here: the verdict that is kept as the reason says so.", "warning")
        elif chosen != found.winner:
            page.notice(f"{found.winner} won, not {chosen}: the verdict that is kept as the reason says so.", "warning")
        label = _label()
        with page.guard():
            st.markdown(safe.escape(moves(store, variant, label), limit=400))
        st.caption("Kept with the move, as its reason")
        safe.code(found.verdict)
        st.caption("To take it back: Prompts, Labels, Roll back. Every move is kept there.")
        if st.button("Move the label", key="promote-now", type="primary", disabled=not label or stands(store, variant, label)):
            confirm.act_and_say(f"{label} is now {chosen}.", lambda: do(store, run, found.options, chosen, label))
            st.rerun()

    ask()


def first(found: Comparison) -> str:
    """The variant that is offered first: the winner, else the best of the ranking."""
    return found.winner or next((rank.variant for rank in found.ranking), found.names[0])


def stands(store: Store, variant: RunVariant, label: str) -> bool:
    """Whether the label is on the version of the variant already. Raises NotFound where the prompt is gone."""
    return registry.get(store, str(variant.prompt)).labels.get(label) == variant.version


def do(store: Store, run: Run, options: Options, variant: str, label: str) -> None:
    """Move `label` to the version of the variant. Raises WorkbenchError where it cannot be moved."""
    from workbench.comparison import promote

    promote.promote(store, run.id, variant, label, options=options)


def why_not(variant: RunVariant) -> str:
    """Why a variant cannot be promoted; empty where it can."""
    if variant.prompt is None:
        return f"{variant.name} is not a saved prompt: it has no labels."
    if variant.version is None:
        return f"{variant.name} is a draft, and a label stands on a version. Save it as a version on Prompts, compare that, promote it."
    return ""


def moves(store: Store, variant: RunVariant, label: str) -> str:
    """What moves from where. Raises NotFound where the prompt is gone."""
    if not label:
        return "Name the label."
    if stands(store, variant, label):
        return f"{label} of {variant.prompt} is on version {variant.version} already: nothing moves."
    now = registry.get(store, str(variant.prompt)).labels.get(label)
    before = "is set for the first time, on" if now is None else f"moves from version {now} to"
    return f"{label} of {variant.prompt} {before} version {variant.version}."


def _label() -> str:
    chosen = st.segmented_control("Label", [*_USUAL, _OTHER], default=_USUAL[0], required=True, key="promote-label")
    if chosen != _OTHER:
        return str(chosen)
    return st.text_input("Name of the label", key="promote-other", max_chars=100, live=True).strip()
