import json
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from tests.cost.scenarios import SMALL, scenarios
from workbench.cost import checking, columns, document, model, reference, working
from workbench.cost import fields as table
from workbench.cost.model import Batch, Believed, ExactCache, Limits, OwnPrice, Recorded, Routing, Scenario, Trace, Typed
from workbench.errors import InputError
from workbench.store import Store

HEAD = "name: a\n"
TYPED = "baseline: {source: typed, queries_per_day: 100, input_tokens: 1, output_tokens: 2, models: {m: 1}}\n"
BASE = HEAD + TYPED
NOW_MS = 1_772_539_200_123  # 2026-03-03 12:00:00.123


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        document.from_yaml(text, now_ms=NOW_MS)
    return caught.value


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scenarios)
def test_a_scenario_written_and_read_again_is_the_same(scenario: Scenario) -> None:
    checking.check(scenario)
    raw = json.loads(json.dumps(document.to_json(scenario), allow_nan=False))
    assert document.from_json(raw) == scenario
    text = document.to_yaml(scenario)
    assert document.from_yaml(text) == scenario
    yaml.safe_load(text)  # other programs can read it too


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scenarios)
def test_equal_scenarios_have_equal_documents_however_their_numbers_were_written(scenario: Scenario) -> None:
    other = replace(scenario, days_per_month=scenario.days_per_month * Decimal("1.000"), bill_usd=Decimal(f"{scenario.bill_usd:f}0"))
    assert document.to_json(other) == document.to_json(scenario)


def test_a_document_reads_as_it_is_meant() -> None:
    scenario = document.from_yaml(
        """
        # An assistant.
        name: Support assistant
        baseline:
          source: typed
          queries_per_day: 100_000
          input_tokens: 150
          output_tokens: 2e2
          models: {gpt-4: 90 %, gpt-3.5-turbo: 0.1}
          classes:
            simple: {share: 70%, output_tokens: 80, can_wait: yes}
            complex: {share: 0.3}
        prices:
          gpt-4: {input: 0.03, output: 0.06, cached: 0, batch: 50 %, per: 1000}
          gpt-3.5-turbo: {input: 1, output: 2}
        levers:
          - routing: {shares: {simple: {gpt-3.5-turbo: 1}}}
          - exact_cache:
          - batch: {share: 0.25, classes: complex}
        believed:
          gpt-4: {quality: 0.97, quality_by_class: {simple: 99 %}, latency_p50_ms: 900, latency_p95_ms: 2_500}
        unsure: {queries: 20 %}
        limits: {usd_per_month: 2000, quality: 95 %, latency_p95_ms: 2000, models: [gpt-4, gpt-3.5-turbo]}
        bill_usd: 40000
        prices_at: 2023-11-01
        """.replace("\n        ", "\n")
    )
    assert isinstance(scenario.baseline, Typed)
    assert scenario.baseline.queries_per_day == 100_000
    assert scenario.baseline.models == {"gpt-4": Decimal("0.9"), "gpt-3.5-turbo": Decimal("0.1")}
    assert scenario.baseline.classes["simple"] == model.ClassOf(Decimal("0.7"), None, Decimal(80), can_wait=True)
    assert scenario.prices["gpt-4"] == OwnPrice(Decimal(30), Decimal(60), cached=Decimal(0), batch=Decimal("0.5"))
    assert scenario.prices["gpt-3.5-turbo"] == OwnPrice(Decimal(1), Decimal(2))
    assert scenario.levers == (
        Routing({"simple": {"gpt-3.5-turbo": Decimal(1)}}),
        ExactCache(),
        Batch(Decimal("0.25"), ("complex",)),
    )
    assert scenario.believed["gpt-4"] == Believed(Decimal("0.97"), {"simple": Decimal("0.99")}, 900, 2500)
    assert scenario.unsure == model.Unsure(queries=Decimal("0.2"))
    assert scenario.limits == Limits(Decimal(2000), Decimal("0.95"), 2000, models=("gpt-4", "gpt-3.5-turbo"))
    assert scenario.prices_at_ms == 1_698_796_800_000


