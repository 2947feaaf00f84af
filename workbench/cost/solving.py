"""Solving the optimiser's programme by HiGHS, to more places than HiGHS keeps. Owns the tolerances; knows no sentence.

A programme with whole-numbered columns is solved to HiGHS's tolerances (1e-6). Therefore its whole numbers are kept, the shares are
solved for again as a linear programme at 1e-10, rounded to 14 places so that they sum to 1, and looked at once more. Whole numbers
that held by the tolerance alone are ruled out and the programme is asked again. A question that takes longer than SECONDS ends with the
best answer so far, which is marked, or with Unfinished: it is never taken for "there is none".
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.cost.optimiser import Limit
from workbench.cost.programme import PLACES, Choice, Programme
from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LIMIT_REACHED = 1  # of scipy.optimize.milp's status
TOLERANCE = 2e-13  # of a limit, after scaling: less than what `latency.percentile` takes for rounding in sums of shares
SECONDS = 20.0  # for one question; problems of 12 models and 5 classes take hundredths of one
SCALE = 1e4  # the cheapest imaginable month in the objective: HiGHS's absolute gap of 1e-6 is 1e-10 of it
TIE = 1e-9  # what all of quality may cost, as a share of that month: of equal cost the better one
IDLE = 2e-6  # in the objective: a cache or a batch that changes nothing is left out


class Unfinished(InputError):
    """No answer was found in time, which does not say that there is none."""

    def __init__(self) -> None:
        hint = "Name fewer models in limits.models, or tell fewer classes apart."
        super().__init__(f"no plan was found in {SECONDS:g} s, which does not say that there is none", place="field limits", hint=hint)


def cheapest(built: Programme, limits: Iterable[Limit], *, known: tuple[str, ...] = ()) -> Choice | None:
    """The cheapest choice that keeps `limits`, the better one of equal cost; None: there is none. `known`: see `best`."""
    objective = built.usd_row / built.money * SCALE - TIE * SCALE * built.quality_row()
    objective[built.at_y + 1 : built.at_z] += IDLE
    return best(built, objective, tuple(limits), known=known)


def finest(built: Programme, limits: Iterable[Limit]) -> Choice | None:
    """The choice of best quality that keeps `limits`, the cheaper one of equal quality, of models whose quality is known."""
    objective = -built.quality_row() * SCALE + TIE * SCALE * built.usd_row / built.money
    return best(built, objective, tuple(limits), known=("quality",))


def possible(built: Programme, limits: Iterable[Limit]) -> bool:
    """Whether any choice keeps `limits`: the first one found will do."""
    import numpy as np

    return best(built, np.zeros(built.size), tuple(limits)) is not None


def best(built: Programme, objective: "NDArray[Any]", limits: tuple[Limit, ...], *, known: tuple[str, ...] = ()) -> Choice | None:
    """The choice with the least `objective` that keeps `limits`; None: there is none. Raises Unfinished.

    `known`: limits by name that are not kept, but whose figure must be known of every model that is chosen (the best quality can only be
    told of models whose quality is known).
    """
    import numpy as np
    from scipy.optimize import LinearConstraint

    pairs = [built.row(limit) for limit in limits]
    opened = built.opened({limit.name for limit in limits} | set(known))
    models = built.pays_models or any(limit.name == "most_models" for limit in limits) or bool(objective[built.at_z :].any())
    equal, right, used = built.structure
    rows = [LinearConstraint(equal, right, right)]
    if models:
        rows.append(LinearConstraint(used, -np.inf, 0))
    if pairs:
        rows.append(LinearConstraint(np.array([row for row, _ in pairs]), -np.inf, np.array([bound for _, bound in pairs])))
    for _ in range(10):
        found = _whole_numbers(built, objective, rows, opened, models=models)
        if found is None:
            return None
        whole, proven = found
        choice = _shares(built, objective, pairs, opened, whole, models=models)
        if choice is not None:
            return replace(choice, proven=proven)
        cut = np.zeros(built.size)
        cut[built.at_y : built.size if models else built.at_z] = 1 - 2 * whole[: None if models else built.at_z - built.at_y]
        rows.append(LinearConstraint(cut, 1 - float((cut < 0).sum()), np.inf))
    return None


def _whole_numbers(built: Programme, objective: Any, rows: Any, opened: Any, *, models: bool) -> "tuple[NDArray[Any], bool] | None":
    """The columns y, d and z of the solution, and whether it is proven the best."""
    import numpy as np
    from scipy.optimize import Bounds, milp

    upper = np.concatenate([opened.ravel().astype(float), np.ones(built.size - built.n_x)])
    upper[built.at_d : built.at_z][~built.problem.can_wait] = 0
    whole = np.zeros(built.size)
    whole[built.at_y : built.size if models else built.at_z] = 1
    bounds, options = Bounds(np.zeros(built.size), upper), {"mip_rel_gap": 0, "time_limit": SECONDS}
    found = milp(objective, integrality=whole, bounds=bounds, constraints=rows, options=options)
    late = found.status == _LIMIT_REACHED
    if found.x is None and late:
        raise Unfinished
    return None if found.x is None else (np.round(found.x[built.at_y :]), not late)


def _shares(built: Programme, objective: Any, pairs: Any, opened: Any, whole: Any, *, models: bool) -> Choice | None:
    """The shares with whole numbers fixed; a limit that rounding would break is drawn tighter by as much. None: there are none."""
    import numpy as np

    n_caches, n_classes, n_models = built.cells[0], built.n_classes, built.n_models
    batched = whole[n_caches : n_caches + n_classes] > 0.5
    cache = int(whole[:n_caches].argmax())
    cells = np.arange(built.n_x).reshape(built.cells)[cache, batched.astype(int), np.arange(n_classes)].ravel()
    upper = opened.ravel()[cells].astype(float)
    if models:
        upper = upper * np.tile(whole[n_caches + n_classes :], n_classes)
    fixed = np.concatenate([np.zeros(built.n_x), whole])
    matrix = np.array([row[cells] for row, _ in pairs]).reshape(len(pairs), len(cells))
    bounds = np.array([bound - row @ fixed for row, bound in pairs])
    slack, kept = np.zeros(len(pairs)), None
    for _ in range(4):
        found = _linear(objective[cells], matrix, bounds - slack, np.kron(np.eye(n_classes), np.ones(n_models)), upper)
        if found is None:
            break
        kept = Choice(cache, batched, rounded(found.reshape(n_classes, n_models)))
        over = matrix @ kept.shares.ravel() - bounds
        if not (over > TOLERANCE).any():
            break
        slack = slack + 2 * np.clip(over, 0, None)
    return kept


def _linear(objective: Any, matrix: Any, bounds: Any, spread: Any, upper: Any) -> "NDArray[Any] | None":
    """Shares that sum to 1 in every class, by the dual simplex: a vertex, so that no share is split without a reason."""
    import numpy as np
    from scipy.optimize import linprog

    found = linprog(
        objective,
        A_ub=matrix if len(matrix) else None,
        b_ub=bounds if len(matrix) else None,
        A_eq=spread,
        b_eq=np.ones(len(spread)),
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    values: NDArray[Any] | None = found.x
    return values


def rounded(shares: "NDArray[Any]") -> "NDArray[Any]":
    """Shares at PLACES, each row's largest taking what is left to 1."""
    import numpy as np

    rows = []
    for row in np.round(np.clip(shares, 0, 1), PLACES):
        largest = int(row.argmax())
        rows.append([float(1 - (row.sum() - row[largest])) if m == largest else float(each) for m, each in enumerate(row)])
    return np.round(np.array(rows), PLACES)
