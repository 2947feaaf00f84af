"""What the next call of a variant may cost, so that a spending cap can be kept. Learns from every reply; spends nothing itself.

Tokens in are counted here, and providers count otherwise: the most they ever counted of ours is expected of them. Tokens out are
bounded by max_tokens, and expected to be no more than a multiple of the longest reply so far that shrinks as replies come in.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.providers.base import Request, Usage
from workbench.runner.prices import nano
from workbench.runner.spec import Variant

if TYPE_CHECKING:
    from workbench.runner.jobs import Job

_SAID_TOKENS = 20  # the first reply, of which nothing is known; it is asked for alone


@dataclass(frozen=True)
class Need:
    """What a call may cost, and the tokens that were counted for it here."""

    nano: int
    input_tokens: int


NOTHING = Need(0, 0)  # where there is no cap to keep, or nothing to pay


class Forecast:
    """The cost of a variant's calls. `seen` counts its replies; `free` says that it costs nothing."""

    def __init__(self, job: "Job", variant: Variant) -> None:
        self._job = job
        self._variant = variant
        self._longest = 0
        self._more = 1.0  # tokens in, as the provider counts them, for each one counted here
        self._dearer = 1.0  # than the price of the model that was asked for: another one may answer
        self.seen = 0
        self.free = self._nano(1, 1) == 0

    async def need(self, request: Request) -> Need:
        """What the call may cost; 0 where no price is known."""
        from workbench.text import tokens

        counted = await asyncio.to_thread(tokens.count_messages, request.messages, request.tools, self._variant.model)
        most = request.parameters.max_tokens
        said = round(self._longest * (1 + 2 / self.seen)) if self.seen else most or _SAID_TOKENS
        if most is not None:
            said = max(self._longest, min(said, most))
        input_tokens = max(1, counted.tokens)
        return Need(round((self._nano(round(input_tokens * self._more), said) or 0) * self._dearer), input_tokens)

    def learn(self, need: Need, usage: Usage, cost_nano: int | None) -> None:
        """Remember how long the reply was, how the provider counts and what it charges."""
        self.seen += 1
        self._longest = max(self._longest, usage.output_tokens)
        self._more = max(self._more, usage.input_tokens / need.input_tokens)
        listed = self._nano(usage.input_tokens, usage.output_tokens)
        if listed and cost_nano:
            self._dearer = max(self._dearer, cost_nano / listed)

    def _nano(self, input_tokens: int, output_tokens: int) -> int | None:
        return nano(self._job.store, self._variant, input_tokens, output_tokens, self._job.clock.now_ms())
