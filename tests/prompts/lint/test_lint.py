"""Lint as a whole: order, places, silence, secrecy, speed on hostile text, and the table in the docs."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prompts.lint.prompts import LABELS, chat, declared, system, user
from workbench.prompts import lint
from workbench.prompts.lint import base
from workbench.providers.base import Parameters

DOCS = Path(__file__).parents[3] / "docs" / "lint.md"


def test_there_are_the_rules_that_were_promised() -> None:
    assert len(lint.RULES) >= 15
    for name, rule in lint.RULES.items():
        assert rule.name == name
        assert rule.reason
        assert rule.__doc__


def test_a_name_taken_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two lint rules are called 'secret'"):
        lint.rule("secret")(base.Rule)


def test_the_gravest_advice_comes_first() -> None:
    found = lint.run(user("Don't be boring. Use AKIAIOSFODNN7EXAMPLE. Write to a.b@gmail.com"))
    order = [("error", "warning", "info").index(advice.severity) for advice in found]
    assert order == sorted(order)
    assert found[0].rule == "secret"


def test_advice_names_message_line_column_and_words() -> None:
    content = system("You are a bot.\nReply with one label.\n  Make it better: {{message}}", "Go.")
    found = {advice.rule: advice.place for advice in lint.run(content)}
    assert found["vague-instruction"] == lint.Place(1, 3, 3, "Make it better")
    assert found["undelimited-variable"] == lint.Place(1, 3, 19, "{{message}}")


def test_a_replacement_can_be_put_in_the_place_of_the_excerpt() -> None:
    content = user("You are a bot. Reply with a label: {{review}}")
    advice = next(advice for advice in lint.run(content) if advice.rule == "undelimited-variable")
    assert advice.place is not None
    assert advice.replacement == "<review>\n{{review}}\n</review>"
    mended = user(content.messages[0].text.replace(advice.place.excerpt, advice.replacement))
    assert "undelimited-variable" not in {advice.rule for advice in lint.run(mended)}


def test_a_misspelt_variable_is_told_with_the_one_meant() -> None:
    advice = next(advice for advice in lint.run(user("Hi {{nmae}}"), declared("name")) if advice.rule == "undeclared-variable")
    assert advice.replacement == "name"


def test_what_the_cases_hold_is_declared_enough() -> None:
    rules = {advice.rule for advice in lint.run(user("Hi {{name}} {{city}}"), cases=[{"name": "Ann"}])}
    assert "undeclared-variable" in rules
    rules = {advice.rule for advice in lint.run(user("Hi {{name}} {{city}}"), cases=[{"name": "Ann", "city": "Rome"}])}
    assert "undeclared-variable" not in rules


def test_the_longest_case_counts_towards_the_length() -> None:
    content = user("Summarise.\n<text>{{text}}</text>", model="local/smollm2")
    assert "too-long" not in {advice.rule for advice in lint.run(content, cases=[{"text": "short"}])}
    found = [advice for advice in lint.run(content, cases=[{"text": "word " * 6_000}]) if advice.rule == "too-long"]
    assert [advice.severity for advice in found] == ["error"]


def test_a_silenced_rule_keeps_quiet() -> None:
    content = user("Don't be boring.")
    assert "only-negative" in {advice.rule for advice in lint.run(content)}
    assert "only-negative" not in {advice.rule for advice in lint.run(content, silenced=["only-negative"])}
    assert "only-negative" not in {advice.rule for advice in lint.run(content, declared(silenced=["only-negative"]))}


def test_a_secret_is_not_repeated_by_the_advice_on_it() -> None:
    secret, card = "sk-proj-" + "aB3" * 20, "4111 1111 1111 1111"
    found = lint.run(user(f"Use {secret} for {card}"))
    assert {"secret", "personal-data"} <= {advice.rule for advice in found}
    for advice in found:
        if advice.rule in ("secret", "personal-data"):
            assert secret[8:] not in str(advice.to_json())
            assert card not in str(advice.to_json())


def test_a_secret_is_found_at_the_end_of_a_long_prompt() -> None:
    found = lint.run(user("word " * 50_000 + "AKIAIOSFODNN7EXAMPLE"))
    assert "secret" in {advice.rule for advice in found}


def test_wording_in_other_languages_is_left_alone() -> None:
    german = "Sortiere die Nachricht der Kundin in eine der folgenden Kategorien ein und antworte dann nur mit dem Namen der Kategorie."
    for text in (german, "次のメッセージを分類してください。" * 5):
        assert lint.run(chat(("system", text), ("user", "<m>{{message}}</m>"))) == []


def test_one_rule_gives_no_more_advice_than_helps() -> None:
    found = lint.run(user("\n".join(f"Write to person{n}@gmail.com." for n in range(100))))
    assert sum(advice.rule == "personal-data" for advice in found) == 5


def _hostile() -> Iterator[str]:
    dice = random.Random(3)
    words = ["be", "concise", "detailed", "always", "never", "include", "write", "json", "the", "latest", "version", "at least 5 words"]
    words += ["sk-", "password:", ".", "\n"]
    pieces = [
        "a",
        " ",
        "\n",
        "4 1-",
        "DE89 3704 ",
        "{{",
        "{{a}}",
        "```",
        "<a>",
        "<a>{{text}}",
        "# x\n{{text}}\n",
        "always be ",
        "Never do it. ",
    ]
    pieces += ['{"', "the latest ", "return ", "label: x\n", "abc -> x\n", "a://a:a", "one of: a, ", '"a" ', "a@", "+1 2", "é", "x.", "eyJ"]
    yield from (piece * (100_000 // len(piece)) for piece in pieces)
    yield "".join(dice.choice('aA1 \n{}<>".,:-@/') for _ in range(100_000))
    yield " ".join(dice.choice(words) for _ in range(17_000))
    yield "e" * 50_000 + "@" + "a." * 25_000
    yield "\n".join(f"never do thing number {n}. always do thing number {n}" for n in range(2_500))


@pytest.mark.parametrize("text", list(_hostile()), ids=lambda text: repr(text[:12]))
@pytest.mark.timeout(60)  # half a second; a pattern that backtracks takes minutes
def test_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    content = chat(
        ("system", text[:50_000]),
        ("user", text[50_000:]),
        model="local/smollm2",
        output_schema=LABELS,
        parameters=Parameters(temperature=0.5, max_tokens=9),
    )
    lint.run(content, declared("text"))


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["mustache", "fstring", "jinja2"]))
def test_any_text_can_be_judged(text: str, engine: str) -> None:
    for advice in lint.run(chat(("system", text), ("assistant", text), ("user", text), engine=engine), declared("a")):
        assert advice.place is None or 1 <= advice.place.message <= 3
        assert advice.to_json()["rule"] in lint.RULES


def test_the_table_in_the_docs_is_the_one_the_program_prints() -> None:
    assert lint.table() in DOCS.read_text("utf-8")
