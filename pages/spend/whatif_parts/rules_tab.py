"""Rules: which class a call is of, in order; what they would have done with the recorded calls; and where they look wrong."""

from dataclasses import replace

import streamlit as st

from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, fitting, known, tryout, wording
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path
from workbench.cost import rules as ruling
from workbench.cost.model import Recorded, Routing, Rule
from workbench.errors import InputError
from workbench.store import Store

PATH: Path = ("levers", "routing", "rules")
_WORDS = "words, characters, input_tokens, question, prompt, model, tag"
_CACHE = {None: "as elsewhere", True: "may answer", False: "never"}


def draw(store: Store, desk: Desk) -> None:
    """Draw the rules, then what they do to the recorded calls."""
    own = bool(desk.value(PATH))
    st.markdown("**The first rule that holds decides the class of a call**")
    if not isinstance(desk.good.baseline, Recorded):
        st.caption("Typed traffic has its classes stated; rules are for recorded calls. They can be written and kept here all the same.")
    if not own:
        _shipped(desk)
    else:
        _rows(desk)
    if isinstance(desk.good.baseline, Recorded):
        tryout.draw(store, desk, desk.good.baseline)


def _shipped(desk: Desk) -> None:
    st.markdown("\n".join(f"{number}. {wording.md(ruling.tell(rule))}" for number, rule in enumerate(ruling.SHIPPED, 1)))
    st.button("Edit these rules", icon=":material/edit:", key="rules-edit", on_click=_own, args=(desk,),
              help="They ship with the workbench. Yours take their place in this scenario.")  # fmt: skip


def _rows(desk: Desk) -> None:
    held: tuple[Rule, ...] = desk.value(PATH)
    for number, rule in enumerate(held):
        with st.container(border=True, key=f"rule-{number}", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                with st.container(width=330):
                    fields.line(desk, (*PATH, str(number), "when"), f"{number + 1}. When", placeholder="always", optional=True,
                                help=f"Names: {_WORDS}. For example: words < 20 and question")  # fmt: skip
                with st.container(width=140):
                    fields.line(desk, (*PATH, str(number), "klass"), "Class")
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                with st.container(width=210):
                    fields.choice(desk, (*PATH, str(number), "model"), "Goes to", [None, *known.models(desk.good)],
                                  say={None: "as routed"}, free=True)  # fmt: skip
                with st.container(width=140):
                    fields.choice(desk, (*PATH, str(number), "cache"), "A cache", list(_CACHE), say=_CACHE)
                with st.container(width=120):
                    fields.number(desk, (*PATH, str(number), "cap"), "Reply cap", step=10, whole=True, empty="none")
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
                st.caption(wording.md(_told(rule)), width="content")
                with st.container(horizontal=True, gap="small", width="content"):
                    _moves(desk, number, len(held))
    fields.wrong(desk, PATH)
    with st.container(horizontal=True):
        st.button(
            "Add a rule", icon=":material/add:", key="rule-add", on_click=_put, args=(desk, (*held, Rule("words < 50", held[-1].klass)))
        )
        st.button("Back to the rules that ship", icon=":material/restart_alt:", key="rules-shipped", type="tertiary",
                  on_click=_put, args=(desk, ()))  # fmt: skip


def _told(rule: Rule) -> str:
    try:
        return ruling.tell(rule)
    except InputError as error:
        return str(error)


def _moves(desk: Desk, number: int, count: int) -> None:
    held: tuple[Rule, ...] = desk.value(PATH)
    up, down = list(held), list(held)
    if number:
        up[number - 1 : number + 1] = up[number], up[number - 1]
    if number < count - 1:
        down[number : number + 2] = down[number + 1], down[number]
    rest = (*held[:number], *held[number + 1 :])
    for word, icon, order, off in (("Up", "arrow_upward", up, not number), ("Down", "arrow_downward", down, number == count - 1),
                                   ("Remove", "close", rest, count == 1)):  # fmt: skip
        st.button(word, icon=f":material/{icon}:", key=f"rule-{word}-{number}", type="tertiary", disabled=off,
                  on_click=_put, args=(desk, tuple(order)))  # fmt: skip


def _own(desk: Desk) -> None:
    """Take the rules that ship into the scenario, to be changed."""
    _put(desk, ruling.SHIPPED)


def _put(desk: Desk, rules: tuple[Rule, ...]) -> None:
    routing = next((lever for lever in desk.good.levers if isinstance(lever, Routing)), Routing({}))
    others = tuple(lever for lever in desk.good.levers if lever.kind != "routing")
    try:
        desks.replace(desk, desks.checked(fitting.fitted(replace(desk.good, levers=(*others, replace(routing, rules=rules))))))
    except InputError as error:
        desk.errors[PATH] = error
