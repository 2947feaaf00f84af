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
PRIOR_RATES = "Before the data every success rate of either variant counts as about equally likely, independently of the other's."


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