def test_levers_may_be_a_mapping_as_well() -> None:
    listed = document.from_yaml(BASE + "levers:\n - growth: {per_month: 5 %}\n - exact_cache: {hit_rate: 0.4}")
    mapped = document.from_yaml(BASE + "levers:\n  growth: {per_month: 0.05}\n  exact_cache: {hit_rate: 40 %}")
    assert mapped == listed


@pytest.mark.parametrize(
    ("since", "until", "first_ms", "last_ms"),
    [
        ("30d", "", 1_772_542_800_000 - 30 * 86_400_000, 1_772_542_800_000),  # the end of this hour
        ("2w", "now", 1_772_542_800_000 - 14 * 86_400_000, 1_772_542_800_000),
        ("12h", "1 h", 1_772_542_800_000 - 12 * 3_600_000, 1_772_542_800_000 - 3_600_000),
        ("2026-02-01", "2026-03-01", 1_769_904_000_000, 1_772_323_200_000),
        ("2026-02-01T06:30Z", "2026-02-01T08:30:00.250+01:00", 1_769_927_400_000, 1_769_931_000_250),
    ],
)
def test_dates_are_iso_or_count_back_from_the_end_of_this_hour(since: str, until: str, first_ms: int, last_ms: int) -> None:
    text = f"{HEAD}baseline: {{source: ledger, since: {since!r}, until: {until or 'null'}}}"
    assert document.from_yaml(text, now_ms=NOW_MS).baseline == Recorded(first_ms, last_ms)


def test_filters_are_those_that_recorded_calls_are_loaded_by() -> None:
    for name in table.FilterShape.names:
        columns.checked(Recorded(0, 1, {"prompt": "intent", name: "x"}))
    text = "baseline: {source: ledger, since: 30d, filters: {prompt: intent, version: 3}}"
    baseline = document.from_yaml(HEAD + text).baseline
    assert isinstance(baseline, Recorded)
    assert baseline.filters == {"prompt": "intent", "version": 3}
    found = refused(HEAD + "baseline: {source: ledger, since: 30d, filters: {model: x}}")
    assert str(found) == "line 2, field baseline.filters.model: goes with provider"
    assert "Did you mean prompt?" in refused(HEAD + "baseline: {source: ledger, since: 30d, filters: {promt: x}}").hint


