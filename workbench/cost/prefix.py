"""The beginning that prompts share, measured from recorded requests, and how often a provider would still have it in its cache.

Requests are grouped by model, prompt and version, and sampled. The beginning is everything up to the first character that differs:
tools first, then messages, as providers lay them out. Where not all of a group begin alike, up to KINDS_OF_PROMPT beginnings are taken,
each with its share of the sample; a request belongs to one or to none. A beginning shorter than the provider's minimum is none, and its
length is rounded down to the provider's steps. A conversation shares more with its own earlier turns than is counted here.

A call finds its beginning where one with the same beginning came at most the time-to-live before it, because every use renews the
entry. Times are those of the whole group; which of its calls share a beginning is known of the sample alone, so that a call with k
others in its window finds a beginning of share p with the chance 1 - (1 - p)^k. Calls at the very same time are taken to find it: a
provider's entry is there once the first answer begins, so that bursts make the rate a little too good.

Minimums and steps, looked up on 2026-11-21: OpenAI, developers.openai.com/api/docs/guides/prompt-caching (1,024 tokens; steps of 128
before GPT-5.6, none from there on); Anthropic, platform.claude.com/docs/en/build-with-claude/prompt-caching, "Cache limitations";
Google, ai.google.dev/gemini-api/docs/caching (implicit caching). Where copies of a page disagreed, the larger minimum is taken, so that
no saving is overstated. Time-to-live: Anthropic's 5 minutes or 1 hour, renewed by each hit; OpenAI keeps an unused entry for 5 to 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from workbench.cost.model import Rule
from workbench.cost.traffic import Prefix, Traffic
from workbench.ledger.tables import CallTextRow
from workbench.text import tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns
    from workbench.store import Store

SAMPLED, LARGEST = 500, 100  # requests a group; groups looked at, those with the most calls
KINDS_OF_PROMPT = 4  # beginnings told apart within a group
RARE = 0.05  # a beginning that fewer of the sample share is none
SEED = 0
_STRETCHES = (1.0, 0.9, 0.5, 0.25, 0.1)
TTL_MS = {"5m": 300_000, "1h": 3_600_000}

# Beginning of a model's bare name -> fewest tokens that are cached, and the steps the length goes by. The longest match counts.
_LIMITS: dict[str, tuple[int, int]] = {
    "": (1_024, 1),  # a model of nobody below: assumed
    "gpt-": (1_024, 128),
    "chatgpt": (1_024, 128),
    "o1": (1_024, 128),
    "o3": (1_024, 128),
    "o4": (1_024, 128),
    "gpt-5.6": (1_024, 1),
    "claude": (1_024, 1),
    "claude-3-haiku": (2_048, 1),
    "claude-3-5-haiku": (2_048, 1),
    "claude-haiku-4-5": (4_096, 1),
    "claude-opus-4-5": (4_096, 1),
    "claude-opus-4-6": (4_096, 1),
    "claude-opus-4-7": (4_096, 1),
    "claude-opus-5": (512, 1),
    "claude-sonnet-4-6": (2_048, 1),
    "claude-fable-5": (512, 1),
    "claude-mythos-5": (512, 1),
    "gemini": (4_096, 1),
    "gemini-2.5": (2_048, 1),
}


@dataclass(frozen=True)
class Beginning:
    """A beginning that a share of the sample has in common, in whole tokens that a provider would keep."""

    share: float
    tokens: int


def limits(model: str) -> tuple[int, int]:
    """The fewest tokens that the model's provider caches, and the steps it goes by."""
    return _LIMITS[_known(model)]


def _known(model: str) -> str:
    """The longest beginning in _LIMITS that the model's name has; empty where nobody here knows the model."""
    name = model.rsplit("/", 1)[-1].lower()
    name = name.replace(".", "-") if name.startswith("claude") else name
    return max((beginning for beginning in _LIMITS if name.startswith(beginning)), key=len)


def kept(model: str, count: int) -> int:
    """How many of `count` shared tokens the provider keeps: 0 below its minimum, else whole steps."""
    least, step = limits(model)
    return 0 if count < least else count // step * step


def measure(
    store: "Store",
    columns: "Columns",
    traffic: Traffic,
    *,
    ttl: Literal["5m", "1h"] = "5m",
    rules: Sequence[Rule] = (),
) -> Prefix:
    """Tokens and hit rate of every stream, means over its answered calls. `rules` are those `traffic` was classified by."""
    import numpy as np

    from workbench.cost.replay import places

    streams = places(columns, traffic, rules)
    shared, found = np.zeros(len(streams)), np.zeros(len(streams))
    sampled, estimated, assumed = 0, False, dict[str, None]()
    for at in _groups(columns, streams):
        model = columns.models[int(columns.model[at[0]])]
        assumed |= {} if _known(model) else {model: None}
        beginnings, looked, guessed = _beginnings(store, columns, at, model)
        sampled, estimated = sampled + looked, estimated or guessed
        if beginnings:
            shared[at] = sum(one.share * one.tokens for one in beginnings)
            found[at] = _found(columns.started_ms[at], beginnings, TTL_MS[ttl])
    counted = (streams >= 0) & columns.ok
    size = len(traffic.streams)
    calls = np.bincount(streams[counted], minlength=size)
    prefix = np.bincount(streams[counted], weights=shared[counted], minlength=size)
    hit = np.bincount(streams[counted], weights=found[counted], minlength=size)
    return Prefix(
        tokens=tuple(_ratio(prefix[s], calls[s]) for s in range(size)),
        hit_rate=tuple(_ratio(hit[s], prefix[s]) for s in range(size)),
        estimated=estimated,
        sampled=sampled,
        assumed=tuple(assumed),
    )


