"""The two or three fields of every lever."""

from collections.abc import Callable

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, session
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, fitting, known, routing, shorter
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Typed
from workbench.prompts import registry

_TTL = {300: "5 minutes", 3600: "1 hour", 86_400: "1 day", 604_800: "1 week"}
_KEPT = {"5m": "5 minutes", "1h": "1 hour"}
_EVERY = "*"


def draw(desk: Desk, kind: str) -> None:
    """Draw the fields of one lever that is on."""
    if kind in ("routing", "shorter_prompt"):
        _FIELDS[kind](desk)
    else:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"lever-row-{kind}"):
            _FIELDS[kind](desk)
    fields.wrong(desk, ("levers", kind))


def _exact(desk: Desk) -> None:
    path = ("levers", "exact_cache")
    typed = isinstance(desk.good.baseline, Typed)
    _rate(desk, (*path, "hit_rate"), "Hits")
    if not typed:
        fields.choice(desk, (*path, "ttl_s"), "Kept for", list(_TTL), say={**_TTL, **_other(desk.value((*path, "ttl_s")))})
    fields.number(desk, (*path, "usd_per_lookup"), "$ a look-up", step=0.0001)


def _other(seconds: object) -> dict[int, str]:
    return {seconds: fmt.duration(seconds)} if isinstance(seconds, int) and seconds not in _TTL else {}


def _rate(desk: Desk, path: tuple[str, ...], label: str) -> None:
    """A rate that can be measured on recorded calls: a check box to do so, and a slider where it is stated."""
    if isinstance(desk.good.baseline, Typed):
        fields.slider(desk, path, label)
        return
    key = f"{fields.key_of(desk, path)}-measured"
    held = desk.value(path)
    st.checkbox("Measured", held is None, key=key, on_change=_measured, args=(desk, path, key),
                help=f"{label}: by replaying the recorded calls. Switch it off to state a rate.")  # fmt: skip
    if held is not None:
        fields.slider(desk, path, label)


def _measured(desk: Desk, path: tuple[str, ...], key: str) -> None:
    desks.edit(desk, path, None if st.session_state[key] else fields.decimal(0.3))


def _semantic(desk: Desk) -> None:
    path = ("levers", "semantic_cache")
    fields.slider(desk, (*path, "hit_rate"), "Hits", help="An assumption: of what an exact cache leaves over.")
    fields.percent(desk, (*path, "false_hit_rate"), "Wrong hits", help="An assumption: hits that answer another question.")
    fields.number(desk, (*path, "usd_per_lookup"), "$ a look-up", step=0.0001, help="An embedding a call.")


def _prompt_caching(desk: Desk) -> None:
    path = ("levers", "prompt_caching")
    measured = None if isinstance(desk.good.baseline, Typed) else "measured"
    fields.number(desk, (*path, "prefix_tokens"), "Shared tokens", step=10, empty=measured)
    _rate(desk, (*path, "hit_rate"), "Found")
    fields.choice(desk, (*path, "ttl"), "Kept for", list(_KEPT), say=_KEPT)


def _batch(desk: Desk) -> None:
    path = ("levers", "batch")
    fields.slider(desk, (*path, "share"), "Share in batches")
    names = fitting.class_names(desk.good)
    if len(names) > 1:
        key = f"{fields.key_of(desk, path)}-classes"
        st.multiselect("Of classes", names, list(desk.value((*path, "classes")) or ()), key=key, placeholder="all", format_func=safe.plain,
                       on_change=_classes, args=(desk, key))  # fmt: skip


def _classes(desk: Desk, key: str) -> None:
    desks.edit(desk, ("levers", "batch", "classes"), tuple(st.session_state[key]))


def _cap(desk: Desk) -> None:
    fields.number(desk, ("levers", "output_cap", "max_tokens"), "Most tokens of a reply", step=10, whole=True)
    _prompt(desk, ("levers", "output_cap", "prompt"))


def _prompt(desk: Desk, path: tuple[str, ...]) -> None:
    if not isinstance(desk.good.baseline, Typed):
        names = [each.name for each in registry.page(session.store(), limit=200)]
        fields.choice(desk, path, "Of prompt", [None, *names], say={None: "All prompts"})


def _retries(desk: Desk) -> None:
    path = ("levers", "retries")
    fields.percent(desk, (*path, "failure_rate"), "Fail")
    fields.number(desk, (*path, "retries"), "Retries", whole=True)
    fields.percent(desk, (*path, "billed"), "Of it billed", step=10, help="Share of a failed attempt's tokens that is paid for.")


def _growth(desk: Desk) -> None:
    fields.percent(desk, ("levers", "growth", "per_month"), "A month", help="Below zero: it shrinks.")
    fields.number(desk, ("months",), "Months ahead", whole=True)


def _new_model(desk: Desk) -> None:
    path = ("levers", "new_model")
    offered = known.models(desk.good)
    fields.choice(desk, (*path, "model"), "Comes", offered, free=True)
    fields.choice(desk, (*path, "instead_of"), "In place of", [_EVERY, *offered], say={_EVERY: "every model"}, free=True)
    fields.slider(desk, (*path, "share"), "Share that moves")


_FIELDS: dict[str, Callable[[Desk], None]] = {
    "routing": routing.draw,
    "exact_cache": _exact,
    "semantic_cache": _semantic,
    "prompt_caching": _prompt_caching,
    "batch": _batch,
    "shorter_prompt": shorter.draw,
    "output_cap": _cap,
    "retries": _retries,
    "growth": _growth,
    "new_model": _new_model,
}
