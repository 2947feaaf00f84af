import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Loopback
from workbench.cli import main
from workbench.providers import keys


@pytest.fixture(autouse=True)
def _clean(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "BOX_KEY"):
        monkeypatch.delenv(name, raising=False)
    keys.forget()
    yield
    keys.forget()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    with pytest.raises(SystemExit) as left:
        main(["providers", *arguments])
    told = capsys.readouterr()
    return int(left.value.code or 0), told.out, told.err


def test_the_list_tells_which_keys_are_set(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-value-1234")
    code, out, _ = run(capsys, "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert (rows["openai"]["key"], rows["anthropic"]["key"], rows["local"]["key"]) == ("set", "not set", "not needed")
    assert "secret-value" not in out


def test_a_provider_is_added_changed_tested_and_removed(capsys: pytest.CaptureFixture[str]):
    with Loopback() as server:
        assert run(capsys, "add", "box", "--url", server.v1, "--rpm", "30")[0] == 0
        code, out, _ = run(capsys, "set", "box", "--tpm", "9000", "--json")
        assert code == 0
        assert (json.loads(out)["requests_per_minute"], json.loads(out)["tokens_per_minute"]) == (30, 9000)
        assert json.loads(run(capsys, "test", "box", "--json")[1])["ok"] is True
        assert run(capsys, "models", "box")[1].split() == ["box/loopback-large", "box/loopback-small"]
    assert run(capsys, "remove", "box")[0] == 0
    assert run(capsys, "test", "box")[0] == 1


def test_a_test_that_fails_says_so_with_a_hint(capsys: pytest.CaptureFixture[str]):
    code, out, err = run(capsys, "test", "openai", "--json")
    assert code == 1
    assert json.loads(out)["ok"] is False
    assert "OPENAI_API_KEY" in err
    assert "workbench providers key openai" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "box"), "base URL"),
        (("add", "openai", "--url", "http://127.0.0.1/v1"), "built-in"),
        (("add", "box", "--url", "http://me:pw@host/v1"), "keys are never stored"),
        (("remove", "nobody"), "nobody"),
        (("models", "nobody"), "nobody"),
        (("key", "simulated"), "needs no key"),
    ],
)
def test_a_mistake_is_an_error_with_its_remedy(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str):
    code, out, err = run(capsys, *arguments)
    assert code == 1
    assert out == ""
    assert said in err


def test_a_key_piped_in_without_a_keyring_is_refused_and_never_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("sk-pasted-key-9876\n"))
    code, out, err = run(capsys, "key", "openai")
    assert code == 1
    assert "export OPENAI_API_KEY" in err
    assert "9876" not in out + err
