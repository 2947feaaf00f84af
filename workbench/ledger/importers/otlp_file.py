"""Files of OpenTelemetry traces in JSON: a document with `resourceSpans`, or a line for each batch as the collector writes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.ledger.fields import Values
from workbench.ledger.importers import otlp
from workbench.ledger.importers.base import Bad, Container, Dialect, dialect
from workbench.ledger.rows import values_of

_SPANS = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_BATCHES = ("resourceSpans", "resource_spans", "batches")

_OTHERS = ("resourceLogs", "resource_logs", "resourceMetrics", "resource_metrics", "resourceProfiles")


@dialect("otlp", "OpenTelemetry traces (OTLP JSON)", rank=15)
class Otlp(Dialect):
    """Spans that are requests to a model."""

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Objects that hold spans, also where the collector wrote logs and metrics before them."""
        rest = next((row for row in sample if not _is_other(row)), sample[0] if sample else {})
        return any(name in rest for name in (*_SPANS, *_BATCHES)) or _is_other(rest)

    @property
    def names_rows(self) -> bool:
        """A span has an id."""
        return True

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The calls among the spans of the row."""
        if _is_other(row):
            yield Bad("holds logs or metrics, and no spans")
            return
        batches = next((row[name] for name in _BATCHES if isinstance(row.get(name), list)), [row])
        taken, skipped = otlp.records(batches)
        yield from (values_of(record) for record in taken)
        yield from (Bad(f"{one.reason}" if one.refused else f"is no call to a model: {one.reason}") for one in skipped)


def _is_other(row: Mapping[str, Any]) -> bool:
    return any(isinstance(row.get(name), list) for name in _OTHERS) and not any(name in row for name in (*_SPANS, *_BATCHES))
