"""What the document is about: its kind and its subject, both in the URL."""

from dataclasses import dataclass

import streamlit as st

from pages.handover.document_parts.offered import ABOUT, KINDS
from pages.parts import address, page, session
from pages.parts.choosing import choose
from workbench.export import subjects
from workbench.store import Store


@dataclass(frozen=True)
class Chosen:
    """The document to be made: its kind, the subject that its set-up is kept under, the subject as a request names it, options."""

    kind: str
    about: str
    subject: str
    options: dict[str, str]


def _parameter(kind: str) -> str:
    """The subject's name in the URL. A select box of its own for each kind: the browser would keep the words of the kind before."""
    return f"about_{kind}"


def kind() -> str:
    """Draw the choice of a kind."""
    return address.part("Kind", KINDS, "kind", drop=(*map(_parameter, KINDS), "ref", "plan", "run", "context"))


def draw(store: Store, kind: str) -> Chosen | None:
    """Draw the choices of its subject; None where there is nothing to write about, or nothing chosen."""
    found = subjects.of(store, kind)
    label, title, text, button, where = ABOUT[kind]
    if not found:
        if page.empty(title, text, button, key=f"document-{kind}"):
            session.go(where)
        return None
    titles = {one.name: one.title for one in found}
    with st.container(horizontal=True, vertical_alignment="bottom", key="document-subject"):
        subject = choose(
            label,
            list(titles),
            _parameter(kind),
            say=lambda name: titles.get(name, name),
            default=next(iter(titles)),
            placeholder=f"Choose: {label}",
        )
        if subject is None:
            return None
        more, options = _more(store, kind, subject)
    # The words of a notice are those of its context; a prompt's are the same for all its versions.
    about = f"{subject}{more}" if kind == "disclosure" else subject
    return Chosen(kind, about, f"{subject}{more}", options)


def _more(store: Store, kind: str, subject: str) -> tuple[str, dict[str, str]]:
    """What of the subject: which version of a prompt; the plan and the run of slides; the context of a notice."""
    if kind == "prompt":
        ref = choose("Version", refs(store, subject), "ref", placeholder="Production, else the latest")
        return (f"@{ref}" if ref else ""), {}
    if kind == "disclosure":
        context = choose("Context", [one.name for one in subjects.of(store, "prompt")], "context", placeholder="Any use")
        return (f"@{context}" if context else ""), {}
    if kind == "slides":
        return "", _of_slides(store, subject)
    return "", {}


def refs(store: Store, name: str) -> list[str]:
    """What names a version of the prompt: its labels, its numbers."""
    from workbench.prompts import registry

    labels = sorted(registry.get(store, name).labels)
    return [*labels, *(str(found.number) for found in registry.versions(store, name, limit=200))]


def _of_slides(store: Store, prompt: str) -> dict[str, str]:
    plans = [one.name for one in subjects.plans(store)]
    runs = {one.name: one.title for one in subjects.runs_of(store, prompt)}
    plan = choose("Plan", plans, "plan", placeholder="None yet" if not plans else "Choose a plan")
    run = choose(
        "Run",
        list(runs),
        "run",
        say=lambda run_id: runs.get(run_id, run_id),
        placeholder="None yet" if not runs else "Its newest comparison",
    )
    return {name: value for name, value in (("plan", plan), ("run", run)) if value}
