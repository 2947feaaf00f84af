"""A strict reader of the Prometheus text format, written from its description and from nothing else here."""

import math
import re
from collections import defaultdict

Labels = tuple[tuple[str, str], ...]
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
_ESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parsed(text: str) -> dict[str, dict[tuple[str, Labels], float]]:
    """The samples of each family, by name and labels. Fails on anything a scraper or a linter would complain about."""
    assert text.endswith("\n")
    kinds: dict[str, str] = {}
    helped: set[str] = set()
    families: dict[str, dict[tuple[str, Labels], float]] = {}
    current = ""
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            current, about = line[7:].split(" ", 1)
            assert current not in families, "a family stands in one place"
            assert about
            helped.add(current)
            families[current] = {}
        elif line.startswith("# TYPE "):
            name, kinds[current] = line[7:].split(" ")
            assert name == current
            assert kinds[name] in {"counter", "gauge", "histogram"}
            assert name.endswith("_total") == (kinds[name] == "counter")
        else:
            name, labels, value = _sample(line)
            assert name in _members(current, kinds[current]), line
            assert (name, labels) not in families[current], "a sample stands there once"
            families[current][name, labels] = value
    assert helped == set(kinds) == set(families)
    for name, kind in kinds.items():
        if kind == "histogram":
            _check_histogram(name, families[name])
        elif kind == "counter":
            assert all(value >= 0 for value in families[name].values())
    return families


def _members(name: str, kind: str) -> set[str]:
    return {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}


def _sample(line: str) -> tuple[str, Labels, float]:
    found = _SAMPLE.fullmatch(line)
    assert found, line
    labels, at = [], 0
    inner = found[2] or ""
    while at < len(inner):
        label = _LABEL.match(inner, at)
        assert label, line
        labels.append((label[1], re.sub(r'\\\\|\\"|\\n', lambda one: _ESCAPED[one[0]], label[2])))
        at = label.end()
    assert len({name for name, _ in labels}) == len(labels)
    return found[1], tuple(labels), float(found[3])


def _check_histogram(name: str, samples: dict[tuple[str, Labels], float]) -> None:
    buckets: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for (sample, labels), value in samples.items():
        if sample == f"{name}_bucket":
            bound = dict(labels)["le"]
            rest = tuple(pair for pair in labels if pair[0] != "le")
            buckets[rest].append((math.inf if bound == "+Inf" else float(bound), value))
    for labels, found in buckets.items():
        assert found == sorted(found), "bounds ascend, and so do counts"
        assert [value for _, value in found] == sorted(value for _, value in found)
        assert found[-1][0] == math.inf
        assert samples[f"{name}_count", labels] == found[-1][1]
        assert (f"{name}_sum", labels) in samples
