"""What the prompt is for: models that suit the task and a preset, from one's own benchmark or from a dated file."""

from dataclasses import replace

import streamlit as st

from pages.build.playground_parts import bench
from pages.parts import format as shown
from pages.parts import page, safe
from workbench.playground import shelf, tasks
from workbench.playground.conversation import MOST_MODELS, Conversation
from workbench.playground.tasks import Suggestion, Task
from workbench.store import Store


def draw(store: Store, conversation: Conversation) -> None:
    """Draw the menu; its content only once it is open."""
    with st.popover("Suggest models", icon=":material/lightbulb:", key="task-menu", on_change="rerun") as menu:
        if not menu.open:
            return
        known = tasks.tasks()
        names = [task.name for task in known]
        titles = {task.name: task.title for task in known}
        place = names.index(conversation.task) if conversation.task in names else 0
        name = st.radio("What is it for?", names, place, format_func=titles.__getitem__, key="task", horizontal=True)
        task = tasks.task(str(name))
        st.caption(task.about)
        settings = task.parameters
        st.button(
            f"Use its preset: temperature {settings.temperature}, at most {settings.max_tokens:,} tokens",
            key=f"use-preset-{task.name}", on_click=_preset, args=(store, conversation, task), icon=":material/tune:",
        )  # fmt: skip
        with page.guard():
            for suggestion in tasks.suggest(store, task.name):
                _row(store, conversation, task, suggestion)
        day, source = tasks.dated()
        st.caption(f"As of {day}. {source}")
        with st.expander("Measure models yourself", key="measure-models", on_change="rerun") as measuring:
            if measuring.open:
                from pages.build.playground_parts import benchmark_form  # brings the runner, which the page can do without

                with page.guard():
                    benchmark_form.draw(store, conversation, task)


def _row(store: Store, conversation: Conversation, task: Task, suggestion: Suggestion) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"suggestion-{task.name}-{suggestion.model}"):
        used = suggestion.model in conversation.models
        st.button(
            "In use" if used else "Use", key=f"use-{task.name}-{suggestion.model}", disabled=used or not suggestion.ready,
            on_click=_use, args=(store, conversation, task, suggestion.model),
        )  # fmt: skip
        with st.container(gap=None):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{safe.escape(suggestion.model)}**", width="content")
                if suggestion.source == "benchmark":
                    st.badge("Measured by you", color="green", icon=":material/check:")
                if suggestion.simulated:
                    st.badge(shown.SIMULATED, color="violet")
                if not suggestion.ready:
                    st.badge(safe.escape(suggestion.missing), color="orange", icon=":material/key_off:")
            st.caption(safe.escape(suggestion.why))


def _use(store: Store, conversation: Conversation, task: Task, model: str) -> None:
    models = (*conversation.models, model)[-MOST_MODELS:]
    shelf.change(store, conversation.id, lambda kept: replace(kept, models=models, task=task.name))
    bench.redraw()


def _preset(store: Store, conversation: Conversation, task: Task) -> None:
    chosen = task.parameters

    def change(kept: Conversation) -> Conversation:
        parameters = replace(kept.content.parameters, temperature=chosen.temperature, max_tokens=chosen.max_tokens)
        return replace(kept, task=task.name, content=replace(kept.content, parameters=parameters))

    shelf.change(store, conversation.id, change)
    bench.redraw()
