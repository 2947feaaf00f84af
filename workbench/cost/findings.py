"""What is worth knowing of an outcome, in sentences: what a target allows, which lever does nothing, what is not known.

Every sentence is computed. Owns no advice: it says what holds under the scenario's own assumptions.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workbench.cost import billing, comparing, levers
from workbench.cost.levers import describe, percent
from workbench.cost.model import Batch, ExactCache, NewModel, PromptCaching, Routing, SemanticCache
from workbench.cost.outcome import Outcome
from workbench.cost.worked import Worked, components_of, models_named
from workbench.text.counting import counted

MOST_MODELS = 20
FREE = "free"  # what a price of this machine's own models has for a source
_NONE, _ONE, _HALF = Decimal(0), Decimal(1), Decimal("0.5")
_TENTH = Decimal("0.001")  # of a per cent: shares are told to 0.1 %


def usd(amount: Decimal) -> str:
    """Dollars as a person writes them: $1,650, $0.0042."""
    sign, size = "−" if amount < 0 else "", abs(amount)
    if size >= 100 or not size:
        return f"{sign}${size:,.0f}"
    return f"{sign}${size:,.2f}" if size >= _ONE else f"{sign}${float(size):.3g}"


def found(done: Worked, outcome: Outcome) -> tuple[str, ...]:
    """Sentences worth knowing, the most useful first."""
    return (*_of_bill(done, outcome), *_of_target(done, outcome), *_of_saving(outcome), *_of_levers(done, outcome), *_of_quality(outcome))


def warned(done: Worked, outcome: Outcome) -> tuple[str, ...]:
    """What the figures leave out, or take in another way than was asked."""
    scenario, book = done.scenario, done.book
    said: list[str] = []
    nameless: dict[str, None] = {}
    for name, side in (("baseline", outcome.before), ("scenario", outcome.after)):
        unknown = sorted({one.model for one in side.models if one.usd is None and one.calls})
        if unknown:
            many = f"{side.unpriced_calls:,.0f}"
            were = "call of the {} has no known price and is" if many == "1" else "calls of the {} have no known price and are"
            said.append(f"{many} {were.format(name)} left out: {', '.join(unknown)}.")
            nameless.update(dict.fromkeys(unknown))
    unpriced = [one for one, rate in components_of(scenario, book) if rate is None]
    said += [f"No price is known for {one.name} ({one.model}): it is left out." for one in unpriced]
    nameless.update(dict.fromkeys(one.model for one in unpriced))
    said += [meant for model in list(nameless)[:MOST_MODELS] if (meant := _meant(model))]
    classes = {stream.klass for stream in done.base.streams}
    for lever in scenario.levers:
        if isinstance(lever, Batch) and lever.share:
            there = {one.model for one in done.after.flow.streams}
            plain = sorted(one for one in there if book.of(one) and book.source(one) != FREE and not book.has_batch(one))
            said += [f"No batch price is known for {', '.join(plain)}: its calls keep the standard price."] if plain else []
        absent = {Routing: getattr(lever, "shares", ()), Batch: getattr(lever, "classes", ())}.get(type(lever), ())
        said += [f"No traffic is of the class {name}: {describe(lever)} does nothing to it." for name in absent if name not in classes]
        if isinstance(lever, ExactCache) and lever.hit_rate is None and done.base.measured.exact is None:
            said.append("There are no recorded prompts to replay: type a hit rate for the exact cache (levers.exact_cache.hit_rate).")
        if isinstance(lever, PromptCaching) and None in (lever.prefix_tokens, lever.hit_rate) and done.base.measured.prefix is None:
            said.append("There are no recorded prompts to measure: type prefix_tokens and hit_rate of levers.prompt_caching.")
    hits = done.base.measured.exact
    if hits and hits.without_text:
        one, more = "call was recorded without its text and is", "calls were recorded without their text and are"
        said.append(f"{counted(hits.without_text, one, more)} taken as never repeated.")
    if scenario.calibrate and done.ratio is None:
        said.append("The baseline costs nothing that is known, so that nothing can be scaled to the bill.")
    first = (done.traffic.thinned,) if done.traffic.thinned else ()
    return (*first, *said, *done.traffic.notes)


def _meant(model: str) -> str:
    """Which model of the price list is perhaps meant; empty where none is near."""
    from workbench.pricing import catalogue

    close = [ref for ref in catalogue.near(model, 3) if ref != model]
    return f"{model} has no price; did you mean {close[0]}?" if close else ""


def _of_bill(done: Worked, outcome: Outcome) -> Iterable[str]:
    """What a stated bill says beside prices and tokens."""
    bill, ratio = done.scenario.bill_usd, done.ratio
    if bill is None or ratio is None:
        return []
    computed = (done.before.total + done.components) if done.scale else _NONE
    how = "every figure is scaled to the bill" if done.scenario.calibrate else "no figure is scaled; calibrate does that"
    if abs(ratio - 1) < Decimal("0.005"):
        return [f"The stated bill of {usd(bill)} is what prices and tokens give."]
    return [f"Prices and tokens give {usd(computed)} a month, the stated bill is {usd(bill)}: {ratio:.2f} of it; {how}."]


def _of_target(done: Worked, outcome: Outcome) -> Iterable[str]:
    """What a limit in dollars allows: the largest share of the calls that may stay on each dear model."""
    limit = done.scenario.limits.usd_per_month
    if limit is None:
        return []
    whole = _whole_on(done)
    said = []
    if whole and outcome.before.usd.value > limit:
        cheapest = min(whole, key=lambda model: (whole[model], model))
        dear = [one for one in dict.fromkeys(stream.model for stream in done.before.flow.streams) if whole.get(one, _NONE) > limit]
        least = whole[cheapest]
        if least > limit:
            traffic = least - done.components * done.scale
            room = limit - done.components * done.scale
            needed = (
                f"{percent((1 - room / traffic).quantize(_TENTH, ROUND_CEILING))} of the calls answered by a cache"
                if room > 0
                else "fewer calls"
            )
            said.append(f"No mix of models comes under {usd(limit)}: all on {cheapest} costs {usd(least)}; it takes {needed}.")
        else:
            said += [_stays(done, model, cheapest, whole, limit) for model in dear if model != cheapest]
    reached = outcome.after.usd.value
    if done.scenario.levers and reached > limit:
        said.append(f"These levers come to {usd(reached)}: {usd(reached - limit)} over the limit of {usd(limit)}.")
    return said


def _stays(done: Worked, model: str, cheapest: str, whole: dict[str, Decimal], limit: Decimal) -> str:
    """The largest share of the calls that may stay: with no cache, at half of them answered by one, and at the scenario's own caches."""
    fixed = done.components * done.scale
    dear, cheap, room = whole[model] - fixed, whole[cheapest] - fixed, limit - fixed

    def share(hits: Decimal, lookups: Decimal = _NONE) -> str:
        most = ((room - lookups) / (1 - hits) - cheap) / (dear - cheap) if hits < 1 else _ONE
        return percent(max(_NONE, min(_ONE, most.quantize(_TENTH, ROUND_FLOOR))))

    said = f"{share(_NONE)} of the calls may stay on {model} with no cache, {share(_HALF)} at {percent(_HALF)} cache hits"
    caches = [lever for lever in done.scenario.levers if isinstance(lever, ExactCache | SemanticCache)]
    flow = levers.pull(done.base.flow(exact=True), caches, levers.setting_of(done.base, caches))
    hits = 1 - sum(flow.calls, _NONE) / sum(flow.asked, _NONE)
    if 0 < hits < 1 and hits != _HALF:
        said += f", {share(hits, sum(flow.beside, _NONE) * done.scale)} at the {percent(hits)} of the caches here"
    return f"Under {usd(limit)} a month at most {said}; the others go to {cheapest}, where all of them cost {usd(whole[cheapest])}."


