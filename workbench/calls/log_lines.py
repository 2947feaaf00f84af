"""The lines of the log: a call, what became of it, an alert, a warning, each as one line of JSON without keys. Writes nothing."""

import json
import logging
from typing import Any

from workbench import clock
from workbench.calls.outcome import Call, Outcome, record, request_json
from workbench.ledger.recording.plain import plain, without_keys

_ASKED = ("source", "prompt", "version", "label", "provider", "model", "user", "tags", "run_id", "cell_id", "trace_id")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "line"}


class Line:
    """What a line is made of, once the log's own thread comes to it."""

    def __init__(self, event: str, line_id: str, call: Call, outcome: Outcome | None = None) -> None:
        self.event, self.line_id, self.call, self.outcome = event, line_id, call, outcome

    def to_json(self, *, texts: bool) -> dict[str, Any]:
        """The line under the ledger's field names; prompts and replies only with `texts`."""
        call, outcome = self.call, self.outcome
        asked = {name: call.request.model if name == "model" else getattr(call, name) for name in _ASKED}
        made: dict[str, Any] = {"event": self.event, "id": self.line_id, **asked}
        if outcome is None:
            if texts:
                made |= {"request": request_json(call.request), "variables": call.variables}
        else:
            told = record(call, outcome).to_json(texts=True)
            left_out = {"attempts", "request", "variables"} | (set() if texts else {"reply", "tool_calls"})
            made |= {"call_id": outcome.call_id, **{name: value for name, value in told.items() if name not in left_out}}
        return {name: value for name, value in made.items() if value not in (None, [], ())}


class JsonLines(logging.Formatter):
    """A record as one line of JSON without keys: its fields where it has some, else its level and its message."""

    def __init__(self, *, texts: bool) -> None:
        super().__init__()
        self._texts = texts

    def format(self, record: logging.LogRecord) -> str:
        """One line; nothing that hangs on a record can break it."""
        line = getattr(record, "line", None)
        made: dict[str, Any] = {"time": clock.iso(int(record.created * 1000))}
        if isinstance(line, Line):
            made |= line.to_json(texts=self._texts)
        else:
            extra = {name: value for name, value in vars(record).items() if name not in _STANDARD and not name.startswith("_")}
            event = "alert" if record.name == "workbench.alerts" else "log"
            made |= {"event": event, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage(), **extra}
            if record.exc_info:
                made["error"] = self.formatException(record.exc_info)
        return json.dumps(without_keys(plain(made)), ensure_ascii=False, default=str)
