"""The menu: a table of section -> pages. Streamlit runs this file for every view; started as a plain script, it serves itself."""

import sys
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# Section -> (file under pages/, title, icon). Home alone is the default page: Streamlit answers a default page only at /.
MENU = {
    "": (("home.py", "Home", "home"),),
    "Build": (
        ("build/prompts.py", "Prompts", "edit_note"),
        ("build/playground.py", "Playground", "forum"),
        ("build/datasets.py", "Datasets", "table_rows"),
    ),
    "Measure": (
        ("measure/compare.py", "Compare", "balance"),
        ("measure/rate.py", "Rate", "thumbs_up_down"),
    ),
    "Spend": (
        ("spend/whatif.py", "What-if", "calculate"),
        ("spend/spend.py", "Spend", "payments"),
        ("spend/budgets.py", "Budgets", "savings"),
        ("spend/prices.py", "Prices", "sell"),
    ),
    "Watch": (
        ("watch/overview.py", "Overview", "monitoring"),
        ("watch/calls.py", "Calls", "list_alt"),
        ("watch/alerts.py", "Alerts", "notifications"),
        ("watch/own_metrics.py", "Metrics", "show_chart"),
        ("watch/advice.py", "Recommendations", "lightbulb"),
        ("watch/imports.py", "Import", "upload_file"),
    ),
    "Handover": (
        ("handover/documents.py", "Documents", "description"),
        ("handover/plans.py", "Plans", "assignment"),
        ("handover/assessment.py", "Self-assessment", "school"),
    ),
    "System": (
        ("system/runs.py", "Runs", "play_circle"),
        ("system/settings.py", "Settings", "tune"),
    ),
}


def _menu() -> None:
    from pages.parts import shell

    # A local icon: with a Material one, the browser would ask a foreign host for the picture in its tab.
    assets = ROOT / "pages" / "parts" / "assets"
    st.set_page_config(page_icon=str(assets / "mark.png"), layout="wide", initial_sidebar_state="auto")
    st.logo(str(assets / "logo.svg"), size="large", icon_image=str(assets / "mark.svg"))
    pages = {
        section: [
            st.Page(ROOT / "pages" / file, title=title, icon=f":material/{icon}:", default=file == "home.py") for file, title, icon in table
        ]
        for section, table in MENU.items()
    }
    chosen = st.navigation(pages, expanded=True)
    shell.frame()
    chosen.run()


if get_script_run_ctx(suppress_warning=True) is not None:
    _menu()
elif __name__ == "__main__":
    from workbench.server import launcher

    launcher.serve()
