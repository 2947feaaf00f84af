"""Who is at the bench, which version this is, what is set up, and how failed calls are tried again."""

import json
from dataclasses import asdict

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import workbench
from pages.parts import format as fmt
from pages.parts import safe
from workbench import settings
from workbench.calls import retry
from workbench.providers import keys
from workbench.text.counting import counted

_STATES = {"ok": ("ok", "check_circle", "green"), "note": ("not set up", "info", "gray"), "problem": ("problem", "error", "red")}
_RETRIES = {
    "runs": "What runs use. Quick first, patient later: a provider that fails seven times in ten still answers.",
    "classic": "Slower and fewer, doubling from one second.",
    "none": "The first failure is final.",
}


def show(slot: DeltaGenerator) -> None:
    """Draw the section."""
    from workbench.cli import doctor

    checks = doctor.report()
    with slot:
        st.download_button(
            "Download diagnostics",
            data=lambda: diagnostics([asdict(check) for check in checks]),
            file_name="workbench-diagnostics.json",
            mime="application/json",
            icon=":material/download:",
            key="diagnostics",
            on_click="ignore",
        )
    st.markdown(f"Prompt Workbench **{workbench.__version__}** · at the bench: **{safe.escape(settings.load().user)}**")
    st.caption("The name goes on the versions you save: WORKBENCH_USER, else git's user.name, else the login.")
    st.header("What is set up", anchor=False)
    for check in checks:
        word, icon, colour = _STATES[check.state]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(word, icon=f":material/{icon}:", color=colour)
            st.markdown(f"**{safe.escape(check.name)}** {safe.escape(check.detail)}", width="content")
        if check.fix:
            safe.code(check.fix)
    _retries()


def diagnostics(checks: list[dict[str, object]]) -> str:
    """What one would send with a question: versions and checks, no key, no prompt, no reply."""
    return keys.redact(json.dumps({"workbench": workbench.__version__, "checks": checks}, indent=2, default=str))


def _retries() -> None:
    st.header("How failed calls are tried again", anchor=False)
    st.caption(
        "Every attempt is logged with its call. A provider that says how long to wait is waited for; errors that cannot go away are final."
    )
    with st.grid(3, min_column_width=230):
        for name, policy in retry.PRESETS.items():
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"**{safe.escape(name)}**")
                st.caption(_RETRIES.get(name, ""))
                if policy.retries:
                    first = fmt.duration(policy.base_s) if policy.base_s >= 1 else f"{policy.base_s:g} s"
                    jitter = "a random part of it" if policy.jitter else "the whole of it"
                    waits = f"first wait {first}, then times {policy.factor:g}, at most {fmt.duration(policy.cap_s)}, {jitter}"
                    st.caption(f"{counted(policy.retries, 'retry', 'retries')}, {waits}")
