"""The whole library as a site: written behind the page, with progress and a stop."""

import logging
import threading
from dataclasses import dataclass

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, session
from workbench.errors import Cancelled, InputError, WorkbenchError
from workbench.store import Store
from workbench.text.counting import counted

_LOG = logging.getLogger("workbench.export")
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
    noted: bool = True

    def write(self, store: Store) -> None:
        """What the thread does."""
        from workbench.export import history, library

        try:
            made = library.file(store, progress=self._tell, stop=lambda: self.stop)
            if self.noted:
                history.keep(store, made)
            self.data = made.data
        except Cancelled:
            pass  # the person knows
        except WorkbenchError as error:
            self.error = error
        except Exception:
            _LOG.exception("The site of the library broke.")
            self.error = InputError("The site was not written", hint="The log says why it broke.")
        finally:
            self.ended = True

    def _tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def draw(store: Store) -> None:
    """The fold."""
    with st.expander("The whole library as a site", icon=":material/folder_zip:", key="document-site"):
        st.caption("A zip of static pages with index and search: unpack it anywhere. Or `workbench export library -o site.zip`.")
        progress(store)


def progress(store: Store) -> None:
    """How far the site is, with a stop; where none is being written, the way to one, and what was written last."""
    live = running()
    st.fragment(_panel, run_every=0.5 if live else None)(store, live)


def asked() -> bool:
    """Whether a site is being written in this session, or was."""
    return _JOB in st.session_state


def running() -> bool:
    """Whether a site is being written in this session."""
    job: _Job | None = st.session_state.get(_JOB)
    return job is not None and not job.ended


def _panel(store: Store, live: bool) -> None:
    job: _Job | None = st.session_state.get(_JOB)
    if job is not None and not job.ended:
        if not live:
            st.rerun()  # how often a fragment redraws itself is set where the whole page is drawn
        st.progress(job.done / max(1, job.total), f"{job.done:,} of {counted(job.total, 'prompt')}" if job.total else "Reading the prompts")
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
        st.button("Write it again" if written else "Write the site", key="site-write", on_click=start, args=(store,))
    if job is not None and job.stop and not job.data:
        st.caption("Stopped: nothing was written.")


def start(store: Store, *, noted: bool = True) -> None:
    """Begin to write the site; it is `noted` among the past exports. For a callback."""
    job = st.session_state[_JOB] = _Job(noted=noted)
    threading.Thread(target=job.write, args=(store,), daemon=True).start()
    session.flash("Writing the site: you can go on meanwhile.", "info")
