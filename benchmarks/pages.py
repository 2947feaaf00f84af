"""Server time of a rerun of every page, with 1,000 prompts of 10 versions and 200,000 calls in the store."""

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import seed
from benchmarks.report import report

ROUNDS = 20
_NAME, _CASES = "team7/area7/prompt-00007", "questions"
_ASKED = {"prompt": _NAME, "v": f"{_NAME}@1,{_NAME}@2", "m": "simulated/fair", "dataset": _CASES, "column": "label"}
_RESULT = "ten-variants"
_PARTS = ("differences", "pair", "regressions", "sequence", "power", "cells")
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("home.py", {}),
    ("build/prompts.py", {}),
    ("build/prompts.py", {"prompt": _NAME}),
    ("build/playground.py", {}),
    ("build/datasets.py", {}),
    ("build/datasets.py", {"dataset": _CASES}),
    ("measure/compare.py", _ASKED),
    *(("measure/compare.py", {"run": _RESULT, "view": part}) for part in _PARTS),
    ("system/runs.py", {}),
    ("system/settings.py", {}),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["WORKBENCH_HOME"] = home
        os.environ.pop("WORKBENCH_DATABASE_URL", None)
        from workbench import store as stores

        store = stores.current()
        seed.prompts(store, 1_000, 10)
        seed.calls(store, 200_000)
        seed.dataset(store, _CASES, 1_000)
        seed.run(store, _RESULT, seed.tables(np.random.default_rng(1), 10, 2_000))
        _pages()
        stores.close_all()


def _pages() -> None:
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest, app_test

    class OwnMenu(PagesManager):
        """AppTest takes a folder called pages/ for the old automatic menu before every run: it may do so on this class only."""

    app_test.PagesManager = OwnMenu  # type: ignore[misc]
    PagesManager.uses_pages_directory = False
    root = Path(__file__).resolve().parent.parent
    for page, query in VIEWS:
        app = AppTest.from_file(str(root / "app.py"), default_timeout=60).run()
        for name, value in query.items():
            app.query_params[name] = value
        (app.switch_page(f"pages/{page}") if page != "home.py" else app).run()
        times = sorted(_rerun_ms(app) for _ in range(ROUNDS))
        if app.exception:
            raise RuntimeError(f"{page}: {app.exception[0].message}")
        about = "".join(f" {name}={value}" if name == "view" else f" {name}" for name, value in query.items())
        bar = 200.0 if "run" in query else 150.0  # 10 variants x 2,000 cases of a run
        report(f"rerun of {page}{about}, p95", times[int(ROUNDS * 0.95) - 1], "ms", ROUNDS, bar=bar)


def _rerun_ms(app: object) -> float:
    begun = time.perf_counter()
    app.run()  # type: ignore[attr-defined]
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
