"""Where the data lies, how large it is, and a backup of it."""

import time
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import confirm, safe, session
from pages.parts import format as fmt
from workbench import settings

_SHOWN = 5


def show(slot: DeltaGenerator) -> None:
    """Draw the section."""
    store, loaded = session.store(), settings.load()
    with slot:
        if st.button("Back up now", type="primary", icon=":material/save:", key="backup"):
            back_up()
            st.rerun()
    with st.grid(3, min_column_width=200):
        for label, value in (
            ("Database", "SQLite" if store.is_sqlite else "PostgreSQL"),
            ("Size", fmt.size(_size(store.engine.url.database)) if store.is_sqlite else "on its server"),
            ("Backups kept here", fmt.number(len(backups(loaded.home)))),
        ):
            with st.container(border=True, height="stretch"):
                st.metric(label, value)
    st.caption("Data folder")
    safe.code(loaded.home)
    st.caption("Database address")
    safe.code(store.url)
    _kept(loaded.home)
    st.caption("Bring a backup back with the app stopped; what was there is kept in a backup of its own:")
    safe.code("workbench restore FILE --yes")


def back_up() -> bool:
    """Write the whole store into a file of its own, in the data folder."""
    from workbench.store import backup

    path = folder(settings.load().home) / time.strftime("workbench-%Y%m%d-%H%M%S.db", time.gmtime())
    return confirm.act_and_say(f"Saved to {path}.", lambda: backup.save(session.store(), path))


def folder(home: Path) -> Path:
    """Where backups of this page lie."""
    return home / "backups"


def backups(home: Path) -> list[Path]:
    """The backups in the data folder, newest first."""
    return sorted(folder(home).glob("*.db"), reverse=True, key=lambda path: path.stat().st_mtime) if folder(home).is_dir() else []


def _kept(home: Path) -> None:
    found = backups(home)
    if not found:
        return
    st.caption("Newest backups")
    lines = [f"{path.name}  {fmt.size(path.stat().st_size):>10}  {fmt.ago(round(path.stat().st_mtime * 1000))}" for path in found[:_SHOWN]]
    safe.code("\n".join(lines))


def _size(database: str | None) -> int:
    """The file with what SQLite keeps beside it."""
    if not database:
        return 0
    return sum(path.stat().st_size for path in (Path(database + end) for end in ("", "-wal")) if path.exists())
