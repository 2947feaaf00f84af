"""Runs and Settings."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.system.settings_tabs import about, data
from tests.pages import stores
from tests.pages.conftest import Open, said
from workbench.errors import NotFound
from workbench.providers import connections
from workbench.runner import plan, reading
from workbench.runner.spec import RunSpec, variants_from
from workbench.store import Store


def test_runs_says_what_a_run_is_while_there_is_none(app: Open) -> None:
    page = app("system/runs.py")
    assert "No run yet" in said(page)


def test_a_finished_run_is_listed_with_its_state_as_a_word(app: Open, bench: Store) -> None:
    stores.fill(bench)
    page = app("system/runs.py")
    assert not page.exception
    assert page.dataframe[0].value["state"].tolist() == ["✓ Finished"]
    assert page.dataframe[0].value["cells"].tolist() == ["12 of 12"]


def test_a_run_opened_by_its_link_shows_what_was_done(app: Open, bench: Store) -> None:
    run_id = stores.fill(bench)
    page = app("system/runs.py", run=run_id)
    assert not page.exception
    assert "delete-run" in [button.key for button in page.button]
    assert "tokens in" in said(page)


def test_a_planned_run_can_be_started_from_its_panel(app: Open, bench: Store) -> None:
    stores.fill(bench)
    spec = RunSpec(variants=tuple(variants_from(bench, ["intent@1"], ["simulated/good?latency_ms=0"])), dataset="messages")
    run_id = plan.plan(bench, spec)
    with bench.write() as session:
        from workbench.runner.tables import RunRow

        session.get_one(RunRow, run_id).created_ms -= 60_000  # planned a while ago, and nobody began
    page = app("system/runs.py", run=run_id)
    page.button(key="chosen-run-resume").click().run()
    from workbench.runner import worker

    assert worker.wait(run_id, 60)
    assert reading.get(bench, run_id).state == "finished"


def test_a_deleted_run_is_gone(app: Open, bench: Store) -> None:
    run_id = stores.fill(bench)
    reading.delete(bench, run_id)
    page = app("system/runs.py", run=run_id)
    assert not page.exception
    with pytest.raises(NotFound):
        reading.get(bench, run_id)


def test_settings_says_of_every_provider_whether_its_key_is_set(app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something-very-secret-123456")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    page = app("system/settings.py")
    assert not page.exception
    text = said(page)
    assert "Key set" in text
    assert "No key" in text
    assert "sk-something" not in _session(page) + text


def test_a_key_that_was_typed_does_not_stay_in_the_session(app: Open) -> None:
    page = app("system/settings.py")
    page.text_input(key="secret-openai-0").set_value("sk-typed-and-gone-123456")
    page = next(button for button in page.button if button.label == "Keep in the keyring").click().run()
    assert not page.exception
    assert "sk-typed" not in _session(page)


def test_a_test_of_the_simulated_provider_shows_its_models(app: Open) -> None:
    page = app("system/settings.py")
    page = page.button(key="test-simulated").click().run()
    assert not page.exception
    assert any("answers" in element.value for element in page.success)


def test_limits_are_saved_and_shown_again(app: Open, bench: Store) -> None:
    page = app("system/settings.py")
    page.number_input(key="requests_per_minute-openai").set_value(120)
    form = [button for button in page.button if button.label == "Save limits"]
    page = form[0].click().run()
    assert not page.exception
    assert connections.get(bench, "openai").requests_per_minute == 120


def test_the_data_section_says_where_everything_lies_and_backs_it_up(app: Open, home: Path) -> None:
    page = app("system/settings.py", section="Data")
    assert not page.exception
    assert str(home) in said(page)
    page = page.button(key="backup").click().run()
    assert not page.exception
    assert len(data.backups(home)) == 1


def test_the_about_section_shows_the_checks_and_explains_retries(app: Open) -> None:
    page = app("system/settings.py", section="About")
    assert not page.exception
    assert "What is set up" in said(page)
    assert "classic" in said(page)


def test_diagnostics_hold_no_key() -> None:
    assert "sk-abcdefghijklmnop" not in about.diagnostics([{"detail": "key sk-abcdefghijklmnop refused"}])


def _session(page: AppTest) -> str:
    """Everything the session holds, widgets and internals too."""
    state: Any = page.session_state
    while not isinstance(state, SessionState):
        state = state._state
    return str([state._new_session_state, state._old_state, state._new_widget_state.states, state.filtered_state])
