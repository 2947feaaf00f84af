"""Numbers typed in as traffic: one unit of time, a stream a model and class, a month of each exact. Refuses what cannot be."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal

from workbench.cost.model import ANY_CLASS, KINDS, ClassOf, Component, Typed
from workbench.cost.traffic import Stream, Traffic
from workbench.errors import InputError
from workbench.text.counting import counted

_EXACT = Context(prec=80)
_MOST = Decimal(10) ** 30  # beyond any traffic, and far inside what floats and decimals hold
_NEAR = Decimal("0.000001")  # shares typed as thirds sum to 0.999999
_ALL = {ANY_CLASS: ClassOf(Decimal(1))}


def traffic(typed: Typed, *, days_per_month: Decimal | int, bands: Sequence[int] = ()) -> Traffic:
    """A month of the numbers: `calls` and `tokens` are of that one unit of time, of unit_ms 0. All calls of a class are as long as their
    mean, which says their band. Raises InputError that names the field.
    """
    import numpy as np

    days = amount(Decimal(days_per_month), "days_per_month", most=Decimal(366))
    if days == 0:
        raise InputError("is 0", place="field days_per_month", hint="A month has 28 to 31 days; 30 is usual.")
    check(typed)
    month = _EXACT.multiply(typed.queries_per_day, days)
    streams, calls, tokens, classes = [], [], [], typed.classes or _ALL
    # Shares that were rounded when they were typed (thirds) lose no call.
    whole = _EXACT.multiply(sum(typed.models.values(), Decimal(0)), sum((one.share for one in classes.values()), Decimal(0)))
    for model, of_model in typed.models.items():
        for klass, one in classes.items():
            share = _EXACT.multiply(of_model, one.share)
            asked = _EXACT.multiply(month, share if whole == 1 else _EXACT.divide(share, whole))
            each = _per_call(typed, one)
            streams.append(Stream(model=model, klass=klass, band=bisect_left(list(bands), each[0])))
            calls.append(asked)
            tokens.append(tuple(_EXACT.multiply(asked, kind) for kind in each))
    return Traffic(
        streams=tuple(streams),
        calls=np.array([[float(value) for value in calls]]),
        tokens=np.array([[[float(value) for value in row] for row in tokens]]),
        month_calls=tuple(calls),
        month_tokens=tuple(tokens),
        unit_ms=0,
        bands=tuple(bands),
        can_wait=frozenset(name for name, one in typed.classes.items() if one.can_wait),
        label=f"{_said(typed.queries_per_day)} {'query' if typed.queries_per_day == 1 else 'queries'} a day for {_said(days)} days, "
        f"{counted(len(typed.models), 'model')}, typed in",
    )


def check(typed: Typed) -> None:
    """Raises InputError, naming the field, where a number is none, below 0 or immense, or shares do not sum to 1."""
    amount(typed.queries_per_day, "baseline.queries_per_day")
    amount(typed.input_tokens, "baseline.input_tokens")
    amount(typed.output_tokens, "baseline.output_tokens")
    amount(typed.cached_share, "baseline.cached_share", most=Decimal(1))
    if not typed.models:
        raise InputError("is empty", place="field baseline.models", hint="Name at least one model and its share of the calls.")
    _whole(typed.models, "baseline.models")
    for name, one in typed.classes.items():
        for field, value in (("input_tokens", one.input_tokens), ("output_tokens", one.output_tokens)):
            if value is not None:
                amount(value, f"baseline.classes.{name}.{field}")
    if typed.classes:
        _whole({name: one.share for name, one in typed.classes.items()}, "baseline.classes", ".share")
    _components(typed.components)


def amount(value: Decimal, field: str, *, most: Decimal = _MOST) -> Decimal:
    """The value. Raises InputError where it is no number, below 0, or over `most`."""
    place = f"field {field}"
    if not value.is_finite():
        raise InputError(f"{value} is not a number", place=place, hint="Type a number.")
    if value < 0:
        raise InputError(f"{value} is below 0", place=place, hint="Type 0 or more.")
    if value > most:
        raise InputError(f"{_said(value)} is over {_said(most)}", place=place, hint=f"Type at most {_said(most)}.")
    return value


def _whole(shares: Mapping[str, Decimal], field: str, after: str = "") -> None:
    for name, share in shares.items():
        amount(share, f"{field}.{name}{after}", most=Decimal(1))
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > _NEAR:
        raise InputError(
            f"the shares sum to {_percent(total)}, not to 100 %",
            place=f"field {field}",
            hint=f"{_percent(abs(total - 1))} {'too much' if total > 1 else 'is missing'}: change one of {', '.join(shares)}.",
        )


def _components(components: Iterable[Component]) -> None:
    for at, one in enumerate(components):
        amount(one.tokens_per_month, f"baseline.components.{at + 1}.tokens_per_month")
        if one.usd_per_mtok is not None:
            amount(one.usd_per_mtok, f"baseline.components.{at + 1}.usd_per_mtok")


def _per_call(typed: Typed, one: ClassOf) -> tuple[Decimal, ...]:
    """Tokens a call by KINDS."""
    sent = typed.input_tokens if one.input_tokens is None else one.input_tokens
    written = typed.output_tokens if one.output_tokens is None else one.output_tokens
    by_kind = {"input": sent, "output": written, "cached": _EXACT.multiply(sent, typed.cached_share)}
    return tuple(by_kind.get(kind, Decimal(0)) for kind in KINDS)


def _said(value: Decimal) -> str:
    """The number for a reader: "100,000", "2.5", "1e+30"."""
    return f"{value.normalize():,f}" if abs(value) < Decimal(10) ** 18 else f"{value.normalize():g}"


def _percent(share: Decimal) -> str:
    return f"{_said((share * 100).quantize(Decimal('0.0001')) if share < 10**9 else share * 100)} %"
