"""A select box kept in the URL: an option is its value, whatever its label says."""

from streamlit.testing.v1 import AppTest


def _two() -> None:
    import streamlit as st

    from pages.parts.choosing import choose

    if "sent" in st.session_state:  # by a browser that has not heard of the labels of this view
        st.session_state["run"] = st.session_state.pop("sent")
    chosen = choose("Run", ["x", "y"], "run", say=lambda option: st.session_state.get("words", {}).get(option, "same"), default="x")
    st.text(str(chosen))


def test_two_options_that_read_the_same_can_both_be_chosen() -> None:
    page = AppTest.from_function(_two).run()
    box = page.selectbox(key="run")
    assert box.options == ["same", "same (2)"]
    for option in ("y", "x"):
        page.selectbox(key="run").set_value(option).run()
        assert page.text[0].value == option


def test_a_label_of_an_earlier_view_is_the_option_it_stood_for() -> None:
    page = AppTest.from_function(_two)
    page.session_state["words"] = {"x": "1 minute ago", "y": "2 minutes ago"}
    page.run()
    page.selectbox(key="run").set_value("y").run()
    page.session_state["words"] = {"x": "3 minutes ago", "y": "4 minutes ago"}
    page.run()
    assert page.text[0].value == "y"
    assert page.selectbox(key="run").options == ["3 minutes ago", "4 minutes ago"]
    page.session_state["sent"] = "1 minute ago"
    page.run()
    assert not page.exception
    assert page.text[0].value == "x"
