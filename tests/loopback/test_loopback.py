import json
import urllib.error
import urllib.request

import pytest

from tests.loopback import Answer, Fault, Loopback, child, count


def ask(url: str, path: str = "/v1/chat/completions", **body: object) -> dict:
    raw = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello there"}], **body}).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, raw, {"Authorization": "Bearer key-1"}), timeout=5) as answer:
        return json.load(answer)


def test_it_echoes_counts_and_keeps_what_arrived():
    with Loopback() as server:
        reply = ask(server.url)
        assert reply["choices"][0]["message"]["content"] == "You said: hello there"
        assert server.count == 1
        assert server.requests[0].key == "key-1"
        assert server.requests[0].body["model"] == "m"


def test_faults_come_in_the_order_given_and_then_stop():
    with Loopback(reply="fine") as server:
        server.fail("500", None, "rate_limit=3")
        with pytest.raises(urllib.error.HTTPError) as first:
            ask(server.url)
        assert first.value.code == 500
        assert ask(server.url)["choices"][0]["message"]["content"] == "fine"
        with pytest.raises(urllib.error.HTTPError) as third:
            ask(server.url)
        assert (third.value.code, third.value.headers["retry-after"]) == (429, "3")
        assert ask(server.url)


def test_a_share_of_faults_is_the_same_for_the_same_seed():
    def pattern(seed: int) -> list[str]:
        with Loopback(reply=Answer("x")) as server:
            server.fail_share(0.5, "no_usage", seed=seed)
            for _ in range(20):
                ask(server.url)
            return [seen.fault for seen in server.requests]

    assert pattern(1) == pattern(1) != pattern(2)


def test_a_fault_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no fault is called 'explode'"):
        Fault("explode")


def test_a_child_serves_from_its_own_process_and_counts():
    with child(reply="from afar") as url:
        assert ask(url)["choices"][0]["message"]["content"] == "from afar"
        assert count(url) == 1
