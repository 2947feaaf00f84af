"""The whole library as a site: written behind the page, with progress and a stop."""

import threading
from dataclasses import dataclass

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, session
from workbench.errors import Cancelled, WorkbenchError
from workbench.store import Store

_JOB = "site-job"


@dataclass
class _Job:
    """A site that is being written, or was: its own thread fills it, the page looks."""

    done: int = 0
    total: int = 0
    stop: bool = False
    data: bytes = b""
    error: WorkbenchError | None = None
    ended: bool = False

    def write(self, store: Store) -> None:
        """What the thread does."""
        from workbench.export import library

        try:
            self.data = library.make(store, progress=self._tell, stop=lambda: self.stop)
        except Cancelled:
            pass  # the person knows
        except WorkbenchError as error:
            self.error = error
        finally:
            self.ended = True

    def _tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def draw(store: Store) -> None:
    """The fold."""
    job: _Job | None = st.session_state.get(_JOB)
    live = job is not None and not job.ended
    with st.expander("The whole library as a site", icon=":material/folder_zip:", key="document-site"):
        st.caption("A zip of static pages with index and search: unpack it anywhere. Or `workbench export library -o site.zip`.")
        st.fragment(_panel, run_every=0.5 if live else None)(store, live)


def _panel(store: Store, live: bool) -> None:
    job: _Job | None = st.session_state.get(_JOB)
    if job is not None and not job.ended:
        if not live:
            st.rerun()  # how often a fragment redraws itself is set where the whole page is drawn
        st.progress(job.done / max(1, job.total), f"{job.done:,} of {job.total:,} prompts" if job.total else "Reading the prompts")
        if st.button("Stop", key="site-stop", icon=":material/stop:", disabled=job.stop):
            job.stop = True
        return
    if live:
        st.rerun()
    if job is not None and job.error:
        page.problem(job.error)
    with st.container(horizontal=True):
        written = job is not None and bool(job.data)
        if job is not None and job.data:
            st.download_button(
                f"Download site.zip ({fmt.size(len(job.data))})", data=job.data, file_name="site.zip", mime="application/zip",
                key="site-zip", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        st.button("Write it again" if written else "Write the site", key="site-write", on_click=_start, args=(store,))
    if job is not None and job.stop and not job.data:
        st.caption("Stopped: nothing was written.")


def _start(store: Store) -> None:
    job = st.session_state[_JOB] = _Job()
    threading.Thread(target=job.write, args=(store,), daemon=True).start()
    session.flash("Writing the site: you can go on meanwhile.", "info")
