from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.activations import ACTIVATIONS
from cnn.config import ExperimentConfig
from cnn.initializers import INITIALIZERS
from cnn.layers import LAYERS
from cnn.losses import LOSSES
from cnn.optimizers import OPTIMIZERS
from cnn.options import options_of
from cnn.schedules import SCHEDULES
from pages.ui.texts import Texts


def editor() -> None:
    from dataclasses import dataclass
    from typing import Any

    import streamlit as st

    from cnn.errors import ConfigError
    from cnn.options import Configurable, option
    from cnn.registry import Registry
    from pages.ui.options import choose, settle

    starts: Any = Registry("initializer")

    @starts.register("zeros")
    @dataclass(frozen=True)
    class Zeros(Configurable): ...

    @starts.register("normal")
    @dataclass(frozen=True)
    class Normal(Configurable):
        std: float = option(0.01, low=0, high=10, log=True)

    things: Any = Registry("thing")

    @things.register("conv2d")
    @dataclass(frozen=True)
    class Conv2d(Configurable):
        filters: int = option(8, low=1, high=512)
        padding: int | str = option("same", kind="int", low=0, high=27, choices=("same", "valid"))
        bias: bool = option(True)
        initializer: Any = option("auto", choices=("auto",), family=starts)
        several: Any = option((Zeros(),), family=starts)

    @things.register("brand_new")
    @dataclass(frozen=True)
    class BrandNew(Configurable):
        never_seen: float = option(0.5, low=0, high=1)

        def __post_init__(self) -> None:
            if self.never_seen == 0.75:
                raise ConfigError("options.unknown_kind", family="thing", got="**0.75**", choices="0.5")

    state = st.session_state
    state.setdefault("table", {"kind": "conv2d"})
    if st.button("other", key="other"):
        state["table"] = {"kind": "conv2d", "filters": 3}
    state["table"] = things.to_dict(choose(things, things.from_dict(state["table"]), "thing", "Thing"))
    settle()


@pytest.fixture
def at() -> AppTest:
    return AppTest.from_function(editor).run()


def table(at: AppTest) -> dict[str, Any]:
    assert not at.exception
    return at.session_state["table"]


def widget(at: AppTest, key: str) -> Any:
    return next(
        one for kind in (at.number_input, at.toggle, at.button_group, at.selectbox) for one in kind if one.key == key
    )


def test_a_widget_shows_the_value_and_changes_it(at: AppTest) -> None:
    assert widget(at, "thing.conv2d.filters").value == 8
    widget(at, "thing.conv2d.filters").set_value(12).run()
    widget(at, "thing.conv2d.bias").set_value(False).run()
    expected = {"kind": "conv2d", "filters": 12, "padding": "same", "bias": False, "initializer": "auto"}
    assert table(at) == {**expected, "several": [{"kind": "zeros"}]}


def test_widgets_follow_a_change_from_elsewhere(at: AppTest) -> None:
    widget(at, "thing.conv2d.filters").set_value(12).run()
    at.button(key="other").click().run()
    assert widget(at, "thing.conv2d.filters").value == 3
    assert table(at)["filters"] == 3


def test_an_option_takes_a_word_or_a_number(at: AppTest) -> None:
    widget(at, "thing.conv2d.padding").set_value("#").run()
    assert table(at)["padding"] == 0
    widget(at, "thing.conv2d.padding.number").set_value(2).run()
    assert table(at)["padding"] == 2
    widget(at, "thing.conv2d.padding").set_value("valid").run()
    assert table(at)["padding"] == "valid"


def test_a_family_nests(at: AppTest) -> None:
    widget(at, "thing.conv2d.initializer").set_value("normal").run()
    assert table(at)["initializer"] == {"kind": "normal", "std": 0.01}
    widget(at, "thing.conv2d.initializer.normal.std").set_value(0.3).run()
    assert table(at)["initializer"] == {"kind": "normal", "std": 0.3}


def test_a_class_without_texts_appears_under_its_own_name(at: AppTest) -> None:
    widget(at, "thing").set_value("brand_new").run()
    assert table(at) == {"kind": "brand_new", "never_seen": 0.5}
    assert widget(at, "thing.brand_new.never_seen").label == "Never seen"


def test_a_number_beyond_its_bounds_never_gets_through(at: AppTest) -> None:
    widget(at, "thing.conv2d.filters").set_value(10**6).run()
    assert 1 <= table(at)["filters"] <= 512


@pytest.mark.parametrize(
    ("locale", "expected"), [("en-US", "choose one of 0.5"), ("ja-JP", "いずれかを選んでください")]
)
def test_a_refused_value_is_explained_and_not_taken(at: AppTest, locale: str, expected: str) -> None:
    at.context = {"locale": locale}
    widget(at, "thing").set_value("brand_new").run()
    widget(at, "thing.brand_new.never_seen").set_value(0.75).run()
    assert table(at)["never_seen"] == 0.5
    assert expected in at.error[0].value.replace("\\", "")
    assert r"\*\*0\.75\*\*" in at.error[0].value, "what stands in an error is text, not Markdown"
    at.run()
    assert widget(at, "thing.brand_new.never_seen").value == 0.5
    assert not at.error


def test_several_are_switched_on_and_off_and_one_stays(at: AppTest) -> None:
    pills = at.button_group(key="thing.conv2d.several")
    pills.set_value(["zeros", "normal"]).run()
    at.number_input(key="thing.conv2d.several.normal.std").set_value(0.5).run()
    assert at.session_state["table"]["several"] == [{"kind": "zeros"}, {"kind": "normal", "std": 0.5}]
    at.button_group(key="thing.conv2d.several").set_value([]).run()
    assert len(at.session_state["table"]["several"]) == 2
    at.run()
    assert at.button_group(key="thing.conv2d.several").value == ["zeros", "normal"]


def test_a_member_of_a_family_keeps_its_name_where_a_word_is_called_the_same() -> None:
    def page() -> None:
        from cnn.activations import ACTIVATIONS, Identity
        from pages.ui.options import choose

        choose(ACTIVATIONS, Identity(), "activation", "Activation")

    at = AppTest.from_function(page)
    at.context = {"locale": "en-US"}
    at.run()
    assert "Identity" in at.selectbox(key="activation").options


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_option_of_one_family_is_not_explained_by_the_words_of_another(language: str) -> None:
    """Batch norm's momentum is not a velocity, and AdamW's decay not the penalty of an experiment."""
    words = Texts("options", language)
    families = {"experiment": [ExperimentConfig]} | {
        registry.family: list(registry.values())
        for registry in (LAYERS, OPTIMIZERS, SCHEDULES, INITIALIZERS, ACTIVATIONS, LOSSES)
    }
    users: dict[str, set[str]] = {}
    for family, kinds in families.items():
        for kind in kinds:
            for one in options_of(kind):
                key = f"{kind.__name__.lower()}.{one.name}.help"
                said = words.get(key, words.get(f"option.{one.name}.help", ""))
                if said:
                    users.setdefault(said, set()).add(family)
    assert users
    assert {said: found for said, found in users.items() if len(found) > 1} == {}
