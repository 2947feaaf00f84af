"""The real SDKs against the loopback server, with keys of their own."""

from collections.abc import Iterator

import pytest

from tests.loopback import Loopback
from workbench.providers import connections, keys
from workbench.providers.anthropic import Anthropic
from workbench.providers.compatible import Compatible
from workbench.providers.connections import Connection
from workbench.providers.openai import OpenAI
from workbench.providers.sdk import SdkProvider

OPENAI_KEY, ANTHROPIC_KEY = "sk-loopback-openai-0001", "sk-ant-loopback-0002"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", OPENAI_KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", ANTHROPIC_KEY)
    keys.forget()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as started:
        yield started


@pytest.fixture(params=["openai", "anthropic", "compatible"])
def remote(request: pytest.FixtureRequest, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> SdkProvider:
    """Each provider that goes over the wire, pointed at the loopback server."""
    if request.param == "openai":
        monkeypatch.setenv("OPENAI_BASE_URL", server.v1)
        return OpenAI(connections.BUILTIN["openai"])
    if request.param == "anthropic":
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        return Anthropic(connections.BUILTIN["anthropic"])
    return Compatible(Connection("box", "compatible", base_url=server.v1))
