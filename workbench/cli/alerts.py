"""`workbench alerts`: what fired, the rules, what a rule would have fired on, and messages to the webhook."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.monitoring.alerts import Alert

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_METRICS = "calls, errors, latency_ms, ttft_ms, tokens, cost_usd, retries, feedback, quality, or metric:NAME."

_AGGREGATIONS = (
    "count or rate for calls, errors, feedback; count, mean, p50 to p99.9 or most for latency_ms, ttft_ms; sum, mean, rate or quota for "
    "tokens, cost_usd; sum, mean or rate for retries; count, mean, p50 to p99.9, least or most for quality; "
    "these, rate or sum for metric:NAME."
)


class _Span(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A time such as 90s, 5m, 2h, 1d; seconds where no unit stands behind it."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds."""
        found = re.fullmatch(r"(\d{1,9})([smhd]?)", str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no time: write 90s, 5m, 2h or 1d", param, ctx)
        return int(found[1]) * _UNITS[found[2] or "s"]


SPAN = _Span()


def _rule_options(command: Callable[..., None]) -> Callable[..., None]:
    """The fields of a rule as options, none of them set by itself."""
    options = (
        click.option("--metric", help=f"What is measured: {_METRICS}"),
        click.option("--aggregation", help=f"How: {_AGGREGATIONS}"),
        click.option("--above", type=float, help="Fire above this. Shares are 0 to 1: 5 % is 0.05."),
        click.option("--below", type=float, help="Fire below this."),
        click.option("--rises-by", type=float, help="Fire at a rise by this share against the same hour last week."),
        click.option("--falls-by", type=float, help="The same of a fall."),
        click.option("--anomaly", type=float, help="Fire beyond this robust z on the pattern of the hours."),
        click.option(
            "--filter", "filters", multiple=True, metavar="NAME=VALUE", help="Only calls of this prompt, model, tag ... Repeatable."
        ),
        click.option("--window", "window_s", type=SPAN, help="The time it is measured over, such as 5m."),
        click.option("--last", "last_n", type=int, help="Of that time only the newest N calls or values; 0: all."),
        click.option("--minimum", "minimum_n", type=int, help="Fewer calls or values are no data."),
        click.option("--for", "hold_s", type=SPAN, help="How long it must be beyond before it fires."),
        click.option("--clear", "clear_s", type=SPAN, help="How long it must be back before it ends."),
        click.option("--severity", help="info, warning or critical."),
        click.option("--no-data", help="What no data is: ok, alert or keep."),
        click.option("--renotify", "renotify_s", type=SPAN, help="Tell again after this long; 0: never."),
        click.option("--quota", type=float, help="Tokens or dollars, for the aggregation quota; 0: none."),
        click.option("--summary", help="One line, with {value}, {threshold}, {n}, {window} ..."),
        click.option("--description", help="More of it."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def alerts() -> None:
    """Alerts: list, rules, add, edit, remove, preview, ack, mute, test, evaluate."""


@alerts.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only those that still last.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@output.json_option
def list_(open_only: bool, limit: int, as_json: bool) -> None:
    """What fired, newest first."""
    from workbench import store
    from workbench.monitoring import alerts as engine

    found = engine.history(store.current(), open_only=open_only, limit=limit)
    rows = [_alert(one) for one in found]
    output.emit([one.to_json() for one in found], as_json, output.table(rows, list(rows[0])) if rows else "Nothing fired.")


@alerts.command("rules")
@output.json_option
def rules_(as_json: bool) -> None:
    """The rules, and where each stands."""
    from workbench import store
    from workbench.monitoring import alerts as engine
    from workbench.monitoring import messages

    found = engine.standings(store.current())
    rows = [
        {
            "id": one.kept.id,
            "rule": one.kept.rule.name,
            "state": one.state + (" (muted)" if one.kept.muted_until_ms else ""),
            "value": messages.compared(one.kept.rule, one.value),
            "n": f"{one.n:,}",
            "severity": one.kept.rule.severity,
            "what": one.reason or messages.describe(one.kept.rule),
        }
        for one in found
    ]
    output.emit([one.to_json() for one in found], as_json, output.table(rows, list(rows[0])) if rows else "No rules.")


@alerts.command()
@click.argument("name")
@_rule_options
@click.option("--off", is_flag=True, help="Keep it, do not look at it yet.")
@output.json_option
def add(name: str, *, off: bool, as_json: bool, **given: Any) -> None:
    """Add a rule NAME.

    For example: workbench alerts add "Slow triage" --metric latency_ms --aggregation p95 --above 3000 --filter prompt=triage --for 5m
    """
    from workbench import store
    from workbench.monitoring import messages, rulebook, rules

    made = rulebook.add(store.current(), rules.from_json({"name": name} | _fields(given)), enabled=not off)
    output.emit(made.to_json(), as_json, f"Rule {made.id}: {messages.describe(made.rule)}.")


@alerts.command()
@click.argument("rule")
@click.option("--name", help="Another name.")
@click.option("--on/--off", "enabled", default=None, help="Look at it, or do not.")
@_rule_options
@output.json_option
def edit(rule: str, *, name: str | None, enabled: bool | None, as_json: bool, **given: Any) -> None:
    """Change a RULE (its number or name): what is not given stays."""
    from workbench import store
    from workbench.monitoring import messages, rulebook, rules

    target = store.current()
    kept = rulebook.named(target, rule)
    changes = _fields(given) | ({} if name is None else {"name": name})
    if changes:
        kept = rulebook.edit(target, kept.id, rules.from_json(kept.rule.to_json() | changes))
    if enabled is not None:
        kept = rulebook.switch(target, kept.id, enabled=enabled)
    state = "" if kept.enabled else " It is off."
    output.emit(kept.to_json(), as_json, f"Rule {kept.id}: {messages.describe(kept.rule)}.{state}")


@alerts.command()
@click.argument("rule")
@output.json_option
def remove(rule: str, as_json: bool) -> None:
    """Remove a RULE; its alerts stay, and it can be restored."""
    from workbench import store
    from workbench.monitoring import rulebook

    gone = rulebook.remove(store.current(), rulebook.named(store.current(), rule).id)
    output.emit(gone.to_json(), as_json, f"Removed {gone.rule.name!r}. Undo: workbench alerts restore {gone.id}")


@alerts.command()
@click.argument("rule_id", metavar="ID", type=int)
@output.json_option
def restore(rule_id: int, as_json: bool) -> None:
    """Put a rule that was removed in force again."""
    from workbench import store
    from workbench.monitoring import rulebook

    back = rulebook.restore(store.current(), rule_id)
    output.emit(back.to_json(), as_json, f"{back.rule.name!r} is in force again.")


@alerts.command()
@click.argument("alert_id", metavar="ALERT", type=int)
@click.option("--note", help="What you know of it.")
@output.json_option
def ack(alert_id: int, note: str | None, as_json: bool) -> None:
    """Acknowledge an alert: it is not told again."""
    from workbench import settings, store
    from workbench.monitoring import alerts as engine
    from workbench.monitoring import messages

    seen = engine.acknowledge(store.current(), alert_id, by=settings.load().user, note=note)
    output.emit(seen.to_json(), as_json, f"Acknowledged: {messages.headline(seen.name, seen.summary)}")


@alerts.command()
@click.argument("rule")
@click.option("--for", "seconds", type=SPAN, default="1h", show_default=True, help="How long; 0: it speaks again.")
@output.json_option
def mute(rule: str, seconds: int, as_json: bool) -> None:
    """Mute a RULE: what fires is kept, nobody is told."""
    from workbench import store
    from workbench.clock import iso, now_ms
    from workbench.monitoring import rulebook

    until_ms = now_ms() + seconds * 1_000 if seconds else None
    kept = rulebook.mute(store.current(), rulebook.named(store.current(), rule).id, until_ms)
    said = "speaks again" if until_ms is None else f"is muted until {iso(until_ms)[:16].replace('T', ' ')} UTC"
    output.emit(kept.to_json(), as_json, f"{kept.rule.name!r} {said}.")


@alerts.command()
@click.argument("rule")
@click.option("--back", "seconds", type=SPAN, default="2d", show_default=True, help="How far back from now.")
@output.json_option
def preview(rule: str, seconds: int, as_json: bool) -> None:
    """What a RULE would have fired on over the stored past."""
    from workbench import store
    from workbench.clock import now_ms
    from workbench.monitoring import messages, rulebook
    from workbench.monitoring import preview as past

    kept = rulebook.named(store.current(), rule)
    found = past.would_have_fired(store.current(), kept.rule, now_ms() - seconds * 1_000, now_ms())
    rows = [
        {
            "from (UTC)": _time(one.started_ms),
            "until": _time(one.ended_ms) or "still",
            "value": messages.compared(kept.rule, one.value),
            "worst": messages.compared(kept.rule, one.peak),
            "n": f"{one.n:,}",
        }
        for one in found.episodes
    ]
    lines = [*([output.table(rows, list(rows[0]))] if rows else []), found.said, *found.notes]
    output.emit(found.to_json(), as_json, "\n".join(lines))


@alerts.command()
@output.json_option
def test(as_json: bool) -> None:
    """Send a test message to the webhook (WORKBENCH_WEBHOOK_URL). Exit code 1 where it does not arrive."""
    from workbench.monitoring import delivery

    error = delivery.send_test()
    if error is not None and not as_json:
        output.fail(f"The test message did not arrive. {error}")
    output.emit({"arrived": error is None, "error": error}, as_json, "The test message arrived.")
    if error is not None:
        raise SystemExit(output.ERROR)


@alerts.command()
@output.json_option
def evaluate(as_json: bool) -> None:
    """Look at every rule now, once, and send what is due; the app does both by itself while it runs."""
    from workbench import store
    from workbench.clock import now_ms
    from workbench.monitoring import alerts as engine
    from workbench.monitoring import delivery, messages

    notices = engine.tick(store.current(), now_ms())
    sent = delivery.tick(store.current(), now_ms())
    told = [{"event": one.event, "alert": one.alert.to_json()} for one in notices]
    lines = [f"{one.event}: {messages.headline(one.alert.name, one.alert.summary)}" for one in notices] or ["Nothing fired or ended."]
    output.emit({"notices": told, "delivered": sent}, as_json, "\n".join([*lines, *([f"Messages delivered: {sent}."] if sent else [])]))


@alerts.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@output.json_option
def deliveries(limit: int, as_json: bool) -> None:
    """Messages to the webhook and what became of them, newest first."""
    from workbench import store
    from workbench.monitoring import delivery

    found = delivery.recent(store.current(), limit=limit)
    names = ("id", "alert_id", "event", "state", "tries", "error")
    rows = [{"time (UTC)": _time(one.created_ms)} | {name: getattr(one, name) for name in names} for one in found]
    output.emit([one.to_json() for one in found], as_json, output.table(rows, list(rows[0])) if rows else "No messages.")


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a rule that options name."""
    compares = {name: given.pop(name) for name in ("above", "below", "rises_by", "falls_by", "anomaly")}
    named = {name: value for name, value in compares.items() if value is not None}
    if len(named) > 1:
        raise click.UsageError(f"One of {', '.join('--' + name.replace('_', '-') for name in named)}, not several.")
    fields = {name: value for name, value in given.items() if value is not None and name != "filters"}
    for compare, threshold in named.items():
        fields |= {"compare": compare, "threshold": threshold}
    fields |= {name: None for name in ("last_n", "renotify_s", "quota") if fields.get(name) == 0}
    return fields | ({"filters": _filters(given["filters"])} if given["filters"] else {})


def _filters(texts: tuple[str, ...]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for text in texts:
        name, is_given, value = text.partition("=")
        if not is_given:
            raise click.BadParameter(f"{text!r}: write NAME=VALUE", param_hint="--filter")
        if name == "version" and not value.isdecimal():
            raise click.BadParameter(f"{value!r} is no version number", param_hint="--filter")
        found.setdefault(name, []).append(int(value) if name == "version" else value)
    return found


def _alert(one: "Alert") -> dict[str, Any]:
    state = "open" if one.ended_ms is None else _time(one.ended_ms)
    seen = "" if one.acknowledged_ms is None else one.acknowledged_by or "yes"
    return {
        "id": one.id, "from (UTC)": _time(one.started_ms), "until": state, "severity": one.severity, "rule": one.name,
        "what": one.summary, "seen by": seen, "note": one.note,
    }  # fmt: skip


def _time(ms: int | None) -> str:
    from workbench.clock import iso

    return "" if ms is None else iso(ms)[:16].replace("T", " ")
