"""One case in full, beside the page: its input, what every variant said and scored, the words that differ, and what was sent."""

import streamlit as st

from pages.parts import diff, page, safe, session
from pages.parts import format as fmt
from workbench.runner import reading
from workbench.runner.cells import PASSED, CellDetail
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted


def show(store: Store, run: Run, position: int, baseline: int) -> None:
    """Open the drawer on the case at `position`."""

    @st.dialog(f"Case {position + 1}", width=720, position="right")
    def drawer() -> None:
        repeat = 0
        if run.plan.repeats > 1:
            repeat = int(st.number_input("Repeat", 1, run.plan.repeats, 1, key="drawer-repeat")) - 1
        found = [reading.cell(store, run.id, each.position, position, repeat) for each in run.variants]
        _case(found[0])
        for detail in found:
            _variant(detail)
        _difference(found, baseline)

    drawer()


def _case(detail: CellDetail) -> None:
    for name, value in detail.inputs.items():
        st.caption(safe.escape(name))
        safe.code(value)
    if detail.expected is not None:
        st.caption("Expected")
        safe.code(detail.expected)


def _variant(detail: CellDetail) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe.escape(detail.variant.name, limit=80)}**", width="content")
            _verdict(detail)
            if detail.variant.provider == "simulated":
                st.badge(fmt.SIMULATED, icon=":material/science:", color="violet")
        cell = detail.cell
        if cell is None:
            st.caption("Not finished.")
            return
        if cell.status == "error":
            page.notice(f"{cell.error_kind or cell.error_type}: {cell.error_message} {cell.hint}", "error")
        if detail.reply is not None:
            safe.code(detail.reply or "(empty)")
        for call in detail.tool_calls:
            st.caption("Tool call")
            safe.code(f"{call.get('name')}({call.get('arguments')})")
        if cell.score_reason:
            st.caption(safe.escape(cell.score_reason, limit=400))
        figures = [
            fmt.ms(cell.latency_ms),
            f"{fmt.tokens(cell.input_tokens)} in, {fmt.tokens(cell.output_tokens)} out",
            fmt.usd(cell.cost_nano),
        ]
        figures += [counted(cell.retries, "retry", "retries")] if cell.retries else []
        figures += ["reused from an earlier run"] if cell.reused_from else []
        st.caption(safe.escape(" · ".join([detail.variant.full_model, *figures])))
        _sent(detail)


def _verdict(detail: CellDetail) -> None:
    cell = detail.cell
    if cell is None or cell.score is None:
        return
    good = cell.score >= PASSED
    word = "Pass" if good else "Fail"
    score = "" if cell.score in (0.0, 1.0) else f" {fmt.percent(cell.score)}"
    st.badge(word + score, icon=":material/check:" if good else ":material/close:", color="green" if good else "red")


def _sent(detail: CellDetail) -> None:
    with st.expander("What was sent"):
        for message in detail.messages:
            st.caption(message.role.capitalize())
            safe.code(message.text or str(message.to_json()["content"]))
        if detail.attempts:
            st.caption("Attempts")
            st.json(list(detail.attempts), expanded=False)
    if st.button("Open in Playground", icon=":material/forum:", key=f"try-{detail.variant.name}", type="tertiary"):
        _try(detail)


def _try(detail: CellDetail) -> None:
    """A conversation of its own with this prompt, model and case."""
    from workbench.playground import shelf
    from workbench.playground.conversation import Conversation

    one = detail.variant
    begun = shelf.new(session.store())
    asked = Conversation(
        id=begun.id,
        prompt=one.prompt or "",
        version=one.version,
        content=one.content,
        models=(one.full_model,),
        variables=dict(detail.inputs),
        updated_ms=begun.updated_ms,
    )
    shelf.save(session.store(), asked)
    session.go(session.PLAYGROUND, c=begun.id)


def _difference(found: list[CellDetail], baseline: int) -> None:
    base = found[baseline]
    others = [detail for detail in found if detail is not base and detail.reply is not None]
    if base.reply is None or not others:
        return
    with st.expander("Words that differ", expanded=len(others) == 1):
        for other in others:
            diff.word_diff(base.reply, other.reply or "", base.variant.name, other.variant.name)
