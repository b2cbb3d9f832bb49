from dataclasses import fields
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from pages.ui.url import TRACKING
from tests.pages.ui.test_settings import SETTINGS


def page() -> None:
    from dataclasses import replace

    import streamlit as st

    from pages.ui.tab import tell_tab
    from pages.ui.url import link_notice, read_config, resume_query, write_config

    tell_tab("en")
    resume_query(st.session_state["at"])
    link_notice()
    if st.button("more", key="more"):
        write_config(replace(read_config(), epochs=3))
    if st.button("reset", key="reset"):
        write_config(type(read_config())())
    st.session_state["config"] = read_config().to_dict()


def opened(query: dict[str, str], page_name: str = "train") -> AppTest:
    at = AppTest.from_function(page)
    at.context = {"locale": "en-US"}
    at.session_state["at"] = page_name
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


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_campaign", "fbclid", "gclid", "msclkid", "mc_eid", "_ga", "igshid"]
)
def test_what_others_add_to_a_link_is_passed_over(name: str) -> None:
    at = opened({name: "newsletter 7", "epochs": "3"})
    assert not at.warning
    assert config(at)["epochs"] == 3


def test_no_setting_is_taken_for_what_others_add() -> None:
    owners = (ExperimentConfig, DataConfig, *SETTINGS)
    assert not [one.name for owner in owners for one in fields(owner) if TRACKING.fullmatch(one.name)]


def test_the_notice_stays_until_something_is_changed() -> None:
    at = opened({"nonsense": "1"})
    assert "nonsense" in rerun(at).warning[0].value
    at.button(key="more").click()
    rerun(at)
    assert not rerun(at).warning
    assert at.query_params == {"v": "1", "epochs": "3"}


def test_after_a_refresh_the_other_pages_are_as_they_were() -> None:
    at = opened({"epochs": "3", "lang": "ja"})
    told: dict[str, str] = at.session_state["tab_queries"]
    refreshed = opened({}, "draw")  # a new session, on another page
    refreshed.session_state["tab"] = {"kept": {"queries": {**told, "draw": "model=run"}}}
    rerun(refreshed)
    assert refreshed.query_params == {}, "the page in sight is as its URL says"
    refreshed.session_state["at"] = "train"
    assert config(rerun(refreshed))["epochs"] == 3
    assert refreshed.query_params == {"epochs": "3"}


@pytest.mark.parametrize(
    "told", [{"train": 7}, {"train": "x" * 50_000}, {"train": "&" * 9000}, {"train": "日本"}, "x", 1]
)
def test_a_query_that_is_none_is_ignored(told: Any) -> None:
    at = opened({})
    at.session_state["tab"] = {"kept": {"queries": told}}
    for name in ("draw", "train"):
        at.session_state["at"] = name
        rerun(at)
    assert config(at) == ExperimentConfig().to_dict()
