"""What is asked: the prompt or free text, its variables, the models, the parameters. Every change is kept in the store at once."""

from dataclasses import replace

import streamlit as st

from pages.build.playground_parts import bench, task_menu
from pages.build.prompt_tabs import fields
from pages.parts import editor, page, safe, session
from workbench.errors import InputError, NotFound
from workbench.playground import catalogue, shelf
from workbench.playground import form as forms
from workbench.playground.conversation import MOST_MODELS, Conversation
from workbench.prompts import registry, rendering
from workbench.prompts.content import Content
from workbench.store import Store

_MOST_PROMPTS = 500


def draw(store: Store, conversation: Conversation) -> tuple[Conversation, bool]:
    """Draw the fields; the conversation as they say, and whether Mod+Enter was pressed."""
    mark = f"play-{conversation.id}-{bench.rev()}"
    _source(store, conversation, mark)
    models = _models(store, conversation, mark)
    form = forms.of_content(conversation.content)
    if not form.turns:
        form = replace(form, turns=forms.EMPTY.turns)
    edited = editor.messages(form.turns, engine=form.engine, rev=bench.rev(), key="playground-editor", actions=("run",))
    values = st.container()  # above the settings, though which variables there are depends on one of them
    content = _content(conversation, form, edited.turns, mark)
    with values:
        variables = _variables(store, conversation, content, mark)
    changed = replace(conversation, content=content, models=models, variables=variables)
    if changed != conversation:
        changed = shelf.change(store, conversation.id, lambda kept: replace(kept, content=content, models=models, variables=variables))
    return changed, edited.run


def _source(store: Store, conversation: Conversation, mark: str) -> None:
    """The pickers of a prompt and its version."""
    names = [prompt.name for prompt in registry.page(store, limit=_MOST_PROMPTS)]
    if conversation.prompt and conversation.prompt not in names:
        names.insert(0, conversation.prompt)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = names.index(conversation.prompt) if conversation.prompt else None
        key = f"prompt-{mark}"
        st.selectbox(
            "Prompt",
            names,
            place,
            key=key,
            placeholder="Free text",
            format_func=safe.plain,
            on_change=_choose,
            args=(store, conversation, key, None),
        )
        if conversation.prompt:
            _version(store, conversation, mark)


def _version(store: Store, conversation: Conversation, mark: str) -> None:
    try:
        prompt = registry.get(store, conversation.prompt)
        numbers = [version.number for version in registry.versions(store, prompt.name, limit=200)]
    except NotFound:
        return
    marks = {number: " · ".join(sorted(name for name, at in prompt.labels.items() if at == number)) for number in numbers}
    key = f"version-{mark}"
    st.selectbox(
        "Version", numbers, numbers.index(conversation.version) if conversation.version in numbers else None, key=key, placeholder="edited",
        format_func=lambda n: f"v{n}" + (f" · {marks[n]}" if marks.get(n) else ""), width=170,
        on_change=_choose, args=(store, conversation, f"prompt-{mark}", key),
    )  # fmt: skip


def _choose(store: Store, conversation: Conversation, name_key: str, version_key: str | None) -> None:
    name = st.session_state.get(name_key)
    if not name:
        shelf.change(store, conversation.id, lambda kept: replace(kept, prompt="", version=None))
        return
    try:
        bench.load(store, conversation, name, st.session_state.get(version_key) if version_key else None)
    except NotFound as error:
        session.flash(f"{error.message} {error.hint}", "warning")


def _models(store: Store, conversation: Conversation, mark: str) -> tuple[str, ...]:
    known = catalogue.models(store)
    options = [*dict.fromkeys([*conversation.models, *known.models])]
    chosen = st.multiselect(
        "Models, side by side",
        options,
        list(conversation.models),
        max_selections=MOST_MODELS,
        accept_new_options=True,
        key=f"models-{mark}",
        format_func=safe.plain,
        placeholder="One to four; or write provider/model",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        task_menu.draw(store, conversation)
        st.button(
            "Refresh models",
            key="refresh-models",
            icon=":material/refresh:",
            on_click=catalogue.models,
            args=(store,),
            kwargs={"refresh": True},
            help="Ask the providers again which models they have.",
            type="tertiary",
        )
        if known.asking:
            st.caption("Asking the providers…", width="content")
    for provider, why in sorted(known.problems.items()):
        st.caption(safe.escape(f"{provider} could not list its models: {why}", limit=240))
    for model, gap in catalogue.missing(store, chosen).items():
        if gap:
            page.notice(f"{model}: {gap}.", "warning")
    return tuple(str(model).strip() for model in chosen)


def _content(conversation: Conversation, form: forms.Form, turns: tuple[forms.Turn, ...], mark: str) -> Content:
    """The opening as the fields say; the last one that could be read where they cannot."""
    numbers = fields.parameters(form, mark)
    with st.expander("Engine, stop texts, tools and schemas", key=f"more-{mark}"):
        engine = fields.choose_engine(form.engine, f"engine-{mark}")
        texts = fields.texts(form, mark)
    try:
        return forms.content(replace(form, turns=turns, engine=engine, model=conversation.content.model, **numbers, **texts))
    except InputError as error:
        page.problem(error)
        return conversation.content


def _variables(store: Store, conversation: Conversation, content: Content, mark: str) -> dict[str, str]:
    """A field for each variable of the opening. What is left empty is missing."""
    with page.guard():
        names = rendering.variables(content, rendering.partials(store, content))
        typed = {}
        for name in names:
            value = conversation.variables.get(name, "")
            label = f"Variable: {safe.escape(name, limit=60)}"
            typed[name] = st.text_area(label, value, key=f"variable-{mark}-{name}", height=100 if len(value) > 80 else 68) or ""
        unseen = {name: value for name, value in conversation.variables.items() if name not in typed}
        return unseen | {name: value for name, value in typed.items() if value}
    return dict(conversation.variables)