def test_every_field_of_the_model_stands_in_the_document() -> None:
    shapes = [
        table.SCENARIO, table.TYPED, table.RECORDED, table.TRACE, table.CLASS_OF, table.COMPONENT, table.PRICE, table.BELIEVED,
        table.UNSURE_SHAPE, table.LIMITS, table.RULE, *table.LEVERS.values(),
    ]  # fmt: skip
    for shape in shapes:
        told = {"kind"} if shape in table.LEVERS.values() else set()
        assert {field.of for field in shape.fields} == {part.name for part in fields(shape.of)} - told, shape.of
    assert {shape.of for shape in table.LEVERS.values()} == set(get_args(model.Lever))
    assert {kind: shape.of.kind for kind, shape in table.LEVERS.items()} == {kind: kind for kind in table.LEVERS}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        (BASE.replace("100", "-5"), "line 2, field baseline.queries_per_day: -5 is under 0", "cannot be negative"),
        (BASE.replace("input_tokens: 1", "input_tokens: -1"), "line 2, field baseline.input_tokens: -1 is under 0", "cannot be negative"),
        (BASE.replace("100", "nan"), "line 2, field baseline.queries_per_day: 'nan' is not a number", "Write queries, 0 to"),
        (BASE.replace("100", ".inf"), "line 2, field baseline.queries_per_day: '.inf' is not a number", "Write queries"),
        (BASE.replace("100", "1e400"), "line 2, field baseline.queries_per_day: 1E+400 is over 1,000,000,000,000,000,000", ""),
        (BASE.replace("100", "70 %"), "'70 %' is a percentage, and this is counted in queries", ""),
        (BASE.replace("100", "'100,000'"), "'100,000' is not a number", "100000 or 100_000"),
        (BASE.replace("m: 1", "m: 1.4"), "line 2, field baseline.models.m: 1.4 is over 1", "0.7 or 70 %"),
        (BASE.replace("m: 1", "m: -40 %"), "field baseline.models.m: -40 % is under 0 %", "0.7 or 70 %"),
        (BASE.replace("m: 1", "m: 140 %"), "field baseline.models.m: 140 % is over 100 %", "0.7 or 70 %"),
        (BASE.replace("m: 1", "m: 0.6, n: 0.3"), "field baseline.models: shares sum to 0.9, not to 1: 0.1 is missing", "sum to 1"),
        (BASE.replace("{m: 1}", "{}"), "field baseline.models: is empty", "at least one model"),
        (BASE + "levers: [exact_cache: {hit_rat: 1}]", "levers.exact_cache.hit_rat: there is no such", "Did you mean hit_rate?"),
        (BASE + "levers: [exact_cash: {}]", "line 3, field levers.exact_cash: there is no such lever", "Did you mean exact_cache?"),
        (BASE + "levers:\n- exact_cache: {hit_rate: 70}", "line 4, field levers.exact_cache.hit_rate: 70 is over 1", "0.7 or 70 %"),
        (BASE + "levers:\n- batch: {share: 1}\n- batch: {share: 0}", "line 4, field levers.batch: stands twice", "One lever of a kind"),
        (BASE + "levers: {batch: {share: 1}, batch: {share: 0}}", "line 3: names 'batch' twice", "Keep one"),
        (BASE + "levers: [{batch: {share: 1}, growth: {}}]", "field levers.1: has 2 keys", "Write `- exact_cache"),
        (BASE + "levers: 3", "field levers: is a text, and a list is wanted", "Write `- exact_cache"),
        (BASE + "levers: [semantic_cache]", "field levers.semantic_cache.hit_rate: is missing", "an assumption"),
        (BASE + "levers: [prompt_caching: {ttl: 2h}]", "field levers.prompt_caching.ttl: '2h' is not known here", "5m or 1h"),
        (BASE + "levers: [routing: {shares: {simple: {m: 1}}}]", "routing.shares.simple: is no class of this traffic", "baseline.classes"),
        (BASE + "levers: [routing: {shares: {all: {m: 0.5}}}]", "routing.shares.all: shares sum to 0.5, not to 1", "sum to 1"),
        (BASE + "levers: [routing: {shares: {}, rules: [{when: 'words <'}]}]", "levers.routing.rules.1.", ""),
        (BASE + "levers: [growth: {per_month: -2}]", "field levers.growth.per_month: -2 is under -1", ""),
        (BASE + "prices: {m: {input: 0, output: 1}}", "field prices.m.input: is a price of 0", "free: true"),
        (BASE + "prices: {m: {input: 1, output: 0}}", "field prices.m.output: is a price of 0", "free: true"),
        (BASE + "prices: {m: {input: 1}}", "field prices.m.output: is missing", "Tokens of replies"),
        (BASE + "prices: {m: {input: -1, output: 1}}", "field prices.m.input: -1 is under 0", "cannot be negative"),
        (BASE + "prices: {m: {input: 1, output: 1, per: 100}}", "field prices.m.per: 100 is not known", "1000 or per 1000000"),
        (BASE + "bill_usd: 0", "field bill_usd: 0 is not above 0", ""),
        (BASE + "calibrate: true", "field calibrate: there is no bill to scale to", "bill_usd"),
        (BASE + "calibrate: perhaps", "field calibrate: 'perhaps' is neither true nor false", ""),
        (BASE + "months: 1.5", "field months: 1.5 is not a whole number", ""),
        (BASE + "name2: x", "line 3, field name2: there is no such field", "Did you mean name?"),
        (BASE + "note: x\nnote: y", "line 4: names 'note' twice", "Keep one"),
        (BASE + "bill_usd: 0.12345678901234567890123456789", "field bill_usd: has more than 28 digits", "Round it"),
        (BASE + "believed: {m: {latency_p50_ms: 9, latency_p95_ms: 5}}", "believed.m.latency_p50_ms: 9 ms is over p95, 5 ms", ""),
        (BASE + "limits: {least: {m: 0.7, n: 0.7}}", "field limits.least: shares sum to 1.4, over 1", ""),
        (BASE + "limits: {least: {m: 0.7}, most: {m: 0.5}}", "limits.least.m: 0.7 is over the most it may take, 0.5", ""),
        (BASE + "limits: {least: {m: 0.7}, models: [n]}", "limits.least.m: is not among limits.models", ""),
        (BASE + "limits: {models: [n, n]}", "limits.models: names 'n' twice", ""),
        (TYPED + "name: true", "field name: is true or false, and a text is wanted", "in quotes"),
        (TYPED + "name: ''", "field name: is empty", "Write a name"),
        (TYPED + f"name: {'x' * 201}", "field name: has 201 characters; at most 200", "Shorten"),
        (TYPED + 'name: "a\\nb"', "field name: holds a line break", "one line"),
        (HEAD, "line 1, field baseline: is missing", "source: typed or ledger or trace"),
        (HEAD + "baseline: {source: ledgr}", "field baseline.source: 'ledgr' is not known", "Did you mean ledger?"),
        (HEAD + "baseline: {queries_per_day: 1}", "field baseline.source: is missing", "typed, ledger, trace"),
        (HEAD + "baseline: {source: ledger, since: yesterday}", "field baseline.since: 'yesterday' is not a date", "30d"),
        (HEAD + "baseline: {source: ledger, since: 2026-13-01}", "field baseline.since: '2026-13-01' is not a date", "2026-03-01"),
        (HEAD + "baseline: {source: ledger, since: 99999d}", "field baseline.since: lies outside 1970 to 9999", ""),
        (HEAD + "baseline: {source: ledger, since: 1d, until: 2d}", "field baseline.since: is not before until", "Exchange"),
        ("", "a scenario is fields with values, and this is empty", "a name and a baseline"),
        ("- a", "a scenario is fields with values, and this is a list", "a name and a baseline"),
        ("nothing", "a scenario is fields with values, and this is a text", "a name and a baseline"),
        ("a: [", "line 1, column 5: is not YAML", "quotes"),
        ("a: 1\n\tb: 2", "line 2, column 1: is not YAML", "spaces"),
        ("a: 1\n---\nb: 2", "line 2, column 1: is not YAML", ""),
        ("a\x00b: 1", "is not YAML", ""),
        ("? [a]\n: b", "line 1: has a key that is no name", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_the_remedy(text: str, said: str, remedy: str) -> None:
    found = refused(text)
    assert said in str(found)
    assert remedy in found.hint


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), Decimal("NaN"), Decimal("sNaN"), 10**4000, True, [], {}])
def test_values_that_are_no_number_are_refused_out_of_json_too(value: Any) -> None:
    raw = document.to_json(SMALL)
    raw["baseline"]["queries_per_day"] = value
    with pytest.raises(InputError, match=r"field baseline\.queries_per_day"):
        document.from_json(raw)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{n}: &{n} [{','.join([f'*{chr(ord(n) - 1)}'] * 9)}]\n" for n in "bcdefgh"),
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 100_000,
        "{a: " * 50_000,
        "a:\n" + "- x\n" * 60_000,
        "x" * 1_000_001,
    ],
)
def test_documents_that_would_never_end_are_refused(text: str) -> None:
    refused(text)


