"""Backup and restore from the command line: what is there is never lost unasked."""

from pathlib import Path

from click.testing import CliRunner, Result

from workbench import clock, store
from workbench.cli import cli
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.store import leases
from workbench.text.messages import message


def workbench(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def save(name: str) -> None:
    registry.save_version(store.current(), name, Content(messages=(message("user", name),)))


def test_a_backup_comes_back_and_what_it_replaces_is_kept(home: Path, tmp_path: Path) -> None:
    save("first")
    assert workbench("backup", str(tmp_path / "b.db")).exit_code == 0
    save("second")
    refused = workbench("restore", str(tmp_path / "b.db"))
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    done = workbench("restore", str(tmp_path / "b.db"), "--yes")
    assert done.exit_code == 0
    assert [prompt.name for prompt in registry.page(store.current())] == ["first"]
    (kept,) = (home / "backups").glob("before-restore-*.db")
    assert workbench("restore", str(kept), "--yes").exit_code == 0
    assert {prompt.name for prompt in registry.page(store.current())} == {"first", "second"}


def test_nothing_is_restored_under_a_run_at_work(home: Path, tmp_path: Path) -> None:
    save("first")
    assert home.is_dir()
    assert workbench("backup", str(tmp_path / "b.db")).exit_code == 0
    assert leases.acquire(store.current(), "run:abc", "somebody", clock.now_ms())
    refused = workbench("restore", str(tmp_path / "b.db"), "--yes")
    assert refused.exit_code == 1
    assert "run:abc" in refused.stderr
