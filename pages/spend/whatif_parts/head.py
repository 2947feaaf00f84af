"""The head of the page: which scenario, its name, what is unsaved, the way back, and Save."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import choosing, confirm, page, safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import drafting, fields, library, saving
from pages.spend.whatif_parts.desk import Desk
from workbench.store import Store


def choose(store: Store, row: DeltaGenerator) -> str:
    """The scenario of the URL, or as chosen since."""
    offered = library.options(store)
    wanted = st.query_params.get(saving.PICKER)
    if wanted and wanted not in offered:
        page.notice(f"There is no scenario {library.said(wanted)} here. Another is shown.", "warning")
        st.query_params.pop(saving.PICKER)
    with row, st.container(width=330):
        chosen = choosing.choose(
            "Scenario",
            offered,
            saving.PICKER,
            say=library.said,
            default=library.first(store, offered),
            help="Saved, recorded, shipped or new.",
        )
    return str(chosen or offered[0])


def draw(store: Store, desk: Desk, row: DeltaGenerator, slot: DeltaGenerator) -> None:
    """Draw the name, what is unsaved and what can be done into `row`, Undo and Save into `slot`."""
    with row:
        with st.container(width=240):
            fields.line(desk, ("name",), "Name", help="Saved under this name. Another name makes another scenario.")
        _state(desk)
        if desk.origin.startswith(library.EXAMPLE):
            st.button("My own numbers", icon=":material/edit_square:", key="own", on_click=_own)
        _more(store, desk)
    with slot:
        st.button(
            "Undo", icon=":material/undo:", key="undo", disabled=not desk.past, on_click=desks.undo, args=(desk,),
            help="Take the last change back.",
        )  # fmt: skip
        st.button(
            "Save", icon=":material/save:", key="save", type="primary", on_click=saving.save, args=(store, desk), disabled=bool(desk.wrong)
        )
    saving.ask(store, desk)


def _own() -> None:
    """Open an empty scenario: an example's bill, limits and prices are not mine."""
    st.query_params.from_dict({saving.PICKER: library.NEW})


def _state(desk: Desk) -> None:
    if desk.wrong:
        st.badge(f"{len(desk.wrong)} to mend", icon=":material/error:", color="red")
    elif desk.dirty:
        st.badge(f"Unsaved{' · draft kept' if desk.kept else ''}", icon=":material/edit:", color="orange")
    elif desk.number:
        st.badge(f"Saved, version {desk.number}", icon=":material/check:", color="green")
    else:
        st.badge("Not saved", icon=":material/draft:", color="gray")


def _more(store: Store, desk: Desk) -> None:
    from workbench.cost import keeping

    with st.popover("More", icon=":material/more_horiz:", key="more", on_change="rerun") as more:
        if not more.open:
            return  # versions are read when somebody wants to see them
        st.button(
            "Discard changes", icon=":material/restart_alt:", key="discard", on_click=desks.discard, args=(desk,), disabled=not desk.dirty
        )
        st.button("Duplicate", icon=":material/content_copy:", key="duplicate", on_click=_duplicate, args=(desk,),
                  help="The same under another name; saved once you press Save.")  # fmt: skip
        if desk.number is not None:
            name = desk.base.name
            versions = keeping.versions(store, name)
            st.caption("Versions")
            for each in versions[:8]:
                st.button(
                    f"Go back to version {each.number}" + (f": {safe.escape(each.note, limit=40)}" if each.note else ""),
                    key=f"version-{each.number}", type="tertiary", on_click=desks.replace, args=(desk, each.scenario),
                    disabled=each.scenario == desk.good,
                )  # fmt: skip
            if desk.good.name != name and not desk.wrong:
                st.button("Rename instead of copying", icon=":material/edit:", key="rename", on_click=_rename, args=(store, desk))
            st.button("Archive", icon=":material/archive:", key="archive", on_click=_archive, args=(store, name))
        for each in keeping.page(store, archived=True, limit=5):
            st.button(f"Restore {safe.escape(each.name, limit=40)}", icon=":material/unarchive:", key=f"restore-{each.name}",
                      type="tertiary", on_click=_restore, args=(store, each.name))  # fmt: skip
        if desk.link:
            st.caption("Share what is not saved: the address of this page holds it.")


def _rename(store: Store, desk: Desk) -> None:
    from workbench.cost import keeping

    old, new = desk.base.name, desk.good.name
    if confirm.act_and_say(f"{old} is called {new} now.", lambda: keeping.rename(store, old, new)):
        desks.discard_draft(desk)
        if desk.good != replace(desk.base, name=new):  # what else is unsaved stays so
            drafting.keep(store, f"{library.SAVED}{new}", desk.good, {}, desk.number)
        saving.open_next(f"{library.SAVED}{new}")


def _duplicate(desk: Desk) -> None:
    desks.edit(desk, ("name",), f"{desk.good.name} (copy)"[:200], redraw=True)


def _archive(store: Store, name: str) -> None:
    from workbench.cost import keeping

    if confirm.act_and_say(f"{name} is archived: it is no longer offered, and its versions stay.", lambda: keeping.archive(store, name)):
        st.query_params.pop(saving.PICKER, None)
        for key in (saving.PICKER, desks.KEY):
            st.session_state.pop(key, None)


def _restore(store: Store, name: str) -> None:
    from workbench.cost import keeping

    confirm.act_and_say(f"{name} is back.", lambda: keeping.restore(store, name))
