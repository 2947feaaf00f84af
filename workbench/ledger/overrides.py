"""Own prices in the store: added, removed, brought back; never changed. The ones that count are kept in memory, because every call asks.

What this process changes counts at once; what another process changes is noticed within `_FRESH_S`.
"""

import threading
import time

from sqlalchemy import select

from workbench import clock
from workbench.errors import InputError, NotFound
from workbench.ledger.tables import PriceOverrideRow
from workbench.pricing import overrides as own
from workbench.pricing.overrides import Override, OverrideRates, Overrides
from workbench.store import Store
from workbench.store.base import storable

_FRESH_S = 2.0
_NAME, _NOTE = 200, 2_000
_known: dict[Store, tuple[float, Overrides]] = {}
_changes = 0  # of this process: what was read before one of them is not kept
_lock = threading.Lock()


def add(
    store: Store, provider: str, model: str, rates: OverrideRates, *, from_ms: int, until_ms: int | None = None, note: str = ""
) -> Override:
    """A price of one's own, kept from now on; it stands before older ones of the model while it holds. Raises InputError."""
    for name, value, most in (("provider", provider, 100), ("model", model, _NAME)):
        if not value.strip() or len(value) > most or storable(value) != value:
            raise InputError("is empty or too long", place=f"field {name}", hint="Write provider and model as the ledger names them.")
    if until_ms is not None and until_ms <= from_ms:
        raise InputError("is not after its start", place="field until", hint="Leave it empty where no end is known.")
    rates = own.checked(rates)
    with store.write() as session:
        row = PriceOverrideRow(
            provider=provider.strip(),
            model=model.strip(),
            from_ms=from_ms,
            until_ms=until_ms,
            rates=rates.to_json(),
            note=storable(note)[:_NOTE],
            created_ms=clock.now_ms(),
        )
        session.add(row)
        session.flush()
        made = _override(row)
    _forget(store)
    return made


def remove(store: Store, override_id: int) -> None:
    """Let an own price count no more; its row stays. Raises NotFound."""
    _set_removed(store, override_id, clock.now_ms())


def restore(store: Store, override_id: int) -> None:
    """Let a removed own price count again. Raises NotFound."""
    _set_removed(store, override_id, None)


def all(store: Store, *, removed: bool = False) -> tuple[Override, ...]:  # noqa: A001 (read as overrides.all)
    """Own prices by model, the newest first; with `removed` those that no longer count as well."""
    return tuple(sorted(_read(store, removed=removed), key=lambda one: (one.provider, one.model, -one.created_ms, -one.id)))


def current(store: Store) -> Overrides:
    """The own prices that count, out of memory. Pass it to `pricing.price` and `pricing.rates`."""
    read_s, held = _known.get(store, (0.0, None))
    now_s = time.monotonic()
    if held is not None and now_s - read_s < _FRESH_S:
        return held
    changes = _changes
    fresh = Overrides(_read(store))
    with _lock:
        # The same object while nothing changed, so that what was worked out from it can be kept.
        kept = held if held is not None and held == fresh else fresh
        if changes == _changes:
            _known[store] = now_s, kept
    return kept


def _set_removed(store: Store, override_id: int, at_ms: int | None) -> None:
    with store.write() as session:
        row = session.get(PriceOverrideRow, override_id)
        if row is None:
            raise NotFound(f"There is no own price {override_id}.")
        row.removed_ms = at_ms
    _forget(store)


def _forget(store: Store) -> None:
    global _changes  # noqa: PLW0603 (one number that only grows)
    with _lock:
        _changes += 1
        _known.pop(store, None)


def _read(store: Store, *, removed: bool = False) -> list[Override]:
    query = select(PriceOverrideRow).order_by(PriceOverrideRow.id)
    if not removed:
        query = query.where(PriceOverrideRow.removed_ms.is_(None))
    with store.read() as session:
        return [_override(row) for row in session.scalars(query)]


def _override(row: PriceOverrideRow) -> Override:
    rates = own.from_json(row.rates)
    return Override(row.provider, row.model, row.from_ms, row.until_ms, rates, row.note, row.created_ms, row.id)
