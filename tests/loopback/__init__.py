"""A server of our own on 127.0.0.1 that speaks OpenAI's and Anthropic's protocol and misbehaves on demand.

    with Loopback(latency_s=0.05) as server:
        server.fail("rate_limit=0.2", "500", None, "truncated")   # the next four requests
        server.fail_share(0.3, "malformed", seed=1)                # or: 30 % of all
        client = AsyncOpenAI(base_url=server.v1, api_key="x")      # server.url for Anthropic
        server.requests[-1].body, server.requests[-1].key, server.count

`with child(latency_s=0.05) as url:` runs one in a process of its own, so that a benchmark does not share its interpreter lock.
"""

from tests.loopback.child import child, count
from tests.loopback.faults import KINDS, Fault, Seen
from tests.loopback.server import Loopback
from tests.loopback.wire import Answer

__all__ = ["KINDS", "Answer", "Fault", "Loopback", "Seen", "child", "count"]
