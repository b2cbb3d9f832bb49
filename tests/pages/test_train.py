"""The Train page without a browser: what it says, what its buttons do, what the URL makes of it."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import links
from cnn.config import ExperimentConfig
from cnn.data import store, uploads
from cnn.training import RunView, Status
from cnn.training.fingerprint import fingerprint
from pages.ui.runs import runs
from pages.ui.suggestions import CHIPS
from pages.ui.texts import Texts
from pages.ui.train_status import turn

APP = str(Path(__file__).parents[2] / "app.py")
LOCALES = {"en": "en-US", "ja": "ja-JP"}
SMALL = {"v": "1", "source": "digits(200)", "epochs": "2", "batch_size": "32"}
LIMIT = 40  # seconds for what takes one, on a machine that is busy


def opened(query: dict[str, str] | None = None, language: str = "en") -> AppTest:
    at = AppTest.from_file(APP, default_timeout=LIMIT)
    at.context = {"locale": LOCALES[language]}
    at.run()
    at.switch_page("pages/train.py")
    for name, value in (query or {}).items():
        at.query_params[name] = value
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    return at


def until(at: AppTest, met: Callable[[AppTest], bool]) -> AppTest:
    deadline = time.monotonic() + LIMIT
    while not met(checked(at.run())):
        assert time.monotonic() < deadline, shown(at)
    return at


def shown(at: AppTest) -> str:
    return " ".join(str(one.value) for one in at.get("html"))


def config(at: AppTest) -> ExperimentConfig:
    query: dict[str, Any] = dict(at.query_params.items())  # lists where the page wrote them, texts where the test did
    texts = {name: value if isinstance(value, str) else value[0] for name, value in query.items() if name != "lang"}
    return links.decode(texts)[0]


def press(at: AppTest, key: str) -> AppTest:
    return checked(at.button(key=key).click().run())


def enabled(at: AppTest, *names: str) -> dict[str, bool]:
    return {name: not at.button(key=f"train_{name}").disabled for name in names}


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("chip", CHIPS)
def test_a_suggestion_is_what_the_page_says_and_what_start_trains(chip: str) -> None:
    at = opened({"epochs": "3"})
    press(at, f"try_{chip}")
    wanted = links.decode(CHIPS[chip])[0]
    assert config(at) == wanted
    press(at, "train_start")
    assert config(at) == wanted
    run = runs().find(at.session_state["tab_tokens"]["run"])
    assert run is not None
    assert run.snapshot().config.canonical() == wanted.canonical()
    run.close()


def test_an_untouched_page_asks_for_start_alone(language: str) -> None:
    at = opened(language=language)
    texts = Texts("train", language)
    assert at.button(key="train_start").label == texts("transport.start")
    assert enabled(at, "start", "pause", "step", "reset") == {
        "start": True, "pause": False, "step": True, "reset": False,
    }  # fmt: skip
    assert texts("status.not_started") in shown(at)
    assert "11,274" in shown(at), "the words say how many numbers there are to learn"


def test_a_run_starts_pauses_steps_resets_and_ends() -> None:
    texts = Texts("train", "en")
    at = opened(SMALL)
    press(at, "train_step")
    until(at, lambda at: "step 1</span>" in shown(at))
    assert texts("status.paused") in shown(at)
    assert at.button(key="train_pause").label == texts("transport.resume")
    press(at, "train_pause")
    until(at, lambda at: texts("status.finished") in shown(at))
    assert enabled(at, "start", "pause", "step") == {"start": True, "pause": False, "step": False}
    press(at, "train_reset")
    until(at, lambda at: "step 0</span>" in shown(at))


def test_a_past_run_stays_as_a_ghost_named_by_its_difference() -> None:
    at = opened(SMALL)
    press(at, "train_start")
    until(at, lambda at: Texts("train", "en")("status.finished") in shown(at))
    press(at, "train_reseed")
    assert config(at).seed == 1
    (ghost,) = at.session_state["past_runs"]
    assert ghost.settings["seed"] == 0
    assert len(ghost.columns.step) == 12
    press(at, "train_forget")
    assert "past_runs" not in at.session_state
    assert not [one for one in at.button if one.key == "train_forget"]


def test_a_run_that_turns_is_told_from_one_that_goes_on() -> None:
    def turned(status: Status, step: int, state: object = "weights") -> object:
        return turn(cast(RunView, SimpleNamespace(status=status, step=step, state=state)))

    assert turned(Status.RUNNING, 5) == turned(Status.WAITING, 9)
    assert turned(Status.PREPARING, 0, None) != turned(Status.RUNNING, 0)
    assert turned(Status.RUNNING, 5) != turned(Status.PAUSED, 5)
    assert turned(Status.PAUSED, 5) != turned(Status.PAUSED, 9), "the slice under way at the click ends after it"
    assert turned(Status.PAUSED, 9) != turned(Status.FINISHED, 9), "it was the last slice"
    assert turned(Status.PAUSED, 9) != turn(None), "it was freed"


@pytest.mark.parametrize("language", LOCALES)
def test_an_impossible_layer_says_so_where_it_stands_and_start_waits(language: str) -> None:
    at = opened({"v": "1", "layers": "conv2d(8,31,padding:valid)~relu~flatten~linear"}, language)
    assert enabled(at, "start", "step") == {"start": False, "step": False}
    (error,) = at.error
    assert "31" in error.value
    assert ("larger" in error.value) == (language == "en")


def test_layers_are_added_moved_and_removed() -> None:
    at = opened()
    before = config(at).layers
    at.session_state["layer_0"] = True
    checked(at.run())
    press(at, "layer_down_0")
    assert [type(one) for one in config(at).layers[:2]] == [type(before[1]), type(before[0])]
    assert at.session_state["layer_1"], "the open row goes with its layer"
    press(at, "layer_remove_1")
    assert len(config(at).layers) == len(before) - 1
    at.session_state["layer_add"] = True
    checked(at.run())
    at.selectbox(key="layer_new_kind").set_value("dropout")
    at.selectbox(key="layer_new_place").set_value(2)
    press(at, "layer_add_it")
    assert type(config(at).layers[2]).__name__ == "Dropout"


def test_a_preset_replaces_the_network_and_defaults_bring_it_back() -> None:
    at = opened({"v": "1", "seed": "5"})
    checked(at.selectbox(key="preset").set_value("lenet").run())
    assert len(config(at).layers) == 12
    assert config(at).seed == 5
    at.session_state["settings_more"] = True
    checked(at.run())
    press(at, "train_defaults")
    assert config(at).canonical() == ExperimentConfig().canonical()


def test_a_learning_rate_changes_live_and_other_settings_ask_for_a_new_run() -> None:
    texts = Texts("train", "en")
    at = opened(SMALL)
    press(at, "train_step")
    until(at, lambda at: "step 1</span>" in shown(at))
    at.session_state["settings_optimizer"] = True
    checked(at.run())
    checked(at.number_input(key="train.optimizer.adam.lr").set_value(0.01).run())
    assert config(at).optimizer.lr == 0.01
    assert texts("transport.changed") not in captions(at)
    at.session_state["settings_more"] = True
    checked(at.run())
    checked(at.number_input(key="train.batch_size").set_value(16).run())
    assert texts("transport.changed") in captions(at)
    assert at.button(key="train_start").label == texts("transport.start_new")


def captions(at: AppTest) -> list[str]:
    return [one.value for one in at.caption]


def test_a_diverged_run_is_explained_and_remedied_with_one_click() -> None:
    at = opened({**SMALL, "optimizer": "sgd(1000000)"})
    press(at, "train_start")
    until(at, lambda at: bool(at.error))
    assert "diverged" in at.error[0].value
    press(at, "train_remedy")
    assert config(at).optimizer.lr == 0.01


def test_images_that_are_not_there_are_explained_and_offered(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
    at = opened({"v": "1", "source": "mnist"})
    assert enabled(at, "start") == {"start": False}
    assert "MNIST" in at.error[0].value
    at.session_state["settings_data"] = True
    checked(at.run())
    assert not at.button(key="data_download").disabled
    press(at, "train_generated")
    assert config(at).canonical() == ExperimentConfig().canonical()
    assert enabled(at, "start") == {"start": True}


def test_a_shared_run_is_looked_at_and_left_by_starting_one(language: str) -> None:
    texts = Texts("train", language)
    owner = opened(SMALL, language)
    press(owner, "train_start")
    until(owner, lambda at: texts("status.finished") in shown(at))
    link = next(one.value for one in owner.code if "view=" in one.value)
    query = dict(parse_qsl(urlsplit(link).query))
    assert query["made"] == fingerprint().short
    visitor = opened(query, language)
    assert texts("share.visiting") in [one.value for one in visitor.info]
    assert texts("status.finished") in shown(visitor)
    assert enabled(visitor, "start", "pause", "reset") == {"start": True, "pause": False, "reset": False}
    press(visitor, "train_start")
    assert not {"view", "made"} & set(visitor.query_params)
    assert texts("share.visiting") not in [one.value for one in visitor.info]
    assert config(visitor).canonical() == config(owner).canonical()


def test_a_link_to_a_run_that_is_gone_says_so() -> None:
    at = opened({**SMALL, "view": "nothing"})
    assert Texts("train", "en")("share.gone") in [one.value for one in at.info]
    assert enabled(at, "start") == {"start": True}


def test_the_network_shown_has_an_output_for_each_class(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
    images = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype=np.uint8)
    key = store.put(uploads.make(images, np.arange(60) % 3))
    at = opened({"v": "1", "source": f"stored({key})"})
    assert "5,779" in shown(at), "the head has three outputs instead of ten"


@pytest.mark.parametrize("language", LOCALES)
def test_a_link_to_a_run_that_another_kind_of_computer_made_says_what_to_expect(language: str) -> None:
    close = Texts("train", language)("share.close")
    for made, told in (("0badcafe", True), (fingerprint().short, False), ("", False)):
        at = opened({**SMALL, "view": "nothing", "made": made}, language)
        assert any(close in one.value for one in at.info) == told
        assert not at.warning, "the link is understood"


@pytest.mark.parametrize("what", ["damaged", "gone"])
def test_images_that_are_no_longer_whole_are_said_and_the_page_goes_on(
    monkeypatch: Any, tmp_path: Path, what: str
) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
    images = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype=np.uint8)
    key = store.put(uploads.make(images, np.arange(60) % 3))
    (file,) = tmp_path.rglob(f"{key}.npz")
    if what == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-100])
    at = opened({"v": "1", "source": f"stored({key},'a.npz')"})
    assert enabled(at, "start") == {"start": False}
    at.session_state["settings_data"] = True
    assert len(checked(at.run()).error) == 2, "where it cannot start, and where the data are chosen"


def test_nonsense_in_the_url_is_named_and_the_page_goes_on() -> None:
    at = opened({"v": "1", "epochs": "**<b>x</b>**"})
    assert config(at).epochs == ExperimentConfig().epochs
    assert at.warning
    assert enabled(at, "start") == {"start": True}


def test_each_panel_of_a_run_that_stands_still_can_be_opened() -> None:
    at = opened(SMALL)
    press(at, "train_start")
    until(at, lambda at: Texts("train", "en")("status.finished") in shown(at))
    for key, names in (
        ("train_panels", ("kernels", "maps", "histograms", "ratios")),
        ("train_closer", ("curves", "confusion", "mistakes", "replay")),
    ):
        for name in names:
            at.session_state[key] = Texts("train", "en")(f"panel.{name}")
            checked(at.run())
            if name == "mistakes":
                sure = [float(share) for share in re.findall(r"→ \d ([\d.]+)\u202f%", shown(at))]
                assert len(sure) > 3
                assert sure == sorted(sure, reverse=True), "in the order of the number that is shown"
    assert at.select_slider(key="train_replay").options[0] == "0"
