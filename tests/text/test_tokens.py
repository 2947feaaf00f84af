"""Tokens counted offline: known ids, tiktoken's own data, frames of messages, estimates that say so."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.text import tokens
from workbench.text.messages import Image, Message, Text, ToolCall, ToolResult, message

# As published by OpenAI: what tiktoken checks after its download.
SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}


@pytest.mark.parametrize("name", tokens.SHIPPED)
def test_the_shipped_ranks_are_those_of_openai(name: str) -> None:
    raw = b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens.unpack(name)))
    assert hashlib.sha256(raw).hexdigest() == SHA256[name]


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("o200k_base", "hello world", [24912, 2375]),
        ("cl100k_base", "hello world", [15339, 1917]),
        ("cl100k_base", "tiktoken is great!", [83, 1609, 5963, 374, 2294, 0]),  # the example of OpenAI's cookbook
    ],
)
def test_known_texts_have_their_known_ids(name: str, text: str, ids: list[int]) -> None:
    assert tokens._load(name).encode(text) == ids


@pytest.mark.parametrize(
    ("model", "expected", "estimated"),
    [
        ("openai/gpt-5", 2, False),
        ("gpt-4", 2, False),
        ("gpt-4o-mini-2024-07-18", 2, False),
        ("openai/gpt-oss-20b", 2, False),
        ("anthropic/claude-sonnet-4-5", 3, True),
        ("openrouter/anthropic/claude-opus-4.8", 3, True),
        ("local/smollm2", 2, True),
        ("", 2, True),
    ],
)
def test_a_count_says_whether_it_is_an_estimate(model: str, expected: int, estimated: bool) -> None:
    assert tokens.count("hello world", model) == tokens.Count(expected, estimated)


def test_claude_from_4_7_on_counts_half_again() -> None:
    text = "word " * 1_000
    assert tokens.count(text, "claude-opus-4-6").tokens == pytest.approx(1.15 * tokens.count(text).tokens, abs=1)
    assert tokens.count(text, "claude-opus-4-7").tokens == pytest.approx(1.5 * tokens.count(text).tokens, abs=1)
    assert tokens.count(text, "claude-3-5-sonnet-20241022").tokens == tokens.count(text, "claude-opus-4-6").tokens


def test_an_estimate_is_written_with_its_sign() -> None:
    assert str(tokens.count("hello " * 2_000)) == f"≈ {tokens.count('hello ' * 2_000).tokens:,}"
    assert str(tokens.Count(1_234, estimated=False)) == "1,234"


def test_messages_have_the_frame_that_openai_documents() -> None:
    # The cookbook: 3 a message, the tokens of role and content, 3 for the reply.
    assert tokens.count_messages([message("user", "hello")], model="gpt-4o") == tokens.Count(3 + 1 + 1 + 3, estimated=False)
    two = [message("system", "hello"), message("user", "hello world")]
    assert tokens.count_messages(two, model="gpt-4o") == tokens.Count(3 + (3 + 1 + 1) + (3 + 1 + 2), estimated=False)


def test_pictures_tools_and_their_calls_make_an_estimate() -> None:
    plain = tokens.count_messages([message("user", "hello")], model="gpt-4o").tokens
    for part in (Image("data:image/png;base64,AA"), ToolCall("1", "f", "{}"), ToolResult("1", "sunny")):
        counted = tokens.count_messages([Message("user", (Text("hello"), part))], model="gpt-4o")
        assert counted.estimated
        assert counted.tokens > plain
    assert tokens.count_messages([message("user", "hello")], [{"name": "f", "parameters": {}}], "gpt-4o").estimated


@settings(max_examples=50, deadline=None)
@given(st.text(), st.sampled_from(["o200k_base", "cl100k_base"]))
def test_a_count_is_the_number_of_tokens_that_decode_to_the_text(text: str, name: str) -> None:
    model = {"o200k_base": "gpt-5", "cl100k_base": "gpt-4"}[name]
    encoded = tokens._load(name).encode_ordinary(text)
    assert tokens.count(text, model).tokens == len(encoded)
    assert tokens._load(name).decode(encoded) == text


def test_special_tokens_in_a_text_are_text() -> None:
    assert tokens.count("<|endoftext|>", "gpt-5").tokens > 1


def test_a_long_text_is_counted_in_parts_without_a_difference() -> None:
    text = "".join(f"Line {n}: the quick brown fox jumps over the lazy dog, {n * 7919} times.\n" for n in range(6_000))
    counted = tokens.count(text, "gpt-5")
    assert counted == tokens.Count(len(tokens._load("o200k_base").encode_ordinary(text)), estimated=False)


@pytest.mark.parametrize("text", ["a" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000, "é" * 500_000, "🎉" * 200_000, "ab1!" * 200_000])
def test_megabytes_of_one_letter_do_not_hang(text: str) -> None:
    assert tokens.count(text, "gpt-5").tokens > 1_000


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("openai/gpt-4", 8_192),
        ("gpt-4-0613", 8_192),
        ("gpt-4-turbo-2024-04-09", 128_000),
        ("gpt-4o-mini", 128_000),
        ("gpt-5-mini", 400_000),
        ("anthropic/claude-3-5-sonnet-20241022", 200_000),
        ("openrouter/anthropic/claude-sonnet-4.6", 1_000_000),
        ("local/smollm2", 4_096),
        ("gpt-4.5-preview", None),
        ("simulated/good?latency_ms=50", None),
        ("", None),
    ],
)
def test_a_context_window_is_that_of_the_longest_name_that_fits(model: str, window: int | None) -> None:
    assert tokens.context_window(model) == window
