"""The Import page as a visitor drives it: a look first, the columns, the import beside the page, its report, and going on later."""

import io
import json
import os
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, said
from workbench.ledger import importers, reading
from workbench.ledger.importers import history, jobs, running
from workbench.store import Store

FILE = "watch/imports.py"
HOSTILE = "![x](https://evil.test/a.png) <b>:red[q]</b>"


def a_file(tmp_path: Path, rows: int = 30, **more: object) -> Path:
    path = tmp_path / "calls.jsonl"
    lines = [
        {"timestamp": 1_790_000_000 + n, "model": "gpt-5", "prompt_tokens": 5, "completion_tokens": n % 4, **more} for n in range(rows)
    ]
    path.write_text("\n".join(json.dumps(line) for line in [*lines, {"timestamp": "never", "model": HOSTILE}]))
    return path


def settled(store: Store) -> jobs.Job:
    job = jobs.latest(store)
    assert job is not None
    until = time.monotonic() + 30
    while not job.done and time.monotonic() < until:
        time.sleep(0.02)
    assert job.done
    return job


def with_path(app: Open, path: Path) -> AppTest:
    page = app(FILE)
    page.session_state["way"] = "path"
    page.session_state["import-path"] = str(path)
    return page.run()


def test_nothing_chosen_says_what_can_come_in(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "Langfuse" in said(page)
    assert page.button(key="import-now").disabled


def test_a_file_is_looked_at_taken_and_reported(app: Open, bench: Store, tmp_path: Path) -> None:
    page = with_path(app, a_file(tmp_path))
    assert not page.exception
    assert "JSON lines" in said(page)
    assert reading.totals(bench).n == 0
    page.button(key="import-now").click().run()
    job = settled(bench)
    assert job.result is not None
    page.run()
    assert "30 calls taken, 0 there already, 1 row not taken" in said(page).replace("\\", "")
    assert not page.exception
    page.query_params["import"] = importers.latest(bench)[0].id
    page.run()  # its report stands above and in the list
    assert not page.exception
    assert page.button(key="import-back")
    again = with_path(app, a_file(tmp_path))
    again.button(key="import-now").click().run()
    assert settled(bench).result.duplicates == 30  # type: ignore[union-attr]
    assert len(importers.latest(bench)) == 2


def test_what_is_needed_is_asked_for(app: Open, bench: Store, tmp_path: Path) -> None:
    (tmp_path / "trace.csv").write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2026-09-01 10:00:00,12,3\n")
    page = with_path(app, tmp_path / "trace.csv")
    assert "Nothing says which model answered" in said(page)
    assert page.button(key="import-now").disabled
    key = next(one.key for one in page.text_input if one.key and one.key.startswith("same-model"))
    page.text_input(key=key).set_value("openai/gpt-4o").run()
    assert not page.button(key="import-now").disabled


def test_a_look_shows_every_field_that_is_mapped(app: Open, bench: Store, tmp_path: Path) -> None:
    page = with_path(app, a_file(tmp_path, thumb="up", cost=0.5))
    assert not page.exception
    look = next(one.value for one in page.dataframe if "feedback" in one.value.columns)
    assert (look["feedback"][0], look["cost"][0]) == ("1", "$0.5000")


def test_columns_nobody_knows_show_what_stands_in_them_and_short_names_are_known(app: Open, bench: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "when,odd,llm_model,prompt_toks,completion_toks,template\n2026-09-01,,gpt-5,7,2,a/b\n2026-09-01,x9,,,,\n"
    )
    page = with_path(app, tmp_path / "a.csv")
    assert not page.exception
    columns = next(one.value for one in page.dataframe if "first" in one.value.columns)
    assert dict(zip(columns["column"], zip(columns["first"], columns["field"], strict=True), strict=True)) == {
        "when": ("2026-09-01", "started_at"),
        "odd": ("x9", "(left out)"),
        "llm_model": ("gpt-5", "model"),
        "prompt_toks": ("7", "input_tokens"),
        "completion_toks": ("2", "output_tokens"),
        "template": ("a/b", "prompt"),
    }


def test_a_file_that_is_none_says_so_and_the_page_stays(app: Open, bench: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x89PNG" + bytes(100))
    page = with_path(app, tmp_path / "a.csv")
    assert not page.exception
    assert "a picture" in said(page)


def test_an_import_that_was_stopped_goes_on_from_the_list(app: Open, bench: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    stopped = importers.run(bench, a_file(tmp_path), stop=iter([False, True]).__next__)
    assert (stopped.state, stopped.taken) == ("stopped", 10)
    page = app(FILE, **{"import": stopped.id})
    assert "it can go on" in said(page)
    page.button(key="import-resume").click().run()
    assert settled(bench).result.taken == 30  # type: ignore[union-attr]
    assert history.get(bench, stopped.id).state == "finished"


def test_an_import_is_taken_back_from_the_list_and_a_wrong_one_is_pointed_out(app: Open, bench: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    wrong = importers.run(bench, path, mapping={"completion_tokens": "cached_tokens"})
    page = with_path(app, path)
    assert "came in before with other columns" in said(page)
    page.query_params["import"] = wrong.id
    page.run()
    page.button(key="import-back").click().run()
    assert not page.button(key="import-back-now").disabled  # a dialog is a fragment: the browser test presses it
    jobs.take_back(bench, wrong.id)
    done = settled(bench).result
    assert done is not None
    assert (done.state, done.undone, reading.totals(bench).n) == ("undone", 30, 0)
    page.run()
    assert not page.exception
    assert "was taken back: 30 calls went" in said(page).replace("\\", "")
    assert "came in before" not in said(page)
    assert path.is_file()  # it was not ours


def test_no_path_of_this_machine_is_read_where_others_reach_the_app(
    app: Open, bench: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: [] if name == "server.allowedHosts" else known(name))
    page = with_path(app, a_file(tmp_path))
    assert not page.exception
    assert [one.key for one in page.text_input] == []
    assert "Columns by their names" not in said(page)
    assert page.button(key="import-now").disabled


def test_uploads_that_nobody_came_back_for_go_after_a_week(home: Path) -> None:
    old = jobs.kept(io.BytesIO(b"a,b\n1,2\n"), "old.csv")
    os.utime(old, (time.time() - 8 * 86_400,) * 2)
    new = jobs.kept(io.BytesIO(b"a,b\n3,4\n"), "../new.csv")
    assert (old.exists(), new.exists(), new.parent.name) == (False, True, "imports")
