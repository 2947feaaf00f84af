"""Beside the editor: advice on what is written, what is sent once the variables have values, and how to call it from Python."""

import streamlit as st

from pages.build.prompt_tabs import advice, listing, values
from pages.build.prompt_tabs.desk import Desk
from pages.parts import page, safe
from workbench.errors import InputError
from workbench.playground import form as forms
from workbench.prompts import rendering
from workbench.prompts.content import Content
from workbench.prompts.registry import Prompt
from workbench.store import Store

_PARTS = {"advice": "Advice", "preview": "Preview", "python": "Python"}


def draw(store: Store, prompt: Prompt, desk: Desk) -> None:
    """Draw the side; what cannot be read says where and how to mend it."""
    part = st.segmented_control(
        "Beside the editor",
        list(_PARTS),
        default="advice",
        required=True,
        format_func=_PARTS.__getitem__,
        key="side",
        label_visibility="collapsed",
    )
    try:
        content = forms.content(desk.form)
        partials = rendering.partials(store, content)
        names = rendering.variables(content, partials)
    except InputError as error:
        page.problem(error)
        return
    with page.guard():
        if part == "advice":
            variables(names)
            advice.draw(store, prompt, desk, content, partials)
        elif part == "preview":
            preview(store, prompt, content, names, partials)
        else:
            python(prompt, names)


def variables(names: tuple[str, ...]) -> None:
    """The variables of the text. Which are undeclared, unused or misspelt is part of the advice."""
    if not names:
        st.caption("No variables. Write one in double braces, and a value takes its place when the prompt is sent.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("**Variables**", width="content")
        for name in names[:30]:
            st.badge(listing.within_badge(name), color="gray")


def preview(store: Store, prompt: Prompt, content: Content, names: tuple[str, ...], partials: dict[str, str]) -> None:
    """The messages as a model would read them."""
    given = values.draw(store, prompt, names)
    empty = [name for name in names if not given.get(name)]
    if empty:
        st.caption(safe.escape(f"Without a value yet: {', '.join(empty)}.", limit=400))
    for item in rendering.render(content, {name: given.get(name, "") for name in names}, partials):
        st.caption(item.role.capitalize())
        safe.code(item.text or "(parts that are not text)")


def python(prompt: Prompt, names: tuple[str, ...]) -> None:
    """The lines that call this prompt from a program."""
    st.caption("Copy as Python: the labelled version, with its variables filled in, ready for any client.")
    safe.code(snippet(prompt, names), language="python")


def snippet(prompt: Prompt, names: tuple[str, ...]) -> str:
    """Python that gets the prompt and renders it. Names are written as Python texts, whatever they hold."""
    label = "production" if "production" in prompt.labels else next(iter(sorted(prompt.labels)), None)
    which = f", label={label!r}" if label else f", version={prompt.latest}" if prompt.latest else ""
    plain = all(name.isidentifier() for name in names)
    values_text = ", ".join(f'{name}="…"' for name in names) if plain else "**{" + ", ".join(f'{name!r}: "…"' for name in names) + "}"
    return (
        "from workbench import prompts\n\n"
        f"prompt = prompts.get({prompt.name!r}{which})\n"
        f"messages = prompt.render({values_text})\n\n"
        '# messages is a list of {"role", "content"}: hand it to any client, for example\n'
        "# openai.OpenAI().chat.completions.create(model=..., messages=messages)\n"
    )
