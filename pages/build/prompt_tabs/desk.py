"""What one browser is writing: the form, the version it began from, and the draft in the store that survives a reload.

Two browsers that write the same prompt never write into the same draft: the second one moves on to a draft of its own.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from workbench import clock
from workbench.errors import Conflict
from workbench.playground import form as forms
from workbench.playground.form import Form
from workbench.prompts import drafts, registry
from workbench.prompts.registry import Prompt, Saved, Version
from workbench.store import Store

KINDS = ("prompt", "prompt-2", "prompt-3", "prompt-4", "prompt-5")


@dataclass
class Desk:
    """The state of writing one prompt in one browser. `base` is the newest version it knows of, 0 for none."""

    name: str
    base: int
    form: Form
    saved: Form
    kind: str = KINDS[0]
    rev: int = field(default_factory=clock.now_ms)  # no two texts of one prompt may share it
    kept: dict[str, Any] | None = None
    theirs: Version | None = None

    @property
    def dirty(self) -> bool:
        """Whether there is anything that no version holds."""
        return self.form != self.saved

    def put(self, form: Form) -> None:
        """Replace what is being written; the editor in the browser takes it over."""
        self.form, self.rev = form, max(self.rev + 1, clock.now_ms())


def at(store: Store, prompt: Prompt) -> Desk:
    """The desk of this browser for `prompt`: the one it has, or one made from the draft, or from the latest version."""
    desks: dict[str, Desk] = st.session_state.setdefault("desks", {})
    desk = desks.get(prompt.name)
    if desk is not None and desk.base != (prompt.latest or 0) and not desk.dirty:
        desk = _open(store, prompt)  # nothing of one's own is lost: show what is newest
    if desk is None:
        desk = _open(store, prompt)
    desks[prompt.name] = desk
    return desk


def keep(store: Store, desk: Desk, form: Form) -> None:
    """Take `form` over and keep it as a draft, or drop the draft where nothing differs from the version."""
    if form == desk.form and (desk.kept is not None) == desk.dirty:
        return
    desk.form = form
    found = drafts.load(store, desk.kind, desk.name)
    if found is not None and found.content != desk.kept:
        desk.kind = _free(store, desk)
    if not desk.dirty:
        drop(store, desk)
        return
    raw = form.to_json()
    if raw != desk.kept:
        drafts.save(store, desk.kind, desk.name, raw, desk.base)
        desk.kept = raw


def drop(store: Store, desk: Desk) -> None:
    """Forget this desk's draft in the store."""
    if desk.kept is not None:
        drafts.discard(store, desk.kind, desk.name)
        desk.kept = None


def discard(store: Store, desk: Desk, prompt: Prompt) -> None:
    """Give up what was written: the latest version stands again."""
    drop(store, desk)
    desk.theirs = None
    desk.base = prompt.latest or 0
    desk.saved = _latest(store, prompt)
    desk.put(desk.saved)


def save(store: Store, desk: Desk, note: str, *, on_top: bool = False) -> Saved | None:
    """The version that was saved, or None where somebody saved first: then `desk.theirs` is what they saved."""
    base = desk.theirs.number if on_top and desk.theirs else desk.base
    try:
        saved = registry.save_version(store, desk.name, forms.saved(desk.form), note=note, base=base)
    except Conflict as conflict:
        desk.theirs = conflict.theirs if isinstance(conflict.theirs, Version) else registry.version(store, desk.name)
        return None
    drop(store, desk)
    desk.theirs = None
    desk.base = max(saved.version.number, base)
    desk.saved = desk.form
    return saved


def other_drafts(store: Store, desk: Desk) -> list[str]:
    """Kinds of further drafts of this prompt that other browsers left."""
    return [kind for kind in KINDS if kind != desk.kind and drafts.load(store, kind, desk.name) is not None]


def switch(store: Store, desk: Desk, kind: str) -> None:
    """Go on with the draft `kind`; the one at hand stays kept."""
    found = drafts.load(store, kind, desk.name)
    if found is not None:
        desk.kind, desk.kept, desk.base = kind, found.content, found.base_version or 0
        desk.put(forms.from_json(found.content))


def _open(store: Store, prompt: Prompt) -> Desk:
    saved = _latest(store, prompt)
    wanted = st.query_params.get("draft", "")
    kind = f"prompt-{wanted}" if f"prompt-{wanted}" in KINDS else KINDS[0]
    found = drafts.load(store, kind, prompt.name)
    if found is None:
        return Desk(prompt.name, prompt.latest or 0, saved, saved)
    return Desk(prompt.name, found.base_version or 0, forms.from_json(found.content), saved, kind, kept=found.content)


def _latest(store: Store, prompt: Prompt) -> Form:
    return forms.of_content(registry.version(store, prompt.name).content) if prompt.latest else forms.EMPTY


def _free(store: Store, desk: Desk) -> str:
    """A kind of draft that nobody uses; the last one where all are used."""
    desk.kept = None
    free = [kind for kind in KINDS if drafts.load(store, kind, desk.name) is None]
    kind = free[0] if free else KINDS[-1]
    st.query_params["draft"] = kind.removeprefix("prompt").removeprefix("-") or "1"
    return kind
