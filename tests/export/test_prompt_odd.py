"""The documentation of a prompt in odd situations: pictures, tools, included prompts, runs of long ago, and what makes it stale."""

from dataclasses import replace
from hashlib import sha256

import pytest

from tests.export.prompts import NOW, call, codes, compose, part, rows, section, text
from tests.loopback import Loopback
from tests.runner.conftest import Bench, model
from workbench import stats
from workbench.errors import InputError
from workbench.export import differences, figures, history, sources
from workbench.export.model import Cell, Document, inline
from workbench.export.prompt import runs
from workbench.ledger import bulk, finding
from workbench.prompts import content, registry
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.store import Store
from workbench.text.messages import Image, Message, Text, ToolCall


@pytest.fixture
def intent(store: Store) -> Store:
    """Two versions without a call."""
    for number in (1, 2):
        registry.save_version(store, "intent", content.text(f"Sort {number}: {{{{text}}}}"), now_ms=NOW + number)
    return store


def changed(before: Document, after: Document) -> list[str]:
    return [change.sentence for change in differences.compare(before.sources, after.sources).changes]


def test_inputs_that_were_seen_in_calls_move_with_calls(intent: Store) -> None:
    before = compose(intent, "intent", sections=("contract",))
    bulk.add(intent, [call(NOW + 1, version=2, variables={"text": "Hi"}, reply="x")], price=False)
    after = compose(intent, "intent", sections=("contract",))
    assert changed(before, after)
    assert not differences.compare(before.sources, after.sources, without=frozenset({"calls", "cases"})).stale
    bulk.add(intent, [call(NOW + 2, version=2, variables={"text": "Ho"}, reply="y")], price=False)
    last = compose(intent, "intent", sections=("contract",))
    assert changed(after, last)
    assert not differences.compare(after.sources, last.sources, without=history.TRAFFIC).stale


def test_pictures_tools_and_included_prompts_are_told_without_their_letters(store: Store) -> None:
    registry.save_version(store, "greet", content.text("Dear {{who}},"))
    picture = Image("data:image/png;base64," + "iVBORw0KGgo" * 10_000)
    said = (Message("user", (Text("{{> greet}} look {{text}}"), picture)), Message("assistant", (ToolCall("c1", "find", "{"),)))
    tool = {"name": "find", "description": "Looks", "parameters": {"type": "object"}}
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", {"no": 1}]}
    made_of = replace(content.text("x"), messages=said, tools=(tool,), tool_choice="find", output_schema=schema)
    registry.save_version(store, "intent", replace(made_of, messages=said[:1]))
    registry.save_version(store, "intent", made_of)
    made = compose(store, "intent", options={"from": "1"})
    shown = codes(section(made, "version"))
    assert "iVBORw0KGgoiVBORw0KGgo" not in text(made)
    assert "data:image/png;base64,… (110,000 characters, SHA-256 " in shown["Message 1: user"]
    assert '"Looks"' in shown["Tool: find"]
    assert shown["Included: greet"] == "Dear {{who}},"
    assert {"who", "text"} <= set(rows(section(made, "contract"), "Name"))
    registry.save_version(store, "greet", content.text("Hello {{who}},"))
    old, new = (sha256(words.encode()).hexdigest()[:8] for words in ("Dear {{who}},", "Hello {{who}},"))
    said = changed(made, compose(store, "intent", options={"from": "1"}))
    assert said == [f"What intent includes changed: greet {old} → {new}"]


def test_an_option_that_is_none_is_refused_with_those_that_are(intent: Store) -> None:
    with pytest.raises(InputError, match="form is no option of this document") as raised:
        compose(intent, "intent", options={"form": "1"})
    assert "from, to, normal" in raised.value.hint
    with pytest.raises(InputError, match="names no cell and no call"):
        part(intent, "intent", "examples", options={"normal": "²"})


def test_an_example_of_another_prompt_says_so(intent: Store) -> None:
    bulk.add(intent, [call(NOW, prompt="another", reply="theirs")], price=False)
    number = str(finding.page(intent, finding.Sought(prompt="another"), limit=1).calls[0].id)
    assert "Not of this prompt but of another" in text(part(intent, "intent", "examples", options={"edge": number}))


def test_a_version_that_was_tested_long_ago_is_documented_by_that_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST", 1)
    with Loopback(reply=model) as server:
        bench = Bench(store, server)
        connections.save(store, Connection("loop", "compatible", base_url=server.v1))
        bench.cases(12)
        bench.version("Which intent? {{text}}")
        bench.version("Which intent? Be strict. {{text}}")
        old, new = bench.finish("intent@1"), bench.finish("intent@2")
    assert [run.id for run in runs.of(store, "intent", 1)] == [new.id, old.id]
    weak = part(store, "intent@1", "weaknesses", period="all")
    low, high = stats.score_interval([1.0, 0.0] * 6)
    assert f"its score was {figures.share(0.5, low, high)} over 12 cases" in text(weak)
    assert "Only the newest runs are listed" in text(part(store, "intent@1", "tests"))


def test_a_digest_is_of_what_is_shown_and_the_same_in_any_process() -> None:
    cell = Cell(inline("50.0 %"), 0.1 + 0.2)
    assert sources.digest({"a": cell, "b": {3, 1}}) == sources.digest({"b": {1, 3}, "a": Cell(inline("50.0 %"), 0.3)})
    assert sources.digest(cell) != sources.digest(Cell(inline("50.1 %"), 0.3))
    assert sources.digest({1: "x"}) == sources.digest({"1": "x"})
    with pytest.raises(TypeError, match="place in memory"):
        sources.digest([object()])
