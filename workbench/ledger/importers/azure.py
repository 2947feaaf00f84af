"""The Azure LLM inference traces: TIMESTAMP, ContextTokens, GeneratedTokens. They name no model: the person does."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import InputError
from workbench.ledger import fields
from workbench.ledger.fields import Values
from workbench.ledger.importers import cells
from workbench.ledger.importers.base import Bad, ColumnMap, Container, Dialect, dialect

_COLUMNS = {"timestamp", "contexttokens", "generatedtokens"}


@dialect("azure", "Azure LLM inference trace", rank=10)
class Azure(Dialect):
    """A line a request."""

    def __init__(self, container: Container, mapping: ColumnMap, sample: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(container, mapping, sample)
        named = mapping.fixed.get("model", "").strip()
        self._provider, self._model = cells.model(named, mapping.fixed.get("provider")) if named else ("", "")
        self._prompt = mapping.fixed.get("prompt")

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Rows of these three columns and no model."""
        return bool(sample) and {name.lower() for name in sample[0]} == _COLUMNS

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The one call of the line."""
        if not self._model:
            raise InputError("the trace names no model", place="field model", hint="Say which model answered: model=provider/name.")
        said = {name.lower(): value for name, value in row.items()}
        raw = {
            "started_ms": cells.moment(said.get("timestamp"), "column TIMESTAMP"),
            "input_tokens": cells.number(said.get("contexttokens"), "column ContextTokens", textual=True),
            "output_tokens": cells.number(said.get("generatedtokens"), "column GeneratedTokens", textual=True),
            "provider": self._provider,
            "model": self._model,
            "prompt": self._prompt,
        }
        return (fields.check_values(raw, source="azure"),)