def test_an_anchor_may_be_used_within_bounds() -> None:
    found = document.from_yaml(BASE + "prices:\n  m: &same {input: 1, output: 2}\n  n: *same\n")
    assert found.prices["m"] == found.prices["n"]


def test_a_thousand_trillion_queries_are_a_number_like_any_other() -> None:
    found = document.from_yaml(BASE.replace("100", "1e15")).baseline
    assert isinstance(found, Typed)
    assert found.queries_per_day == 10**15


def test_a_price_of_zero_is_taken_where_it_is_said_to_be_free() -> None:
    found = document.from_yaml(
        BASE + "prices: {m: {free: true}, n: {input: 0.02, output: 0, free: true}, o: {input: 1, output: 2, cached: 0}}"
    )
    assert found.prices == {
        "m": OwnPrice(Decimal(0), Decimal(0)),
        "n": OwnPrice(Decimal("0.02"), Decimal(0)),
        "o": OwnPrice(Decimal(1), Decimal(2), cached=Decimal(0)),
    }


def test_a_scenario_made_in_code_is_held_to_the_same_bounds() -> None:
    with pytest.raises(InputError, match=r"field levers\.exact_cache\.hit_rate: 1\.4 is over 1"):
        checking.check(replace(SMALL, levers=(ExactCache(Decimal("1.4")),)))
    with pytest.raises(InputError, match=r"field levers\.batch: stands twice"):
        checking.check(replace(SMALL, levers=(Batch(Decimal(1)), Batch(Decimal(0)))))
    with pytest.raises(InputError, match="field months: 0 is under 1"):
        checking.check(replace(SMALL, months=0))


