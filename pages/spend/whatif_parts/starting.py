"""What a lever starts from when it is switched on: measured where there is something to measure, else a plain guess to be changed."""

from decimal import Decimal

from pages.spend.whatif_parts import fitting, known
from workbench.cost.model import (
    ANY_CLASS,
    Batch,
    ExactCache,
    Growth,
    Lever,
    NewModel,
    OutputCap,
    PromptCaching,
    Recorded,
    Retries,
    Routing,
    Scenario,
    SemanticCache,
    ShorterPrompt,
    Typed,
)

_TENTH, _HALF, _ONE = Decimal("0.1"), Decimal("0.5"), Decimal(1)
_CAP = 500  # tokens, where nothing says how long replies are


def lever(scenario: Scenario, kind: str) -> Lever:
    """The lever of this kind for this scenario."""
    measured = isinstance(scenario.baseline, Recorded)
    made: dict[str, Lever] = {
        "routing": _routing(scenario),
        "exact_cache": ExactCache(None if measured else Decimal("0.3")),
        "semantic_cache": SemanticCache(Decimal("0.2")),
        "prompt_caching": PromptCaching() if measured else PromptCaching(_prefix(scenario), Decimal("0.8")),
        "batch": Batch(Decimal("0.3")),
        "shorter_prompt": ShorterPrompt(_prefix(scenario) / 5),
        "output_cap": OutputCap(_cap(scenario)),
        "retries": Retries(Decimal("0.02")),
        "growth": Growth(Decimal("0.05")),
        "new_model": NewModel(known.another(scenario, known.main(scenario))),
    }
    return made[kind]


def _routing(scenario: Scenario) -> Routing:
    """Simple queries go to another model; where there are no classes, half of all."""
    main = known.main(scenario)
    other = known.another(scenario, main)
    names = fitting.class_names(scenario)
    if names == [ANY_CLASS]:
        return Routing({ANY_CLASS: {main: _HALF, other: _HALF}})
    return Routing({names[0]: {other: _ONE}})


def _prefix(scenario: Scenario) -> Decimal:
    """Half of the input, where it is known."""
    baseline = scenario.baseline
    return (baseline.input_tokens * _HALF).quantize(_ONE) if isinstance(baseline, Typed) else Decimal(500)


def _cap(scenario: Scenario) -> int:
    baseline = scenario.baseline
    return max(1, int(baseline.output_tokens)) if isinstance(baseline, Typed) else _CAP
