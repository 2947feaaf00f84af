"""What a document would say otherwise: the move that the rest follows from first; nothing is called gone that is there; no kind twice."""

import pytest

from tests.export import project
from workbench.export import differences, documents, history
from workbench.export.differences import Change
from workbench.export.provenance import Provenance
from workbench.export.sources import source
from workbench.prompts import content, labels, registry
from workbench.store import Store


def made(store: Store, kind: str, subject: str) -> Provenance:
    """What a file of the document would carry now."""
    document = documents.compose(store, documents.request(store, kind, subject))
    return Provenance(document.kind, document.subject, document.request, document.sources)


def sentences(store: Store, said: Provenance) -> list[str]:
    return [change.sentence for change in history.check(store, said).changes]


@pytest.mark.parametrize(("kind", "subject"), [("prompt", project.PROMPT), ("disclosure", f"loop/m@{project.PROMPT}")])
def test_a_label_that_moved_is_said_first_and_nothing_that_is_still_there_is_called_gone(
    sqlite_store: Store, kind: str, subject: str
) -> None:
    project.fill(sqlite_store)
    labels.move(sqlite_store, project.PROMPT, "production", 2)
    before = made(sqlite_store, kind, subject)
    labels.move(sqlite_store, project.PROMPT, "production", 1)
    found = sentences(sqlite_store, before)
    assert found[0] == "production moved from version 2 to version 1: the document would now be about version 1"
    assert not [one for one in found if "any more" in one or "is new" in one]
    assert len(found) == len(set(found)) <= 7
    assert ("Example: A normal case would differ" in found) is (kind == "prompt")


def test_a_version_saved_is_said_as_what_the_document_would_be_about(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    before = made(sqlite_store, "prompt", project.PROMPT)
    registry.save_version(sqlite_store, project.PROMPT, content.text("Sort anew: {{text}}"))
    found = sentences(sqlite_store, before)
    assert found[0] == "support/triage: the document would now be about version 3 in place of version 2"


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("labels", "Labels of a", "Labels of a changed"),
        ("calls", "Calls of a", "Calls of a changed"),
        ("calls", "Right answers: 2026-10-01 to 2026-10-30", "Right answers: 2026-10-01 to 2026-10-30 changed"),
        ("version", "a version 2", "a version 2 changed"),
        ("run", "Two classifiers", "run Two classifiers changed"),
        ("run", "Example: A failure", "Example: A failure changed"),
        ("verdict", "Verdict of Two classifiers", "Verdict of Two classifiers changed"),
        ("plan", "Triage 2", "plan Triage 2 changed"),
    ],
)
def test_a_kind_is_named_once_and_where_a_name_does_not_say_it(kind: str, name: str, said: str) -> None:
    assert Change("changed", source(kind, "a", name, 1)).sentence == said


def test_several_versions_of_a_prompt_are_not_taken_for_one_another() -> None:
    gone = (source("version", 1, "a@1", 1), source("version", 2, "a@2", 1))
    new = (source("version", 3, "a@3", 1),)
    assert "moved" not in [change.how for change in differences.compare(gone, new).changes]
