"""What can be known to be wrong with a run before anything is spent. Sends no request, keeps nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import AuthFailed, InputError, RunError
from workbench.runner.prices import is_priced
from workbench.runner.spec import RunSpec, Variant, checked

if TYPE_CHECKING:
    from workbench.store import Store


def check(store: "Store", spec: RunSpec) -> RunSpec:
    """`spec` with its scoring as JSON, if it can run. Raises as `plan` does, and keeps nothing."""
    spec = checked(spec)
    columns = _columns(store, spec)
    for variant in spec.variants:
        _check_variables(variant, columns)
        _check_model(store, variant, capped=spec.cap_usd is not None)
    return replace(spec, score=_scoring(store, spec, columns))


def _columns(store: "Store", spec: RunSpec) -> tuple[str, ...]:
    if spec.dataset:
        from workbench.datasets import registry

        found = registry.get(store, spec.dataset)
        if not registry.count(store, spec.dataset, split=spec.split):
            where = f"no case in the split {spec.split!r}" if spec.split else "no cases"
            raise RunError(f"The dataset {spec.dataset!r} has {where}.", hint="Import or add cases first.")
        return found.columns
    return tuple(dict.fromkeys(name for item in spec.items for name in item))


def _check_variables(variant: Variant, columns: tuple[str, ...]) -> None:
    """Raises InputError naming every variable that no column fills, with the column that probably was meant."""
    from workbench.prompts import rendering
    from workbench.text import similarity

    given = (*columns, *variant.optional)
    missing = [name for name in rendering.variables(variant.content, variant.partials) if name not in given]
    if not missing:
        return
    near = {name: similarity.nearest(name, columns) for name in missing}
    named = [f"{name} (the column {near[name]} is near)" if near[name] else name for name in missing]
    raise InputError(
        f"the data has no column for {', '.join(named)}",
        place=variant.name,
        hint=f"Columns are {', '.join(columns) or 'none'}. Rename the variable or the column, or declare the variable as not required.",
    )


def _check_model(store: "Store", variant: Variant, *, capped: bool) -> None:
    from workbench import providers

    if len(variant.model) > 200:
        raise InputError("the name of a model has at most 200 characters", place=variant.name)
    provider = providers.get(variant.provider, store)
    if provider.key_status() == "not set":
        raise AuthFailed(f"{variant.provider} has no key here.")
    if capped and not is_priced(store, variant):
        raise RunError(
            f"A spending cap cannot be kept: {variant.full_model} has no known price.",
            hint="Leave the cap out, or leave this model out.",
        )


def _scoring(store: "Store", spec: RunSpec, columns: tuple[str, ...]) -> dict[str, Any] | None:
    """The scoring as JSON, with what it has to know of the whole dataset."""
    from workbench import assertions

    if spec.score is None:
        return None
    made = assertions.from_json(spec.score) if isinstance(spec.score, Mapping) else assertions.parse(spec.score)
    by_reply = made.column == assertions.EXPECTED and assertions.EXPECTED not in columns
    made = assertions.fitting(made, columns, expected=by_reply and bool(_values(store, spec, assertions.EXPECTED, limit=1)))
    return assertions.to_json(made.prepared(lambda column: _values(store, spec, column)))


def _values(store: "Store", spec: RunSpec, column: str, *, limit: int = 200) -> list[str]:
    """The distinct values of a column of the data."""
    if spec.dataset:
        from workbench.datasets import registry

        return registry.values(store, spec.dataset, column, limit=limit)
    return list(dict.fromkeys(item[column] for item in spec.items if item.get(column)))[:limit]
