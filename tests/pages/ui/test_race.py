"""A race on a page, without a browser: fragments run as part of the whole script here."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.training import Race
from pages.ui.runs import runs
from pages.ui.texts import Texts

KEY = "test"


def page() -> None:
    from dataclasses import replace
    from typing import Any

    import streamlit as st

    from cnn.config import ExperimentConfig
    from cnn.data.config import DataConfig
    from cnn.data.sources import GeneratedDigits, Stored
    from cnn.layers import Flatten, Linear
    from cnn.optimizers import SGD, Adam
    from cnn.training import Contestant
    from pages.figures.race import RaceLook
    from pages.ui.language import language
    from pages.ui.race import race_stage
    from pages.ui.tab import tell_tab

    tell_tab(language())
    base = ExperimentConfig(data=DataConfig(source=GeneratedDigits(size=200)), layers=(Flatten(), Linear(10)))
    rate = float(st.query_params.get("rate", "0.1"))
    entries = [
        Contestant("SGD <b>", replace(base, optimizer=SGD(lr=rate))),
        Contestant("Adam", replace(base, optimizer=Adam())),
        Contestant("hot", replace(base, optimizer=SGD(lr=1e6))),
    ]
    if "missing" in st.query_params:
        entries.append(Contestant("missing", replace(base, data=DataConfig(source=Stored(key="0" * 32)))))
    if "twice" in st.query_params:
        entries.append(entries[0])

    def more(view: Any, race: Any) -> None:
        st.text(f"more {view.status.value}")

    show: Any = st.query_params.get("show", "validation")
    race_stage("test", entries, RaceLook, steps=int(st.query_params.get("steps", "20")), show=show, more=more)


def opened(query: dict[str, str] | None = None, language: str = "en") -> AppTest:
    at = AppTest.from_function(page, default_timeout=60)
    at.context = {"locale": {"en": "en-US", "ja": "ja-JP"}[language]}
    for name, value in (query or {}).items():
        at.query_params[name] = value
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    return at


def press(at: AppTest, name: str) -> AppTest:
    return checked(at.button(key=f"race_{name}_{KEY}").click().run())


def shown(at: AppTest) -> str:
    return " ".join(str(one.value) for one in at.get("html"))


def until(at: AppTest, condition: Callable[[AppTest], bool], seconds: float = 90) -> AppTest:
    deadline = time.monotonic() + seconds
    while not condition(checked(at.run())):
        assert time.monotonic() < deadline, shown(at)
        time.sleep(0.05)
    return at


def race_of(at: AppTest) -> Race:
    """The race that the app's one tab controls."""
    tokens: dict[str, str] = at.session_state["tab_tokens"]
    race = runs().find_race(tokens[f"race_{KEY}"])
    assert race is not None
    return race


def enabled(at: AppTest) -> dict[str, bool]:
    return {name: not at.button(key=f"race_{name}_{KEY}").disabled for name in ("start", "pause", "cancel")}


def said(key: str, texts: Texts) -> str:
    """How a sentence begins, up to the first name or number in it."""
    return str(texts.get(key, "")).split("{")[0]


def captions(at: AppTest) -> list[str]:
    return [one.value for one in at.caption]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_race_goes_from_start_to_standings_and_files(language: str) -> None:
    texts = Texts("race", language)
    at = opened({"show": "both"}, language)
    assert texts("status.not_started") in shown(at)
    assert texts("words.fair") in shown(at)
    assert enabled(at) == {"start": True, "pause": False, "cancel": False}
    press(at, "start")
    until(at, lambda at: texts("status.finished") in shown(at))
    assert "SGD &lt;b&gt;" in shown(at), "names are text"
    assert texts("table.gap") in shown(at)
    assert texts("table.reach_step", goal="90\u202f%") not in shown(at)
    assert said("words.widest", texts) in shown(at)
    diverged = re.escape(texts("table.diverged", step=0)).replace("0", r"\d+")
    assert len(re.findall(diverged, shown(at))) == 1
    assert texts("words.diverged", name="hot") in shown(at)
    assert [one.value for one in at.get("text")] == ["more finished"]
    assert len(at.get("download_button")) == 2
    assert at.button(key=f"race_start_{KEY}").label == texts("transport.start_over")


def test_a_race_pauses_goes_on_is_found_by_its_token_and_stops_for_good() -> None:
    texts = Texts("race", "en")
    at = opened({"steps": "5000"})
    press(at, "start")
    until(at, lambda at: texts("status.running") in shown(at))
    press(at, "pause")
    until(at, lambda at: texts("status.paused") in shown(at))
    assert at.button(key=f"race_pause_{KEY}").label == texts("transport.resume")
    tokens: dict[str, Any] = at.session_state["tab_tokens"]
    refreshed = opened({"steps": "5000"})
    assert texts("status.not_started") in shown(refreshed)
    refreshed.session_state["tab"] = {"kept": {"tokens": tokens}}
    checked(refreshed.run().run())
    assert texts("status.paused") in shown(refreshed)
    press(refreshed, "pause")
    until(refreshed, lambda at: texts("status.running") in shown(at))
    press(refreshed, "cancel")
    until(refreshed, lambda at: texts("status.cancelled") in shown(at))
    assert enabled(refreshed) == {"start": True, "pause": False, "cancel": False}


def test_other_settings_ask_for_a_new_race_and_leave_the_old_one_on_show() -> None:
    texts = Texts("race", "en")
    at = opened()
    press(at, "start")
    until(at, lambda at: texts("status.finished") in shown(at))
    at.query_params["rate"] = "0.2"
    checked(at.run())
    assert texts("transport.changed") in captions(at)
    assert texts("status.finished") in shown(at)
    assert at.button(key=f"race_start_{KEY}").label == texts("transport.start_new")
    before = race_of(at)
    press(at, "start")
    assert texts("transport.changed") not in captions(at)
    kept = [run for run in race_of(at).runs if run in before.runs]
    assert len(kept) == 2, "those whose settings are still the same"
    until(at, lambda at: texts("status.finished") in shown(at))
    before = race_of(at)
    press(at, "start")
    assert not set(race_of(at).runs) & set(before.runs), "whoever starts the same race again sees it run again"


def test_one_without_images_is_explained_and_the_others_go_on() -> None:
    texts = Texts("race", "en")
    at = opened({"missing": "1"})
    press(at, "start")
    until(at, lambda at: texts("status.finished") in shown(at))
    assert len(at.error) == 1
    assert texts("table.failed") in shown(at)
    assert shown(at).count(texts("table.done")) == 2


def test_an_impossible_race_is_explained_and_cannot_start() -> None:
    at = opened({"twice": "1"})
    assert len(at.error) == 1
    assert enabled(at)["start"] is False
