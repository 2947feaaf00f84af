"""How many cases it takes: the curve of power against cases, for a result and for a run that has not started."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.parts import charts, curves
from workbench.stats import power
from workbench.text.counting import counted

ENOUGH = 0.8  # the power by which people plan
_POINTS, _MOST = 40, 20_000


@dataclass(frozen=True)
class Spread:
    """What the power hangs on beside the difference: the share of cases on which two variants differ, or the spread of differences."""

    discordance: float | None = None
    sd: float | None = None
    alpha: float = 0.05

    def detectable(self, n: int) -> float | None:
        """The smallest difference that `n` cases see 8 times in 10; None where there is none."""
        if self.discordance is not None:
            return power.detectable_binary(n, self.discordance, ENOUGH, self.alpha)
        return power.detectable_numeric(n, self.sd or 0.0, ENOUGH, self.alpha)

    def needed(self, difference: float) -> int | None:
        """The cases with which `difference` is seen 8 times in 10; None where no number is enough."""
        if self.discordance is not None:
            return power.mcnemar_cases(difference, self.discordance, ENOUGH, self.alpha)
        return power.t_cases(difference, self.sd or 0.0, ENOUGH, self.alpha)


def curve(spread: Spread, differences: Sequence[float], n: int, word: str, *, key: str) -> None:
    """Draw power against cases for each of the differences, with `n` marked as `word`."""
    if not differences:
        return
    most = min(_MOST, max(2 * n, 20, *(round(1.3 * needed) for each in differences if (needed := spread.needed(each)))))
    drawn: list[curves.Line] = []
    for each in differences:
        points = power.curve(each, discordance=spread.discordance, sd=spread.sd, alpha=spread.alpha, points=_POINTS, most=most)
        drawn.append(
            curves.Line(f"{each * 100:.1f} points", [x for x, _ in points], [y for _, y in points], dash="dash" if drawn else "solid")
        )
    title = "Chance of seeing a difference (power) against the number of cases"
    figure = curves.lines(title, drawn, x_title="Cases", y_title="Power", share=True, height=270)
    curves.mark(figure, "8 times in 10", y=ENOUGH)
    curves.mark(figure, f"{n:,} {word}", x=n)
    alt = "; ".join(f"{line.name}: {_at(line, n):.0%} with {counted(n, 'case')}" for line in drawn)
    charts.show(figure, key, f"{title}. {alt}")


def _at(line: curves.Line, n: int) -> float:
    return next((y for x, y in zip(line.xs, line.ys, strict=True) if x >= n), line.ys[-1] if line.ys else 0.0)
