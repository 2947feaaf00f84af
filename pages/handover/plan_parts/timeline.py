"""The step Timeline: tasks in a table that is edited in place, what does not fit, and the Gantt chart of them."""

from datetime import date

import streamlit as st

from pages.handover.plan_parts import gantt, grid
from pages.handover.plan_parts.desk import Desk
from pages.parts import safe
from workbench.export.plans import dates
from workbench.export.plans.model import MOST_WEEKS, NAME, TEXT

_LOW, _HIGH = date(1970, 1, 1), date(2200, 12, 31)


def draw(desk: Desk, today: date) -> None:
    """Draw remarks, table and chart."""
    for said in dates.remarks(desk.plan)[:6]:
        st.markdown(f":orange[:material/warning: {safe.escape(said, limit=500)}]")
    column = st.column_config
    titles = [safe.plain(task.title) for task in desk.plan.tasks]
    columns = {
        "title": column.TextColumn("Task", width=260, max_chars=NAME, required=False),
        "start": column.DateColumn("Start", width=105, format="YYYY-MM-DD", min_value=_LOW, max_value=_HIGH),
        "end": column.DateColumn("End", width=105, format="YYYY-MM-DD", min_value=_LOW, max_value=_HIGH),
        "week": column.NumberColumn("Week", width=70, min_value=1, max_value=MOST_WEEKS, step=1, help="Where there is no date"),
        "owner": column.TextColumn("Owner", width=120, max_chars=NAME),
        "depends": column.MultiselectColumn("Waits for", width=220, options=titles, color="auto"),
        "done": column.CheckboxColumn("Done", width=70),
        "note": column.TextColumn("Note", width=260, max_chars=TEXT),
    }
    grid.draw(desk, "tasks", columns, noun="Task", alt="The tasks of the plan", settle=grid.renaming)
    st.caption("Write into the last row to add a task; select rows at their left edge and press Delete to take them out.")
    gantt.draw(desk.plan, today)