def _whole_on(done: Worked) -> dict[str, Decimal]:
    """What a month costs with all calls on one model and nothing else done, by model, of those the scenario knows a price of."""
    named = [
        *(stream.model for stream in done.before.flow.streams),
        *done.scenario.limits.models,
        *done.scenario.prices,
        *models_named(done.scenario.levers),
    ]
    known = [model for model in dict.fromkeys(named) if done.book.of(model) is not None][:MOST_MODELS]
    whole = {model: done.dollars(billing.work(done.base, (NewModel(model),), done.book).total) for model in known}
    # That a model on this machine costs nothing is no news, and hides what a priced one would cost.
    return {model: total for model, total in whole.items() if done.book.source(model) != FREE}


def _of_saving(outcome: Outcome) -> Iterable[str]:
    """Whether the saving is more than chance."""
    saved = comparing.saved(outcome)
    if saved is None or not outcome.scenario.levers or saved.low is None or saved.high is None or not saved.value:
        return []
    if saved.low < 0 < saved.high:
        both = f"{usd(saved.low)} to {usd(saved.high)}"
        return [f"The saving of {usd(saved.value)} is inside the noise: between p5 and p95 it is {both}."]
    return []


def _of_levers(done: Worked, outcome: Outcome) -> Iterable[str]:
    """Levers that change nothing, or cost money."""
    if not comparing.steps(outcome):
        return []  # what a lever saves is not known, where it moves calls to a model without a price too
    said = []
    by_kind = {part.kind: part for part in outcome.parts}
    for lever in done.scenario.levers:
        part = by_kind[lever.kind]
        if lever.kind == "growth":
            continue
        if not part.usd:
            said.append(f"{describe(lever)}: saves nothing by itself{_why(done, lever)}.")
        elif part.usd > 0 and lever.kind not in ("retries", "shorter_prompt"):
            said.append(f"{describe(lever)}: costs {usd(part.usd)} more a month by itself.")
    return said


def _why(done: Worked, lever: object) -> str:
    models = list(dict.fromkeys(stream.model for stream in done.before.flow.streams))
    if isinstance(lever, Batch) and lever.share and not any(done.book.has_batch(model) for model in models):
        return ", because no batch price is known of these models"
    if isinstance(lever, PromptCaching):
        rates = [done.book.of(model) for model in models]
        if all(one is None or one["cached"] == one["input"] for one in rates):
            return ", because no price for cached tokens is known of these models"
    return ""


def _of_quality(outcome: Outcome) -> Iterable[str]:
    """Models whose quality or latency nobody knows: a saving is not to be shown without."""
    after = outcome.after
    said = []
    if after.quality.unknown:
        said.append(f"Quality is unknown: no run has scored {', '.join(after.quality.unknown)}, and nothing is stated of it.")
    if after.latency.unknown:
        said.append(f"Latency is unknown: no call of {', '.join(after.latency.unknown)} is recorded, and nothing is stated of it.")
    return said
