"""The Bayesian reading of a comparison: how probable it is that `b` is better, and what choosing it is expected to cost.

Everything in closed form: no sampling, no seed. Refuses priors that take sides. The tests, not these figures, decide a verdict.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.stats.equivalence import complete, right_or_wrong

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

PRIOR_SHARES = "Before the run neither variant is favoured, and every share of cases on which the two differ counts as equally likely."
PRIOR_MEANS = "Before the run neither variant is favoured, and every average difference counts as equally likely, whatever its spread."
PRIOR_RATES = "Before the data every success rate of either variant counts as about equally likely, whatever the other's is."
PRIOR_GROUPS = "Before the data every average of either variant counts as equally likely, whatever the spread."


@dataclass(frozen=True)
class Bayes:
    """`probability` that `b` is better; expected loss of choosing `b` (`loss`) and of choosing `a` (`loss_a`), in units of the metric.

    The expected loss of a choice is how much the chosen one is worse than the other on average, counting 0 where it is not worse.
    """

    probability: float
    loss: float
    loss_a: float
    prior: str


def bayes(a: "ArrayLike", b: "ArrayLike", *, higher_is_better: bool = True) -> Bayes | None:
    """The posterior of the mean difference of pairs aligned by position; pairs with a NaN are left out. None where nothing follows.

    Scores that are all 0 or 1: Dirichlet(1/2, 1/2, 1) on (gained, lost, tied), see `_dirichlet`. Other scores: the reference prior of a
    normal mean, 1 / sigma squared, whose posterior is Student's t (Gelman et al., Bayesian Data Analysis, 3rd ed., 3.2); its expected loss
    needs three pairs. Where all differences are one number d every case gains, loses or ties by |d|, and the Dirichlet serves.
    """
    first, second = complete(a, b) if higher_is_better else complete(b, a)
    n = len(first)
    if n == 0:
        return None
    gained, lost = int((second > first).sum()), int((second < first).sum())
    if right_or_wrong(first) and right_or_wrong(second):
        return _dirichlet(gained, lost, n)
    if n < 3:
        return None
    differences = second - first
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    if spread <= 1e-12 * float(abs(first).max() + abs(second).max()):
        return _dirichlet(gained, lost, n, abs(mean))
    return _student(mean, spread / math.sqrt(n), n - 1)


def bayes_unpaired(a: "ArrayLike", b: "ArrayLike", *, higher_is_better: bool = True) -> Bayes | None:
    """The same of two groups that share no cases. None where a group is empty or, for figures other than 0 and 1, has no spread to measure.

    All 0 or 1: two rates, each with Jeffreys' Beta(1/2, 1/2), by quadrature. Otherwise the posterior of the difference of two normal means
    under reference priors (Behrens and Fisher), as Student's t with Welch's degrees of freedom: slightly narrower than the exact one.
    """
    from workbench.stats.unpaired import finite, welch_error

    first, second = (finite(a), finite(b)) if higher_is_better else (finite(b), finite(a))
    if not len(first) or not len(second):
        return None
    if right_or_wrong(first) and right_or_wrong(second):
        return _betas(*((float(group.sum()) + 0.5, len(group) - float(group.sum()) + 0.5) for group in (first, second)))
    measured = welch_error(first, second)
    return None if measured is None or measured[2] <= 1 else _student(*measured, PRIOR_GROUPS)


def _dirichlet(gained: int, lost: int, n: int, unit: float = 1.0) -> Bayes:
    """The posterior of `unit` * (share gained - share lost) under Dirichlet(1/2, 1/2, 1).

    That prior says: the share of cases that differ is uniform, and among those the share that `b` wins has Jeffreys' Beta(1/2, 1/2). A
    Dirichlet's sum of two parts, s, and their ratio, r, are independent, so the loss is E[s] E[max(0, 1 - 2 r)], each in closed form.
    """
    from scipy.special import betainc, betaln

    won, gave = gained + 0.5, lost + 0.5
    differing = (won + gave) / (n + 2)
    share = won / (won + gave)
    below, above = float(betainc(won, gave, 0.5)), float(betainc(gave, won, 0.5))
    # E[(1 - 2r); r < 1/2] = (1 - 2 share) P(r < 1/2) + 2 / (won + gave) * 2^-(won + gave) / B(won, gave); the other side alike.
    edge = 2 / (won + gave) * math.exp(-(won + gave) * math.log(2) - float(betaln(won, gave)))
    loss = max(0.0, (1 - 2 * share) * below + edge)
    loss_a = max(0.0, (2 * share - 1) * above + edge)
    return Bayes(above, unit * differing * loss, unit * differing * loss_a, PRIOR_SHARES)


def _student(mean: float, error: float, freedom: float, prior: str = PRIOR_MEANS) -> Bayes:
    """The posterior mean + error * t, with v degrees of freedom.

    With t = mean / error, E[max(0, -difference)] = error * ((v + t^2) / (v - 1) * density(t) - t * P(T < -t)).
    """
    from scipy.special import gammaln, stdtr

    t, v = mean / error, freedom
    scale = float(gammaln((v + 1) / 2) - gammaln(v / 2)) - math.log(v * math.pi) / 2
    edge = (v + t * t) / (v - 1) * math.exp(scale - (v + 1) / 2 * math.log1p(t * t / v))
    above, below = float(stdtr(v, t)), float(stdtr(v, -t))
    return Bayes(above, error * max(0.0, edge - t * below), error * max(0.0, edge + t * above), prior)


def _betas(a: tuple[float, float], b: tuple[float, float]) -> Bayes:
    """Rates x of a and y of b: P(y > x) is the integral of F_a over dF_b, E[max(0, x - y)] that of F_b (1 - F_a).

    With the rate as sin^2 of an angle no density has a pole at 0 or 1; pieces end at quantiles of both, so that none is missed.
    """
    import numpy as np
    from scipy.special import betainc, betaincinv, betaln

    shares = np.array([1e-15, 1e-6, 1e-3, 0.05, 0.5, 0.95, 1 - 1e-3, 1 - 1e-6, 1 - 1e-15])
    edges = np.unique(np.arcsin(np.sqrt([betaincinv(*a, shares), betaincinv(*b, shares)])))
    nodes, weights = np.polynomial.legendre.leggauss(32)
    half = np.diff(edges)[:, None] / 2
    angle = edges[:-1, None] + half * (1 + nodes)
    sine, cosine, step = np.sin(angle), np.cos(angle), half * weights
    below_a, below_b = betainc(*a, sine**2), betainc(*b, sine**2)
    density = np.exp(math.log(2) + (2 * b[0] - 1) * np.log(sine) + (2 * b[1] - 1) * np.log(cosine) - betaln(*b))
    width = 2 * sine * cosine * step
    loss, loss_a = float((below_b * (1 - below_a) * width).sum()), float((below_a * (1 - below_b) * width).sum())
    return Bayes(min(1.0, float((below_a * density * step).sum())), loss, loss_a, PRIOR_RATES)
