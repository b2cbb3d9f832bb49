from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from cnn.config import ExperimentConfig
    from pages.ui.runs import current_run, runs, shared_view
    from pages.ui.tab import keep_token, tell_tab

    def start() -> None:
        keep_token(runs().start(ExperimentConfig(), paused=True).token)

    tell_tab("en")
    st.button("start", key="start", on_click=start)
    run, shown = current_run(), shared_view()
    st.session_state["seen"] = (run and run.token, run and run.view_id, shown and shown.view_id)


def opened(query: dict[str, str] | None = None) -> AppTest:
    at = AppTest.from_function(page, default_timeout=20)
    at.context = {"locale": "en-US"}
    for name, value in (query or {}).items():
        at.query_params[name] = value
    return at.run()


def seen(at: AppTest) -> Any:
    assert not at.exception
    return at.session_state["seen"]


def test_a_tab_that_remembers_its_token_finds_its_run_after_a_refresh() -> None:
    first = opened()
    assert seen(first) == (None, None, None)
    token, view_id, _ = seen(first.button(key="start").click().run())
    assert token

    refreshed = opened()
    assert seen(refreshed) == (None, None, None), "a session of its own, until the tab reports"
    refreshed.session_state["tab"] = {"kept": {"tokens": {"run": token}}}
    assert seen(refreshed.run()) == (token, view_id, None)
    assert seen(refreshed.run()) == (token, view_id, None), "the same token once more is no news"


def test_a_link_shows_a_run_but_does_not_control_it() -> None:
    first = opened()
    _, view_id, _ = seen(first.button(key="start").click().run())
    assert seen(opened({"view": view_id})) == (None, None, view_id)
    assert seen(opened({"view": "unknown"})) == (None, None, None)


@pytest.mark.parametrize(
    "reported",
    [12, "x", None, {"run": 1}, {"run": "x" * 10_000}, {"run": "<b>"}, {"run": "gone"}, {"Run!": "a"}, {1: 2},
     {f"a{n}": "a" for n in range(1000)}],
)  # fmt: skip
def test_a_token_that_is_none_is_ignored(reported: Any) -> None:
    at = opened()
    at.session_state["tab"] = {"kept": reported if reported in (12, "x", None) else {"tokens": reported}}
    assert seen(at.run()) == (None, None, None)


def test_an_unusable_cluster_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DASK", "nonsense://nowhere")
    at = opened()
    at.button(key="start").click().run()
    assert not at.exception
    assert at.error
