"""The rows and columns of the optimiser's programme and what a choice gives. Solves nothing (see `solving`), says nothing.

Columns: x[k, b, c, m], the share of class c that model m answers behind cache option k, batched (b = 1) or not; y[k], the option that
stands; d[c], whether the class goes in batches; z[m], the model that is used (only where their number or use is limited or paid for).
Rows: sum over b, m of x = y[k] for every k and c; sum of y = 1; sum over k, m of x[k, 1, c, m] = d[c]; x <= z. Whatever divides by what
a cache leaves over (a model's share of the calls) stays linear, because x[k] is 0 unless option k stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.optimiser import SLOW_SHARE, Limit, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLACES = 14


@dataclass(frozen=True)
class Choice:
    """A plan in numbers: which cache option, what is batched, shares [C, M] that sum to 1 in every row."""

    cache: int
    batched: "NDArray[Any]"  # [C] bool
    shares: "NDArray[Any]"  # [C, M]
    proven: bool = True  # that none is better; else the time was over

    def by_name(self, problem: Problem) -> dict[str, dict[str, Decimal]]:
        """Class -> model -> share, exact to PLACES, none that is 0."""
        return {name: _whole(dict(zip(problem.models, row, strict=True))) for name, row in zip(problem.classes, self.shares, strict=True)}


class Programme:
    """A problem as rows and columns; answers for any set of limits, so that leaving one out costs no rebuilding."""

    def __init__(self, problem: Problem) -> None:
        import numpy as np

        self.problem = problem
        self.cells = problem.usd.shape  # K, 2, C, M
        n_caches, _, self.n_classes, self.n_models = self.cells
        self.kept = np.array([option.kept for option in problem.caches])  # [K, C]
        total = float(problem.calls.sum())
        self.weight = problem.calls / total if total else np.full(self.n_classes, 1 / self.n_classes)  # [C]
        self.n_x = int(np.prod(self.cells))
        self.at_y, self.at_d = self.n_x, self.n_x + n_caches
        self.at_z = self.at_d + self.n_classes
        self.size = self.at_z + self.n_models
        open_ = ~np.isnan(problem.usd)
        open_[:, 1, ~problem.can_wait] = False
        self.open = open_
        self.usd_row = self._usd_row()
        self.pays_models = any(problem.model_usd.get(model, 0.0) for model in problem.models)
        floor = np.where(open_, problem.usd, np.inf).min(axis=(0, 1, 3))
        cheapest = float(floor[np.isfinite(floor)].sum()) + problem.base_usd
        self.money = cheapest if cheapest > 0 else float(max(self.usd_row.max(), 1e-9))
        self.structure = self._structure()

    # What a choice gives -----------------------------------------------------------------------------------------------------------

    def usd(self, choice: Choice) -> float:
        """Dollars a month."""
        return float(self.usd_row @ self.vector(choice)) + self.problem.base_usd

    def quality(self, choice: Choice) -> float | None:
        """Mean quality of all answers, 0..1; None where it is not known of a model that takes a share."""
        import numpy as np

        weights = (self.weight * self.problem.caches[choice.cache].right)[:, None] * choice.shares
        used = weights > 0
        if np.isnan(self.problem.quality[used]).any():
            return None
        return float((weights[used] * self.problem.quality[used]).sum())

    def percentile(self, choice: Choice, slow: float) -> float | None:
        """The time in ms that a share `slow` of the calls takes longer than; None where nobody waits or a model's times are unknown."""
        import numpy as np

        waited = np.where(choice.batched, 1 - self.problem.batch_share, 1.0) * self.weight
        left = (waited * self.kept[choice.cache])[:, None] * choice.shares
        used = left > 0
        if not waited.sum() or np.isnan(self.problem.slower(1.0)[used]).any():
            return None
        allowed = slow * waited.sum()
        low, high = 0.0, 1.0
        while (left[used] * self.problem.slower(high)[used]).sum() > allowed and high < 1e9:
            low, high = high, high * 2
        for _ in range(60):
            middle = (low + high) / 2
            over = (left[used] * self.problem.slower(middle)[used]).sum() > allowed
            low, high = (middle, high) if over else (low, middle)
        return float(high)

    def reached(self, limit: Limit, choice: Choice) -> float:
        """What the choice makes of what the limit is on, in the limit's own unit."""
        import numpy as np

        if limit.name == "usd_per_month":
            return self.usd(choice)
        if limit.name == "quality":
            quality = self.quality(choice)
            return float("nan") if quality is None else quality
        if limit.name in SLOW_SHARE:
            return self.percentile(choice, SLOW_SHARE[limit.name]) or 0.0
        if limit.name == "most_models":
            return float(np.count_nonzero(choice.shares.max(axis=0) > 0))
        return float(self._share_row(limit.model) @ self.vector(choice))

    def tight(self, limit: Limit, choice: Choice) -> bool:
        """Whether the choice stands at the limit."""
        row, bound = self.row(limit)
        return bool(row @ self.vector(choice) >= bound - 1e-7)

    # Rows --------------------------------------------------------------------------------------------------------------------------

    def row(self, limit: Limit) -> "tuple[NDArray[Any], float]":
        """The limit as `row @ columns <= bound`, scaled to numbers around 1; what is unknown is 0 here and closed in `opened`."""
        import numpy as np

        value = float(limit.value)
        if limit.name == "usd_per_month":
            return self.usd_row / self.money, (value - self.problem.base_usd) / self.money
        if limit.name == "quality":
            return -self.quality_row(), -value
        if limit.name in SLOW_SHARE:
            slow, allowed = np.nan_to_num(self.problem.slower(value)), SLOW_SHARE[limit.name]
            row = np.zeros(self.cells)
            row[:, 0] = self.weight[:, None] * (self.kept[:, :, None] * slow - allowed)
            row[:, 1] = row[:, 0] * (1 - self.problem.batch_share)
            return self._columns(row), 0.0
        if limit.name == "most_models":
            row = np.zeros(self.size)
            row[self.at_z :] = 1.0
            return row, value
        sign = 1.0 if limit.kind == "most" else -1.0
        return sign * self._share_row(limit.model), sign * value

    def quality_row(self) -> "NDArray[Any]":
        """Mean quality by column; 0 where it is unknown."""
        import numpy as np

        right = np.array([option.right for option in self.problem.caches])
        row = np.zeros(self.cells)
        row[:] = (self.weight * right)[:, None, :, None] * np.nan_to_num(self.problem.quality)
        return self._columns(row)

    def _share_row(self, model: str) -> "NDArray[Any]":
        import numpy as np

        row = np.zeros(self.cells)
        if model in self.problem.models:
            left = self.weight * self.kept
            total = left.sum(axis=1, keepdims=True)
            row[:, :, :, self.problem.models.index(model)] = np.divide(left, total, out=np.zeros_like(left), where=total > 0)[:, None, :]
        return self._columns(row)

    def _usd_row(self) -> "NDArray[Any]":
        import numpy as np

        row = self._columns(np.nan_to_num(self.problem.usd))
        row[self.at_y : self.at_d] = [option.usd for option in self.problem.caches]
        row[self.at_z :] = [self.problem.model_usd.get(model, 0.0) for model in self.problem.models]
        return row

    def _columns(self, cells: "NDArray[Any]") -> "NDArray[Any]":
        import numpy as np

        return np.concatenate([cells.ravel(), np.zeros(self.size - self.n_x)])

    def _structure(self) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
        """Equal rows with their right side, and the rows x <= z."""
        import numpy as np

        n_caches, _, n_classes, n_models = self.cells
        index = np.arange(self.n_x).reshape(self.cells)
        equal = np.zeros((n_caches * n_classes + 1 + n_classes, self.size))
        for k in range(n_caches):
            for c in range(n_classes):
                equal[k * n_classes + c, index[k, :, c].ravel()] = 1
                equal[k * n_classes + c, self.at_y + k] = -1
        equal[n_caches * n_classes, self.at_y : self.at_d] = 1
        for c in range(n_classes):
            equal[n_caches * n_classes + 1 + c, index[:, 1, c].ravel()] = 1
            equal[n_caches * n_classes + 1 + c, self.at_d + c] = -1
        right = np.zeros(len(equal))
        right[n_caches * n_classes] = 1
        used = np.zeros((n_classes * n_models, self.size))
        for c in range(n_classes):
            for m in range(n_models):
                used[c * n_models + m, index[:, :, c, m].ravel()] = 1
                used[c * n_models + m, self.at_z + m] = -1
        return equal, right, used

    def opened(self, names: set[str]) -> "NDArray[Any]":
        """[K, 2, C, M]: what may be chosen where the limits `names` hold."""
        import numpy as np

        opened: NDArray[Any] = self.open.copy()
        if "quality" in names:
            opened &= ~np.isnan(self.problem.quality)
        if names & set(SLOW_SHARE):
            waited_for = opened if self.problem.batch_share < 1 else opened[:, :1]
            waited_for &= ~np.isnan(self.problem.slower(1.0))
        return opened

    def vector(self, choice: Choice) -> "NDArray[Any]":
        """The choice as columns."""
        import numpy as np

        cells = np.zeros(self.cells)
        cells[choice.cache, choice.batched.astype(int), np.arange(self.n_classes)] = choice.shares
        vector = self._columns(cells)
        vector[self.at_y + choice.cache] = 1
        vector[self.at_d : self.at_z] = choice.batched
        vector[self.at_z :] = choice.shares.max(axis=0) > 0
        return vector


def _whole(row: Mapping[str, float]) -> dict[str, Decimal]:
    """Exact shares out of rounded ones: none that is 0, the largest takes what is left."""
    exact = {model: Decimal(f"{share:.{PLACES}f}").normalize() for model, share in row.items() if share > 0}
    largest = max(exact, key=lambda model: exact[model])
    rest = sum((share for model, share in exact.items() if model != largest), Decimal(0))
    return exact | {largest: (1 - rest).normalize()}
