"""A trace file as the baseline: taken in, kept beside the store under a name made of its content, and looked at before it counts."""

from hashlib import blake2b
from pathlib import Path

import streamlit as st

from pages.parts import page, safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, fitting, known
from pages.spend.whatif_parts.desk import Desk
from workbench import settings
from workbench.cost.model import Scenario, Trace
from workbench.errors import InputError, WorkbenchError

_MOST_MB = 60


def draw(desk: Desk) -> None:
    """Draw the file and the model that answered."""
    held = desk.good.baseline
    if isinstance(held, Trace):
        st.caption(f"Trace file {safe.escape(held.path.rpartition('/')[2], 80)}")
        fields.choice(desk, ("baseline", "model"), "Model that answered", known.models(desk.good), free=True,
                      help="Where no column of the file says it.")  # fmt: skip
    else:
        st.caption("The figures are of the baseline before until a file is here.")
    given = st.file_uploader(
        "A CSV with a time, input tokens and output tokens a line",
        type=["csv", "txt", "tsv"],
        key=f"trace-{desk.rev}",
        max_upload_size=_MOST_MB,
    )
    if given is None:
        return
    try:
        path = _keep(given.getvalue(), known.main(desk.good))
    except WorkbenchError as error:
        page.problem(error)
        return
    if not isinstance(held, Trace) or held.path != path:
        desks.replace(desk, fitting.with_baseline(desk.good, Trace(path, known.main(desk.good))))
        st.rerun()


def check_link(scenario: Scenario) -> Scenario:
    """The scenario of a link. Raises InputError where it would have a file read that was not taken in here."""
    if isinstance(scenario.baseline, Trace) and Path(scenario.baseline.path).resolve().parent != _folder().resolve():
        raise InputError("it names a file, which a link cannot", place="link", hint="Open the trace file under Baseline yourself.")
    return scenario


def _folder() -> Path:
    return settings.load().home / "traces"


def _keep(content: bytes, model: str) -> str:
    """The path under which the file is kept. Raises InputError where it is no trace."""
    from workbench.cost import trace

    trace.load(content, model)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{blake2b(content, digest_size=8).hexdigest()}.csv"
    if not path.exists():
        path.write_bytes(content)
    return str(path)
