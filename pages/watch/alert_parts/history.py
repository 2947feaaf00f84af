"""What has fired: by rule, severity and time, newest first, a page at a time; one alert as a whole; all of it as CSV."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import address, choosing, safe, tables
from pages.parts import format as fmt
from pages.watch.alert_parts import one, wording
from pages.watch.alert_parts.editing import RULE
from workbench.monitoring import alerts, rulebook
from workbench.monitoring.alerts import Alert
from workbench.monitoring.rulebook import Kept
from workbench.store import Store

SEVERITY, RANGE, OLDER = "severity", "range", "older"
_RANGES = {"": "All time", "1": "Last day", "7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days"}
_PAGE, _MOST = 50, 10_000
_DAY_MS = 86_400_000
_COLUMNS = {
    "severity": "Severity", "rule": "Rule", "from": "From (UTC)", "until": "Until", "lasted": "Lasted", "value": "Fired with",
    "worst": "Worst", "n": "n", "summary": "What was said", "seen": "Seen by", "note": "Note",
}  # fmt: skip


def draw(store: Store, now_ms: int) -> None:
    """Draw the filters, the page, and the alert that is opened."""
    kept = {each.id: each for each in rulebook.all(store, removed=True)}
    asked = _filters(kept, now_ms)
    found = alerts.history(store, **asked, after=_cursor(asked["rule_id"]), limit=_PAGE + 1)
    one.draw(store, kept, now_ms)
    if not found:
        st.caption("Nothing has fired here." if any(asked.values()) else "Nothing has fired yet.")
        return
    shown = found[:_PAGE]
    rows = [row(each, kept.get(each.rule_id), now_ms) for each in shown]
    columns: dict[str, Any] = dict(_COLUMNS)
    columns |= {"rule": st.column_config.TextColumn("Rule", width=210), "summary": st.column_config.TextColumn("What was said", width=260)}
    tables.table(rows, columns, "alerts-history", open_label="Open", on_select=one.open_, alt="Alerts, newest first")
    _onward(store, asked, kept, now_ms, shown[-1] if len(found) > _PAGE else None)


def row(alert: Alert, kept: Kept | None, now_ms: int) -> dict[str, Any]:
    """An alert as a row."""
    rule = None if kept is None else kept.rule
    return {
        "id": alert.id,
        "severity": wording.MARKS.get(alert.severity, alert.severity),
        "rule": alert.name,
        "from": fmt.moment(alert.started_ms),
        "until": "still" if alert.ended_ms is None else fmt.moment(alert.ended_ms),
        "lasted": wording.lasted(alert, now_ms),
        "value": wording.alert_figure(rule, alert, alert.value),
        "worst": wording.alert_figure(rule, alert, alert.peak),
        "n": f"{alert.n:,}",
        "summary": alert.summary,
        "seen": "" if alert.acknowledged_ms is None else alert.acknowledged_by or "yes",
        "note": alert.note or "",
    }


def _filters(kept: Mapping[int, Kept], now_ms: int) -> dict[str, Any]:
    """Draw the filters; what they ask of the history."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="history-filters"):
        with st.container(width=300):
            rule_id = choosing.choose("Rule", list(kept), RULE, say=lambda each: _called(kept[each]), placeholder="All rules")
        severity = _pick("Severity", SEVERITY, {"": "All"} | {name: word for name, (word, _, _) in wording.SEVERITIES.items()}, 140)
        days = _pick("Time", RANGE, _RANGES, 160)
    since_ms = None if not days else now_ms // 60_000 * 60_000 - int(days) * _DAY_MS
    return {"rule_id": rule_id, "severity": severity or None, "since_ms": since_ms}


def _called(kept: Kept) -> str:
    return f"{safe.plain(kept.rule.name)}{'' if kept.removed_ms is None else ' (removed)'}"


def _pick(label: str, name: str, said: Mapping[str, str], width: int) -> str:
    if address.follow(name) not in said:
        st.session_state[name] = ""
    chosen = st.selectbox(
        label, list(said), list(said).index(st.session_state[name]), key=name, format_func=said.__getitem__, width=width,
        on_change=address.say, args=(name, "", "", (OLDER,)),
    )  # fmt: skip
    return str(chosen or "")


def _cursor(rule_id: int | None) -> tuple[int, int] | None:
    """Where the page begins; of another rule it says nothing."""
    found = re.fullmatch(r"(\d{1,15})\.(\d{1,15})\.(\d{1,15})", st.query_params.get(OLDER, ""))
    return (int(found[1]), int(found[2])) if found and int(found[3]) == (rule_id or 0) else None


def _onward(store: Store, asked: Mapping[str, Any], kept: Mapping[int, Kept], now_ms: int, last: Alert | None) -> None:
    """The pages before and after, and all of it as a file."""
    with st.container(horizontal=True, gap="small"):
        if OLDER in st.query_params:
            st.button("Newest", key="history-newest", icon=":material/first_page:", on_click=address.change, args=({OLDER: None},))
        if last is not None:
            to = f"{last.started_ms}.{last.id}.{asked['rule_id'] or 0}"
            st.button("Older", key="history-older", icon=":material/chevron_right:", on_click=address.change, args=({OLDER: to},))
        st.download_button(
            "Download CSV", data=lambda: _csv(store, asked, kept, now_ms), file_name="alerts.csv", mime="text/csv", key="history-csv",
            icon=":material/download:", on_click="ignore", type="tertiary", help=f"All that fits the filters, the newest {_MOST:,} at most",
        )  # fmt: skip


def _csv(store: Store, asked: Mapping[str, Any], kept: Mapping[int, Kept], now_ms: int) -> bytes:
    import pandas as pd

    found: Sequence[Alert] = alerts.history(store, **asked, limit=_MOST)
    rows = [row(each, kept.get(each.rule_id), now_ms) for each in found]
    return tables.to_csv(pd.DataFrame(rows, columns=["id", *_COLUMNS], dtype=object), {"id": "id", **_COLUMNS})
