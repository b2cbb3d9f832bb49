from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.config import ExperimentConfig


def page() -> None:
    from dataclasses import replace

    import streamlit as st

    from pages.ui.url import link_notice, read_config, resume_query, write_config

    resume_query(st.session_state.get("at", "train"))
    link_notice()
    if st.button("more", key="more"):
        write_config(replace(read_config(), epochs=3))
    if st.button("reset", key="reset"):
        write_config(type(read_config())())
    st.session_state["config"] = read_config().to_dict()


def opened(query: dict[str, str]) -> AppTest:
    at = AppTest.from_function(page)
    at.context = {"locale": "en-US"}
    for name, value in query.items():
        at.query_params[name] = value
    return rerun(at)


def rerun(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def config(at: AppTest) -> dict[str, Any]:
    return at.session_state["config"]


def test_an_empty_url_means_the_defaults() -> None:
    at = opened({})
    assert config(at) == ExperimentConfig().to_dict()
    assert not at.warning


def test_what_is_written_is_read_and_other_parameters_are_left_alone() -> None:
    at = opened({"lang": "ja", "view": "abc"})
    at.button(key="more").click()
    rerun(at)
    assert config(at)["epochs"] == 3
    assert at.query_params == {"lang": "ja", "view": "abc", "v": "1", "epochs": "3"}
    at.button(key="reset").click()
    rerun(at)
    assert at.query_params == {"lang": "ja", "view": "abc"}


@pytest.mark.parametrize(
    "query",
    [
        {"nonsense": "1"},
        {"epochs": "-1"},
        {"v": "99", "epochs": "3"},
        {"optimizer": "![image](http://example.com/x.png)"},
        {"seed": "`<img src=x onerror=alert(1)>`"},
        {"layers": "conv2d(" * 1000},
    ],
)
def test_nonsense_takes_the_default_and_is_named_as_code(query: dict[str, str]) -> None:
    at = opened(query)
    assert config(at) == ExperimentConfig().to_dict()
    (notice,) = at.warning
    sentence, *code = notice.value.split("`")
    assert next(iter(query)) in code[0]
    assert "<" not in sentence
    assert len(code) == 2, "one span of code, which nothing in it has ended"
    assert len(code[0]) <= 40


def test_a_page_that_is_come_back_to_has_its_query_again() -> None:
    at = opened({})
    at.button(key="more").click()
    rerun(at)
    written = dict(at.query_params)
    for name, query in (("draw", {}), ("train", written)):
        at.query_params.clear()  # what a click in the navigation does
        at.session_state["at"] = name
        rerun(at)
        assert at.query_params == query
    assert config(at)["epochs"] == 3


def test_an_empty_query_on_the_same_page_is_respected() -> None:
    at = opened({"epochs": "3"})
    at.query_params.clear()  # the browser's Back
    assert config(rerun(at))["epochs"] == ExperimentConfig().epochs


def test_the_notice_outlasts_the_run_in_which_the_tab_tells_its_tokens() -> None:
    at = opened({"nonsense": "1"})
    at.query_params.clear()  # a page writes what it understood
    at.session_state["tab_told"] = True
    assert "nonsense" in rerun(at).warning[0].value
    at.session_state["tab_told"] = False
    assert not rerun(at).warning