def test_yaml_leaves_out_what_stands_at_its_default_and_json_does_not() -> None:
    assert document.to_yaml(SMALL) == (
        "name: small\nbaseline:\n  source: typed\n  queries_per_day: 1000\n  input_tokens: 150\n  output_tokens: 200\n"
        "  models:\n    openai/gpt-4: 1\n"
    )
    assert document.to_json(SMALL)["unsure"] == {"queries": 0.1, "tokens": 0.05, "mix": 0.05, "cache": 0.1, "growth": 0.02}


def test_a_file_is_named_in_its_errors_and_its_trace_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(HEAD + "baseline: {source: trace, path: data/azure.csv, model: gpt-4}")
    assert document.read(path).baseline == Trace(str(tmp_path.resolve() / "data" / "azure.csv"), "gpt-4")
    path.write_text(BASE + "months: 0")
    with pytest.raises(InputError) as caught:
        document.read(path)
    assert str(caught.value) == f"{path}, line 3, field months: 0 is under 1"
    for data in (b"\xff\xfe\x00name", b"x: " + b"y" * 1_000_001):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"scenario\.yaml"):
            document.read(path)
    for nowhere in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(InputError, match="cannot be read"):
            document.read(nowhere)


def test_json_is_yaml_and_reads_as_well(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(document.to_json(SMALL), indent=2))
    assert document.read(path) == SMALL


def test_the_reference_in_the_docs_is_what_the_program_prints() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cost.md").read_text()
    printed = page.partition(reference.BEGIN)[2].partition(reference.END)[0].strip()
    assert printed == reference.markdown(), "put workbench.cost.reference.markdown() between the two marks"


def test_the_example_in_the_docs_comes_to_the_figures_beside_it(sqlite_store: Store) -> None:
    page = (Path(__file__).parents[2] / "docs" / "cost.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    outcome = working.work_out(sqlite_store, document.from_yaml(example), draws=200)
    assert (outcome.before.usd.value, outcome.after.usd.value) == (49_500, 1_650)
    assert round(outcome.bill_ratio or 0, 2) == Decimal("0.81")
    assert "at most 0.7 % of the calls may stay on gpt-4 with no cache, 4.9 % at 50 % cache hits" in " ".join(outcome.findings)
