"""The command that gets a prompt over HTTP, as the Prompts page shows it."""

import shlex

import pytest

from pages.build.prompt_tabs import fetch
from tests.pages.conftest import Open
from workbench.prompts import labels, registry
from workbench.prompts.content import text
from workbench.store import Store

PAGE = "build/prompts.py"


@pytest.mark.parametrize(
    ("page", "name", "which", "command"),
    [
        ("http://127.0.0.1:8600/prompts?prompt=a", "a/b", {"label": "production"}, "curl -fsS 'http://127.0.0.1:8600/api/prompts/a/b?label=production'"),
        ("", "a", {"version": 3}, "curl -fsS 'http://127.0.0.1:8501/api/prompts/a?version=3'"),
        (
            "https://bench.example/prompts", "a", {"version": 3},
            'curl -fsS -H "Authorization: Bearer $WORKBENCH_API_TOKEN" \'https://bench.example/api/prompts/a?version=3\'',
        ),
    ],
)  # fmt: skip
def test_the_command_asks_the_workbench_that_shows_it(page: str, name: str, which: dict[str, object], command: str) -> None:
    assert fetch.command(page, name, **which) == command  # type: ignore[arg-type]


def test_a_name_of_any_letters_is_one_safe_word_of_the_shell() -> None:
    words = shlex.split(fetch.command("", "it's; rm $(x)/ä?&#%", label="a&b"))
    assert words[:2] == ["curl", "-fsS"]
    assert words[2:] == ["http://127.0.0.1:8501/api/prompts/it%27s%3B%20rm%20%24%28x%29/%C3%A4%3F%26%23%25?label=a%26b"]


def test_labels_versions_and_the_latest_can_be_copied(app: Open, bench: Store) -> None:
    for words in ("one", "two"):
        registry.save_version(bench, "intent", text(words))
    labels.move(bench, "intent", "production", 1)
    for query, wanted in (
        ({"tab": "labels"}, "label=production"),
        ({"version": "1"}, "version=1"),
        ({"tab": "transfer"}, "version=2"),
    ):
        page = app(PAGE, prompt="intent", **query)
        assert not page.exception
        assert any(wanted in code.value for code in page.code), query
