import time
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from workbench import errors
from workbench.providers import keys


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Broken(Ring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked")

    set_password = get_password  # type: ignore[assignment]


class Waiting(Ring):
    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(30)
        return None


@pytest.fixture
def use_ring() -> Iterator[object]:
    before = keyring.get_keyring()

    def use(ring: KeyringBackend) -> KeyringBackend:
        keys.forget()
        keyring.set_keyring(ring)
        return ring

    yield use
    keyring.set_keyring(before)
    keys.forget()


def test_the_environment_comes_before_the_keyring(use_ring, monkeypatch: pytest.MonkeyPatch):
    use_ring(Ring())
    keys.store_key("HOUSE_KEY", "from-the-ring")
    assert keys.find("HOUSE_KEY") == "from-the-ring"
    monkeypatch.setenv("HOUSE_KEY", "from-the-environment")
    assert keys.find("HOUSE_KEY") == "from-the-environment"


def test_a_key_can_be_taken_out_again(use_ring):
    use_ring(Ring())
    keys.store_key("HOUSE_KEY", "secret-one")
    assert keys.status("HOUSE_KEY") == "set"
    keys.store_key("HOUSE_KEY", "")
    assert keys.status("HOUSE_KEY") == "not set"


def test_no_key_variable_means_no_key_is_needed():
    assert keys.status(None) == "not needed"


def test_a_broken_keyring_reads_as_not_set_and_refuses_to_store(use_ring):
    use_ring(Broken())
    assert keys.status("HOUSE_KEY") == "not set"
    with pytest.raises(errors.SettingsError, match="keyring"):
        keys.store_key("HOUSE_KEY", "secret")


def test_a_keyring_that_waits_for_a_password_is_not_waited_for(use_ring, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys, "_WAIT_S", 0.1)
    use_ring(Waiting())
    before = time.perf_counter()
    assert keys.status("HOUSE_KEY") == "not set"
    assert time.perf_counter() - before < 20


@pytest.mark.parametrize("value", ["two words", "line\nbreak", "bell\x07"])
def test_what_cannot_be_a_key_is_refused(value: str):
    with pytest.raises(errors.InputError):
        keys.store_key("HOUSE_KEY", value)


@pytest.mark.parametrize("name", ["", "1ST", "A-B", "A" * 200, "sk-live-abcdefghijklmnop"])
def test_what_cannot_name_a_variable_is_refused_without_showing_a_key(name: str):
    with pytest.raises(errors.InputError) as raised:
        keys.store_key(name, "x")
    assert "abcdefgh" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcDEF123456789_-xyz.",
        "Incorrect API key provided: sk-abcd***wxyz",
        "x-api-key: sk-ant-api03-abcdefghijkl-mnop",
        'headers {"authorization": "Bearer abcdefghijklmnop"}',
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "http://user:hunter22secret@host/v1 refused",
        "key AIzaSyA1234567890abcdefghijklmnopqrstuv failed",
        "token ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "api_key=abcdefgh12345678 is wrong",
        "gsk_abcdefghijklmnopqrst",
    ],
)
def test_whatever_is_shaped_like_a_key_is_hidden(text: str):
    shown = keys.redact(text)
    assert keys.MASK in shown
    for secret in ("abcd", "abcDEF", "hunter22", "dXNl", "AIza", "wxyz"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text",
    [
        "The model `gpt-5-mini` does not exist.",
        "Rate limit reached for org in requests",
        "task-specific: max_tokens 500",
        "skip-the-queue",
        "set key_variable, not hf_hub_download",
    ],
)
def test_plain_sentences_stay_as_they_are(text: str):
    assert keys.redact(text) == text
