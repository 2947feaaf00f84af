"""What a document, its preview and the site of a library cost, once everything is imported.

`python -m benchmarks.export [prompts]`: a store of that many prompts (500) with a month of calls; every format of one prompt's
documentation, what a rerun of its preview does, and the whole site.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import seed
from benchmarks.report import report
from workbench import store as stores
from workbench.export import documents, files, library, writers
from workbench.export.kinds import Request

WARM = 3


def best(work: Callable[[], object], times: int = WARM) -> float:
    """Seconds of the quickest of some tries, after one that warms up."""
    work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        store = stores.open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        seed.prompts(store, count, 4)
        seed.calls(store, 50_000, 30)
        name = library.prompts(store)[0].name
        request = Request("prompt", name)
        for form in ("md", "html", "docx", "pdf"):
            report(f"export document {form}", best(lambda form=form: files.make(store, request, form)), "s", 1, bar=1.5)
        document = documents.compose(store, request)
        for form in ("md", "html", "docx", "pdf"):
            report(f"write document {form}", best(lambda form=form: writers.get(form).write(document)), "s", 1)
        report("preview rerun", best(lambda: writers.get("html").write(documents.compose(store, request))) * 1000, "ms", 1, bar=200)
        start = time.perf_counter()
        data = library.make(store)
        report("export library", time.perf_counter() - start, "s", count, bar=30)
        report("export library size", len(data) / 1e6, "MB", count)
        store.close()


if __name__ == "__main__":
    main()