def _groups(columns: "Columns", streams: "NDArray[Any]") -> "list[NDArray[Any]]":
    """The places of the calls of every group, in order of time: answered, with a recorded text, long enough for its provider."""
    import numpy as np

    at = np.flatnonzero((streams >= 0) & columns.ok & columns.has_hash)
    at = at[np.argsort(columns.started_ms[at], kind="stable")]
    for codes in (columns.version, columns.prompt, columns.model):
        at = at[np.argsort(codes[at], kind="stable")]
    if not len(at):
        return []
    same = [codes[at][1:] != codes[at][:-1] for codes in (columns.version, columns.prompt, columns.model)]
    groups = np.split(at, np.flatnonzero(same[0] | same[1] | same[2]) + 1)
    groups.sort(key=lambda group: (-len(group), int(group[0])))

    def may_be(group: "NDArray[Any]") -> bool:
        longest = int(columns.tokens[group, 0].max())  # what a request has in all: no beginning is longer
        return len(group) > 1 and longest >= limits(columns.models[int(columns.model[group[0]])])[0]

    return [group for group in groups[: LARGEST * 10] if may_be(group)][:LARGEST]


def _beginnings(store: "Store", columns: "Columns", at: "NDArray[Any]", model: str) -> tuple[list[Beginning], int, bool]:
    """The beginnings of a group, how many requests were looked at, and whether tokens are estimates."""
    import numpy as np

    chosen = at if len(at) <= SAMPLED else np.sort(np.random.default_rng(SEED).choice(at, SAMPLED, replace=False))
    texts = _requests(store, [int(call_id) for call_id in columns.call_id[chosen]])
    found: list[Beginning] = []
    estimated = False
    for text, count in alike(texts):
        counted = tokens.count(text, model)
        size = kept(model, counted.tokens)
        estimated = estimated or counted.estimated
        if size:
            found.append(Beginning(count / len(texts), size))
    return found, len(texts), estimated


def alike(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Beginnings and how many texts have each, the one that saves most first; a text counts once, and a RARE beginning is none.

    In sorted order texts that begin alike stand together, and a stretch of them shares what its neighbours share at least. Of stretches
    over all, nine tenths, half, a quarter and a tenth of the texts the one with the most characters wins; then the rest is looked at.
    """
    left = sorted(texts)
    found: list[tuple[str, int]] = []
    fewest = max(2, round(len(texts) * RARE))
    while len(left) >= fewest and len(found) < KINDS_OF_PROMPT:
        best = _best(left, fewest)
        if not best:
            break
        rest = [text for text in left if not text.startswith(best)]
        found.append((best, len(left) - len(rest)))
        left = rest
    return found


def _best(ordered: Sequence[str], fewest: int) -> str:
    import numpy as np

    shared = np.array([_common(one, other) for one, other in pairwise(ordered)])
    best, size = "", 0
    for width in {max(fewest, round(len(ordered) * share)) for share in _STRETCHES}:
        least = np.lib.stride_tricks.sliding_window_view(shared, width - 1).min(axis=1)
        start = int(least.argmax())
        if int(least[start]) * width > size:
            best, size = ordered[start][: int(least[start])], int(least[start]) * width
    return best


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _requests(store: "Store", call_ids: Sequence[int]) -> list[str]:
    """The requests as one text each; those whose text is gone are left out."""
    if not call_ids:
        return []
    query = select(CallTextRow.request).where(CallTextRow.call_id.in_(call_ids)).order_by(CallTextRow.call_id)
    with store.read() as session:
        return [written(request) for request in session.scalars(query) if request]


def written(request: Mapping[str, Any]) -> str:
    """A request in the order providers cache it: tools, then messages with their roles."""
    import json

    parts = [json.dumps(tool, sort_keys=True, ensure_ascii=False, default=str) for tool in request.get("tools") or ()]
    for message in request.get("messages") or ():
        content = message.get("content") if isinstance(message, Mapping) else message
        role = message.get("role", "") if isinstance(message, Mapping) else ""
        said = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
        parts.append(f"{role}\n{said}")
    return "\n".join(parts)


def _found(times: "NDArray[Any]", beginnings: Sequence[Beginning], ttl_ms: int) -> "NDArray[Any]":
    """The tokens that every call of a group is expected to find in the cache."""
    import numpy as np

    before = np.arange(len(times)) - np.searchsorted(times, times - ttl_ms)
    found = np.zeros(len(times))
    for one in beginnings:
        found += one.share * one.tokens * (1.0 - (1.0 - one.share) ** before)
    return found


def _ratio(part: float, whole: float) -> Decimal:
    return Decimal(str(round(float(part) / float(whole), 9))) if whole else Decimal(0)
