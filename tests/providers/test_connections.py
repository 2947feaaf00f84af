import asyncio
from dataclasses import replace

import pytest

from tests.loopback import Loopback
from workbench import errors, providers
from workbench.providers import connections
from workbench.providers.base import Request
from workbench.providers.connections import Connection
from workbench.store import Store
from workbench.text.messages import message

BOX = Connection("box", "compatible", base_url="http://127.0.0.1:9/v1")


def test_the_built_in_ones_are_there_from_the_start(store: Store):
    assert [item.name for item in connections.page(store)] == ["openai", "anthropic", "local", "simulated"]
    assert connections.get(store, "openai").key == "set"
    assert connections.get(store, "simulated").key == "not needed"


def test_an_added_one_is_kept_changed_and_taken_away(store: Store):
    assert connections.save(store, BOX, new=True) == BOX
    changed = connections.save(store, replace(BOX, requests_per_minute=60, key_variable="BOX_KEY"))
    assert (changed.requests_per_minute, changed.key) == (60, "not set")
    connections.delete(store, "box")
    with pytest.raises(errors.NotFound, match="box"):
        connections.get(store, "box")


def test_a_built_in_one_takes_limits_and_goes_back_to_its_defaults(store: Store):
    connections.save(store, replace(connections.BUILTIN["openai"], tokens_per_minute=1000))
    assert connections.get(store, "openai").tokens_per_minute == 1000
    assert connections.get(store, "openai").builtin
    connections.delete(store, "openai")
    assert connections.get(store, "openai").tokens_per_minute is None


@pytest.mark.parametrize("name", ["box", "openai"])
def test_a_name_in_use_is_not_taken_twice(store: Store, name: str):
    connections.save(store, BOX, new=True)
    with pytest.raises(errors.NameTaken):
        connections.save(store, replace(BOX, name=name), new=True)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": "Box One"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "openai"}, "kind"),
        ({"kind": "psychic"}, "kind"),
        ({"base_url": None}, "base URL"),
        ({"base_url": "ftp://host/v1"}, "base URL"),
        ({"base_url": "http://"}, "base URL"),
        ({"base_url": "http://[bad/v1"}, "base URL"),
        ({"base_url": "http://host:port/v1"}, "base URL"),
        ({"base_url": "http://me:secret@host/v1"}, "base URL"),
        ({"base_url": "http://host/v1?key=abc"}, "base URL"),
        ({"base_url": "http://host/\nv1"}, "base URL"),
        ({"base_url": "http://host/" + "v" * 600}, "base URL"),
        ({"key_variable": "no-dashes"}, "key variable"),
        ({"requests_per_minute": 0}, "requests per minute"),
        ({"concurrency": -1}, "concurrency"),
    ],
)
def test_what_cannot_be_a_connection_is_refused_with_the_place(store: Store, change: dict[str, object], place: str):
    with pytest.raises(errors.InputError) as raised:
        connections.save(store, replace(BOX, **change))
    assert raised.value.place == place
    assert "secret" not in str(raised.value)


def test_a_test_says_what_answers(store: Store):
    with Loopback() as server:
        connections.save(store, replace(BOX, base_url=server.v1))
        checked = asyncio.run(connections.test(store, "box"))
        assert checked.ok
        assert checked.models == ("loopback-large", "loopback-small")
    failed = asyncio.run(connections.test(store, "box"))
    assert not failed.ok
    assert failed.hint


def test_a_test_that_hangs_is_ended(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "_TEST_S", 0.3)
    with Loopback() as server:
        connections.save(store, replace(BOX, base_url=server.v1))
        server.fail_always("timeout")
        assert not asyncio.run(connections.test(store, "box")).ok


def test_a_provider_is_one_instance_until_its_settings_change(store: Store):
    connections.save(store, BOX)
    first = providers.get("box", store)
    assert providers.get("box", store) is first
    connections.save(store, replace(BOX, base_url="http://127.0.0.1:10/v1"))
    assert providers.get("box", store) is not first


def test_an_unknown_provider_is_missing_with_a_hint(store: Store):
    with pytest.raises(errors.ProviderMissing, match="nowhere") as raised:
        providers.get("nowhere", store)
    assert "workbench providers add" in raised.value.hint


def test_every_kind_is_a_file_of_its_own():
    assert providers.kinds() == ("anthropic", "compatible", "local", "openai", "simulated")


def test_a_missing_key_is_told_before_anything_is_sent(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(errors.AuthFailed, match="OPENAI_API_KEY"):
        asyncio.run(providers.get("openai", store).complete(Request("gpt-5", (message("user", "hi"),))))


@pytest.mark.parametrize("key", ["sk-0123456789\nabcdef", "sk-ü0123456789abc"])
def test_a_key_that_no_header_can_carry_is_told_as_such(store: Store, monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(errors.AuthFailed, match="OPENAI_API_KEY holds a character") as told:
        asyncio.run(providers.get("openai", store).models())
    assert "0123456789" not in told.value.message


def test_another_server_never_sees_openais_key_or_organisation(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ours")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-ours")
    with Loopback() as server:
        connections.save(store, replace(BOX, base_url=server.v1))
        asyncio.run(providers.get("box", store).complete(Request("m", (message("user", "hi"),))))
        headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer none"
    assert not [value for value in headers.values() if "ours" in value or "sk-loopback" in value]


def test_a_new_key_is_used_from_the_next_call_on(store: Store, monkeypatch: pytest.MonkeyPatch):
    async def ask_twice() -> None:
        provider = providers.get("box", store)
        monkeypatch.setenv("BOX_KEY", "first-key")
        await provider.complete(Request("m", (message("user", "hi"),)))
        monkeypatch.setenv("BOX_KEY", "second-key")
        await provider.complete(Request("m", (message("user", "hi"),)))

    with Loopback() as server:
        connections.save(store, replace(BOX, base_url=server.v1, key_variable="BOX_KEY"))
        asyncio.run(ask_twice())
        assert [seen.key for seen in server.requests] == ["first-key", "second-key"]
