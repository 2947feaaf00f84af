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
        5: (0.99, "five steps"),
        20: (0.97, "five steps"),
        50: (0.95, "five steps"),
        100: (0.95, "five steps"),
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
    "envelope": {
        5: (0.893, "lognormal"),
        10: (0.9095, "lognormal"),
        20: (0.9295, "lognormal"),
        30: (0.9257, "lognormal"),
        50: (0.9437, "lognormal"),
        100: (0.946, "lognormal"),
        200: (0.9475, "two lognormals, one larger"),
        500: (0.9443, "normal"),
        1000: (0.947, "two lognormals, one larger"),
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
    "student": {
        5: (0.812, "lognormal"),
        10: (0.8277, "lognormal"),
        20: (0.862, "lognormal"),
        30: (0.8742, "lognormal"),
        50: (0.9002, "lognormal"),
        100: (0.9075, "lognormal"),
        200: (0.9195, "lognormal"),
        500: (0.941, "normal"),
        1000: (0.9365, "lognormal"),
    },
    "tango": {
        5: (0.9189, "0.05 and 0.95, strongly correlated"),
        10: (0.9302, "0.05 and 0.95, strongly correlated"),
        20: (0.9508, "0.5 and 0.5, correlated"),
        50: (0.9464, "0.5 and 0.5, independent"),
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
ERRORS: dict[str, dict[int, tuple[float, str]]] = {}
# end: written by make simulate
