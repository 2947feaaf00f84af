"""How often each interval was measured to hold the truth, and each test to find what is not there. Owns figures, works nothing out.

The figures are written by `make simulate` (benchmarks/simulate.py), drawn again in small by tests/stats/test_coverage.py, and explained
in docs/statistics.md. A share of 0.925 for an interval of 95 % says: on the worst data tried, the truth lay outside in 7.5 of 100 samples.
"""


def worst(method: str, n: int) -> float | None:
    """The lowest share of 95 % intervals that held the truth, over the data tried, for `method` (a PairResult's) at `n` cases.

    Measured at a few sizes: the nearest one at or below `n` answers. None below the smallest, and for a method that was not measured.
    """
    sizes = [size for size in COVERAGE.get(method, {}) if size <= n]
    return COVERAGE[method][max(sizes)][0] if sizes else None


# Method or test -> n -> (share, data on which it was found). WIDTHS: n -> (median width against Student's on normal data, the largest).
# begin: written by make simulate
COVERAGE: dict[str, dict[int, tuple[float, str]]] = {
    "adjusted": {
        5: (1.0, "five steps, 60 % tied"),
        10: (1.0, "five steps, 60 % tied"),
        20: (0.9938, "five steps alike, 60 % tied"),
        50: (0.9995, "five steps, 95 % tied, falling"),
        100: (0.956, "five steps, 90 % tied, falling"),
        200: (0.956, "five steps, 95 % tied, falling"),
    },
    "bca": {
        5: (0.7338, "lognormal"),
        10: (0.8077, "two lognormals, one larger"),
        20: (0.8508, "two lognormals, one larger"),
        30: (0.8732, "two lognormals, one larger"),
        50: (0.8902, "two lognormals, one larger"),
        100: (0.9137, "two lognormals, one larger"),
        200: (0.9125, "two lognormals, one larger"),
        500: (0.9257, "two lognormals, one larger"),
        1000: (0.9325, "two lognormals, one larger"),
    },
    "bootstrap_t": {
        5: (0.885, "lognormal"),
        10: (0.8898, "two lognormals, one larger"),
        20: (0.9015, "two lognormals, one larger"),
        30: (0.9012, "two lognormals, one larger"),
        50: (0.9103, "two lognormals, one larger"),
        100: (0.926, "t3"),
        200: (0.9195, "two lognormals, one larger"),
        500: (0.928, "two lognormals, one larger"),
        1000: (0.9335, "two lognormals, one larger"),
    },
    "cluster": {
        20: (0.9468, "t3, unequal repeats"),
        100: (0.9521, "normal, equal repeats"),
        500: (0.9468, "normal, equal repeats"),
    },
    "envelope": {
        5: (0.893, "lognormal"),
        10: (0.919, "lognormal"),
        20: (0.9305, "lognormal"),
        30: (0.9257, "lognormal"),
        50: (0.9505, "lognormal"),
        100: (0.945, "five steps, 60 % tied"),
        200: (0.9485, "t3"),
        500: (0.948, "five steps, 85 % tied"),
        1000: (0.947, "two lognormals, one larger"),
    },
    "median": {
        5: (1.0, "t3"),
        10: (0.9775, "t3"),
        20: (0.957, "two lognormals alike"),
        50: (0.964, "t3"),
        100: (0.9637, "lognormal"),
        200: (0.955, "t3"),
        500: (0.9523, "lognormal"),
        1000: (0.953, "t3"),
    },
    "newcombe": {
        5: (0.9139, "0.05 and 0.95"),
        10: (0.9245, "0.05 and 0.95"),
        20: (0.952, "0.05 and 0.95"),
        30: (0.9224, "0.05 and 0.95"),
        50: (0.937, "0.05 and 0.95"),
        100: (0.944, "0.5 and 0.5"),
        200: (0.9426, "0.05 and 0.95"),
        500: (0.9463, "0.5 and 0.5"),
    },
    "odds_ratio": {
        5: (0.9876, "0.05 and 0.95, independent"),
        10: (0.9852, "0.05 and 0.95, independent"),
        20: (0.9774, "0.5 and 0.5, independent"),
        30: (0.9722, "0.5 and 0.5, independent"),
        50: (0.9704, "0.5 and 0.5, independent"),
        100: (0.9633, "0.5 and 0.5, independent"),
        200: (0.9605, "0.5 and 0.5, independent"),
        500: (0.9568, "0.5 and 0.5, independent"),
    },
    "percentile": {
        5: (0.7133, "lognormal"),
        10: (0.7993, "lognormal"),
        20: (0.851, "lognormal"),
        30: (0.8718, "lognormal"),
        50: (0.9012, "lognormal"),
        100: (0.911, "lognormal"),
        200: (0.9217, "lognormal"),
        500: (0.9353, "two lognormals, one larger"),
        1000: (0.9377, "lognormal"),
    },
    "proportion": {
        5: (0.9774, "rate 0.95"),
        10: (0.9785, "rate 0.5"),
        20: (0.9586, "rate 0.5"),
        30: (0.9572, "rate 0.5"),
        50: (0.9672, "rate 0.5"),
        100: (0.9431, "rate 0.5"),
        200: (0.944, "rate 0.5"),
        500: (0.9456, "rate 0.5"),
    },
    "score": {
        5: (0.933, "five steps, most at both ends"),
        10: (0.935, "five steps, most at both ends"),
        20: (0.97, "five steps, 80 % perfect"),
        100: (0.951, "five steps, most at both ends"),
    },
    "sequential": {
        20: (0.993, "rate 0.5"),
        100: (0.972, "rate 0.5"),
        500: (0.9585, "rate 0.5"),
    },
    "student": {
        5: (0.8285, "lognormal"),
        10: (0.8277, "lognormal"),
        20: (0.862, "lognormal"),
        30: (0.8742, "lognormal"),
        50: (0.9002, "lognormal"),
        100: (0.9075, "lognormal"),
        200: (0.9195, "lognormal"),
        500: (0.941, "normal"),
        1000: (0.944, "five steps, 95 % tied, falling"),
    },
    "tango": {
        5: (0.9189, "0.05 and 0.95, strongly correlated"),
        10: (0.9302, "0.05 and 0.95, strongly correlated"),
        20: (0.9508, "0.5 and 0.5, correlated"),
        30: (0.9525, "0.5 and 0.5, independent"),
        50: (0.9464, "0.5 and 0.5, independent"),
        100: (0.9467, "0.5 and 0.5, correlated"),
        200: (0.9464, "0.05 and 0.5, strongly correlated"),
        500: (0.9469, "0.95 and 0.95, correlated"),
    },
    "welch": {
        20: (0.9209, "lognormal, twice as large"),
        100: (0.9406, "lognormal, twice as large"),
        500: (0.947, "lognormal, twice as large"),
    },
}
WIDTHS: dict[str, dict[int, tuple[float, float]]] = {
    "bca": {
        5: (0.64, 0.66),
        10: (0.83, 0.88),
        20: (0.92, 0.99),
        30: (0.95, 1.01),
        50: (0.97, 1.03),
        100: (0.99, 1.03),
        200: (0.99, 1.02),
        500: (1.0, 1.02),
        1000: (1.0, 1.01),
    },
    "bootstrap_t": {
        5: (1.29, 1.58),
        10: (1.07, 1.35),
        20: (1.02, 1.24),
        30: (1.01, 1.19),
        50: (1.0, 1.15),
        100: (1.0, 1.09),
        200: (1.0, 1.05),
        500: (1.0, 1.03),
        1000: (1.0, 1.02),
    },
    "envelope": {
        5: (1.37, 1.68),
        10: (1.11, 1.46),
        20: (1.04, 1.34),
        30: (1.03, 1.29),
        50: (1.02, 1.24),
        100: (1.02, 1.17),
        200: (1.01, 1.12),
        500: (1.01, 1.08),
        1000: (1.01, 1.06),
    },
    "percentile": {
        5: (0.62, 0.62),
        10: (0.82, 0.82),
        20: (0.91, 0.92),
        30: (0.94, 0.94),
        50: (0.97, 0.97),
        100: (0.99, 0.99),
        200: (0.99, 0.99),
        500: (1.0, 1.0),
        1000: (1.0, 1.0),
    },
    "student": {
        5: (1.0, 1.0),
        10: (1.0, 1.0),
        20: (1.0, 1.0),
        30: (1.0, 1.0),
        50: (1.0, 1.0),
        100: (1.0, 1.0),
        200: (1.0, 1.0),
        500: (1.0, 1.0),
        1000: (1.0, 1.0),
    },
}
ERRORS: dict[str, dict[int, tuple[float, str]]] = {
    "cluster_t": {
        20: (0.0532, "t3, unequal repeats"),
        100: (0.0479, "normal, equal repeats"),
        500: (0.0532, "normal, equal repeats"),
    },
    "fisher": {
        20: (0.0204, "both 0.5"),
        100: (0.04, "both 0.5"),
        500: (0.0463, "both 0.5"),
    },
    "holm": {
        20: (0.0419, "normal"),
        100: (0.0433, "normal"),
        500: (0.0385, "normal"),
    },
    "mann_whitney": {
        20: (0.0531, "normal"),
        100: (0.0501, "lognormal"),
        500: (0.0551, "normal"),
    },
    "mcnemar_exact": {
        20: (0.0226, "both 0.5, independent"),
        100: (0.0367, "both 0.5, independent"),
        500: (0.0432, "both 0.5, independent"),
    },
    "mcnemar_midp": {
        20: (0.0416, "both 0.5, independent"),
        100: (0.0494, "both 0.5, independent"),
        500: (0.0498, "both 0.5, independent"),
    },
    "noninferior": {
        20: (0.052, "normal"),
        100: (0.051, "normal"),
        500: (0.0497, "two lognormals alike"),
    },
    "paired_t": {
        20: (0.0493, "normal"),
        100: (0.0525, "normal"),
        500: (0.0525, "normal"),
    },
    "permutation": {
        20: (0.0495, "normal"),
        100: (0.0527, "normal"),
        500: (0.0522, "normal"),
    },
    "sequential": {
        20: (0.007, "rate 0.5"),
        100: (0.028, "rate 0.5"),
        500: (0.0415, "rate 0.5"),
    },
    "tost": {
        20: (0.0469, "normal"),
        100: (0.0545, "normal"),
        500: (0.0504, "normal"),
    },
    "welch": {
        20: (0.0524, "normal"),
        100: (0.0515, "normal, spread 1 and 3, n and 2 n"),
        500: (0.0517, "normal"),
    },
    "wilcoxon": {
        20: (0.0478, "two lognormals alike"),
        100: (0.0495, "two lognormals alike"),
        500: (0.0517, "normal"),
    },
}
SKEWED: dict[str, dict[int, tuple[float, str]]] = {
    "paired_t": {
        20: (0.1253, "lognormal"),
        100: (0.08, "lognormal"),
        500: (0.0565, "lognormal"),
    },
    "permutation": {
        20: (0.128, "lognormal"),
        100: (0.0833, "lognormal"),
        500: (0.0568, "lognormal"),
    },
    "wilcoxon": {
        20: (0.2397, "lognormal"),
        100: (0.76, "lognormal"),
        500: (0.9998, "lognormal"),
    },
}
# end: written by make simulate
