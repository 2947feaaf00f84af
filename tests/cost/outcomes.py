"""Outcomes for tests, written by hand: figures that are easy to see again in a file."""

from dataclasses import replace
from decimal import Decimal

from tests.cost.scenarios import SMALL
from workbench.cost.model import ExactCache, SemanticCache
from workbench.cost.outcome import Assumption, Figure, Latency, Outcome, Part, Quality, Sensitivity, Share, Side

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "a|b\nc\td",
    "**bold** _x_ `code` <b>html</b> [link](http://evil.example) ![x](y) www.evil.example :smile: $x$ a\\b #1 ~~s~~ &amp;",
    "https://evil.example",
    "1. list",
    "- item",
    "===",
    "x" * 10_000,
)


def usd(text: str) -> Decimal:
    return Decimal(text)


def outcome(name: str = "cache", *, model: str = "openai/gpt-4") -> Outcome:
    """A month of $100 that two caches bring down to $20: alone they would save $140 together."""
    tokens = {"input": Decimal(1_000), "output": Decimal(500)}
    shares = (
        Share(model, Decimal(750), Decimal("0.75"), tokens, usd("60"), "price list", "simple"),
        Share(model, Decimal(250), Decimal("0.25"), tokens, usd("40"), "price list", "complex"),
        Share("own/model", Decimal(0), Decimal(0), {}, None, ""),
    )
    known = Quality(Decimal("0.98"), Decimal("0.95"), Decimal("0.99"), (), {model: "run abc, n = 120"})
    unknown = Quality(None, unknown=("own/model",), sources={model: "run abc, n = 120"})
    before = Side(Figure(usd("100"), usd("80"), usd("120")), Decimal(1_000), shares, Decimal(3), known, Latency(900.0, 2_500.5), usd("0.1"))
    paid, times = Figure(usd("20.000000001"), usd("15"), usd("25")), Latency(None, None, ("own/model",))
    after = Side(paid, Decimal(1_000), shares[:1], Decimal(0), unknown, times, usd("0.02"), usd("1.5"))
    months = tuple(Figure(usd(str(20 + month)), usd("15"), usd("35")) for month in range(12))
    return Outcome(
        scenario=replace(SMALL, name=name, note="Why\nso?", levers=(ExactCache(), SemanticCache(Decimal("0.5"))), bill_usd=usd("90")),
        before=before,
        after=after,
        parts=(
            Part("exact_cache", "Exact cache: 60 % hits", usd("-60")),
            Part("semantic_cache", "Semantic cache: 80 % hits", usd("-80")),
            Part("interaction", "Levers together", usd("60.000000001")),
        ),
        months_before=tuple(Figure(usd("100")) for _ in range(12)),
        months=months,
        year=Figure(usd("306"), usd("250"), usd("360")),
        saved=Figure(usd("79.999999999"), usd("60"), usd("95")),
        tornado=(Sensitivity("Hits", usd("18"), usd("24"), "70 % hits", "50 % hits"),),
        assumptions=(
            Assumption("Exact cache", "60 % hits", "measured", "levers.exact_cache.hit_rate"),
            Assumption(f"Price of {model}", "$30 per million tokens in", "price list"),
        ),
        findings=("Under $10 a month nothing can be had.",),
        warnings=("own/model has no price: 3 calls are left out.",),
        bill_ratio=usd("0.9"),
        as_billed_usd=usd("99.5"),
        traffic="1,000 calls of 30 days, 2 models",
    )
