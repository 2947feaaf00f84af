"""The settings of a version under its messages: engine, model, parameters, tools and schemas, as typed."""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.build.prompt_tabs.desk import Desk
from pages.parts import page, safe
from workbench.errors import InputError
from workbench.playground import catalogue
from workbench.playground import form as forms
from workbench.playground.form import Form, Turn
from workbench.prompts.content import ENGINES, PRESETS
from workbench.store import Store

_NUMBER_PX = 128
_SYNTAX = {"mustache": "Mustache · {{name}}", "fstring": "f-string · {name}", "jinja2": "Jinja2 · {{ name }}"}


def draw(store: Store, desk: Desk, turns: tuple[Turn, ...]) -> Form:
    """The form with `turns` and what the fields say."""
    form, mark = desk.form, f"{desk.name}-{desk.rev}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        engine = st.selectbox(
            "Template engine", ENGINES, ENGINES.index(form.engine), format_func=_SYNTAX.__getitem__, key=f"engine-{mark}", width=190
        )
        model = choose_model(store, form.model, f"model-{mark}")
        for name, preset in PRESETS.items():
            st.button(
                name.capitalize(), key=f"preset-{name}", on_click=_preset, args=(desk, name), type="tertiary", icon=":material/tune:",
                help=f"Temperature {preset.temperature}, at most {preset.max_tokens:,} tokens.",
            )  # fmt: skip
    numbers = parameters(form, mark)
    with st.expander(
        "Stop texts, tools and schemas", expanded=bool(form.tools or form.response_schema or form.output_schema), key=f"more-{mark}"
    ):
        typed = texts(form, mark)
    return replace(form, turns=turns, engine=engine, model=model, **numbers, **typed)


def choose_engine(engine: str, key: str) -> str:
    """A picker of the template engine, each with how a variable looks in it."""
    return st.selectbox("Template engine", ENGINES, ENGINES.index(engine), format_func=_SYNTAX.__getitem__, key=key, width=178)


def choose_model(store: Store, model: str, key: str) -> str:
    """A picker of one model; the caller of the prompt chooses where it is left empty."""
    known = catalogue.models(store).models
    options = [*dict.fromkeys([*([model] if model else []), *known])]
    chosen = st.selectbox(
        "Model", options, 0 if model else None, key=key, accept_new_options=True,
        placeholder="Whoever calls it chooses", format_func=safe.plain,
        help="provider/model. Write one that is not in the list and press Enter.", width=215,
    )  # fmt: skip
    return (chosen or "").strip()


def parameters(form: Form, mark: str) -> dict[str, Any]:
    """The numbers of the form; an empty field is the provider's own default."""
    with st.container(horizontal=True, gap="small"):
        temperature = st.number_input(
            "Temperature", 0.0, 2.0, form.temperature, 0.1, "%.2f", key=f"temperature-{mark}", placeholder="default", width=_NUMBER_PX
        )
        longest = st.number_input(
            "Most tokens", 1, 10_000_000, form.max_tokens, 50, key=f"max_tokens-{mark}", placeholder="default", width=_NUMBER_PX
        )
        top_p = st.number_input("Top p", 0.0, 1.0, form.top_p, 0.05, "%.2f", key=f"top_p-{mark}", placeholder="default", width=_NUMBER_PX)
        seed = st.number_input("Seed", None, None, form.seed, 1, key=f"seed-{mark}", placeholder="none", width=_NUMBER_PX)
    return {"temperature": temperature, "max_tokens": longest, "top_p": top_p, "seed": seed}


def texts(form: Form, mark: str) -> dict[str, str]:
    """The fields that are lines or JSON, each with what is wrong under it."""
    stop = st.text_area(
        "Stop texts", form.stop, key=f"stop-{mark}", height=68, help="One a line; the reply ends before the first that appears."
    )
    response = _json(
        "Response schema", "response_schema", form.response_schema, mark, "Sent to the model: its reply must meet this JSON schema."
    )
    output = _json(
        "Output schema", "output_schema", form.output_schema, mark, "What you promise of a reply: checks and documents read it. Not sent."
    )
    tools = _json("Tools", "tools", form.tools, mark, 'A list: [{"name": "...", "description": "...", "parameters": {...}}].')
    choice = st.text_input(
        "Tool choice", form.tool_choice, key=f"tool_choice-{mark}", placeholder="auto, none, required, or a tool's name", width=320
    )
    return {"stop": stop or "", "response_schema": response, "output_schema": output, "tools": tools, "tool_choice": choice or ""}


def _json(label: str, name: str, text: str, mark: str, help_text: str) -> str:
    typed = st.text_area(label, text, key=f"{name}-{mark}", height=120 if text else 68, help=help_text) or ""
    try:
        forms.content(replace(forms.EMPTY, **{name: typed}))
    except InputError as error:
        page.problem(error)
    return typed


def _preset(desk: Desk, name: str) -> None:
    desk.put(forms.with_preset(desk.form, PRESETS[name]))
