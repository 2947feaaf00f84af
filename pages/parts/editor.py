"""The editor of a prompt's messages: cards with a role and a text, variables marked while one types. Keeps nothing by itself.

A component of our own, because a text area hands its text over only when it is left, and a shortcut pressed in it saves the old
text. This one hands it over 400 ms after the last key, and with the shortcut itself. Text goes in through `data` alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from workbench.playground import form as forms
from workbench.playground.form import Turn

_ASSETS = Path(__file__).with_name("editor_assets")


@dataclass(frozen=True)
class Edited:
    """What the editor holds, and whether the person pressed Mod+S or Mod+Enter just now."""

    turns: tuple[Turn, ...]
    save: bool = False
    run: bool = False


def messages(
    turns: tuple[Turn, ...],
    *,
    engine: str,
    rev: int,
    key: str,
    actions: tuple[str, ...] = ("save",),
    typed: Callable[[tuple[Turn, ...]], None] | None = None,
) -> Edited:
    """Draw the editor. `turns` are taken over when `rev` is another one than before, in any visit; until then what is typed stands.

    `typed` is told of what was typed before the page is drawn again: a press on a link comes a moment later, and the drawing is given up.
    """

    def told() -> None:
        held = st.session_state.get(key)
        if typed is not None and (now := _of_rev(held and held.get("typed"), rev)):
            typed(now)

    mounted = _component()(
        key=key,
        data={"name": key, "rev": rev, "turns": [asdict(turn) for turn in turns], "engine": engine, "actions": list(actions)},
        on_typed_change=told,  # not "value": the framework takes a lone dict of that name apart, and calls nobody
        on_save_change=_nothing,
        on_run_change=_nothing,
    )
    save, run = _of_rev(mounted.save, rev), _of_rev(mounted.run, rev)
    now = save or run or _of_rev(mounted.typed, rev)
    return Edited(now or turns, save is not None, run is not None)


@cache
def _component() -> Any:
    css, js = ((_ASSETS / name).read_text(encoding="utf-8") for name in ("editor.css", "editor.js"))
    return st.components.v2.component("workbench.editor", html='<div class="editor"></div>', css=css, js=js)


def _of_rev(value: Any, rev: int) -> tuple[Turn, ...] | None:
    """The turns in what the browser sent, unless they belong to a text that was replaced since."""
    if not value or value.get("rev") != rev:
        return None
    return forms.turns(value.get("turns")) or None


def _nothing() -> None:
    """A component hands over a state only where something listens to it."""
