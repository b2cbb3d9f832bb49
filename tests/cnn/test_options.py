"""One declaration of an option serves the check, the codec and the menus."""

import json
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from cnn.errors import ConfigError, ShapeError, messages
from cnn.options import Configurable, Option, option, options_of
from cnn.registry import Registry, same_options

SAUCES = Registry["Sauce"]("sauce")
DISHES = Registry["Dish"]("dish")


class Sauce(Configurable):
    pass


@SAUCES.register("pepper")
@dataclass(frozen=True)
class Pepper(Sauce):
    heat: float = option(0.5, low=0, high=1)


class Dish(Configurable):
    pass


@DISHES.register("noodles")
@dataclass(frozen=True)
class Noodles(Dish):
    bowls: int = option(2, low=1, high=9)
    spicy: bool = option(False)
    soup: int | str = option("miso", low=0, high=3, choices=("miso", "soy"))
    shape: str = option("round", choices=("round", "flat"))
    sauce: Sauce | str = option("auto", family=SAUCES, choices=("auto",))
    dips: tuple[Sauce, ...] = option((Pepper(),), family=SAUCES)


def test_kinds_follow_from_the_declaration() -> None:
    assert [one.kind for one in options_of(Noodles)] == ["int", "bool", "int", "choice", "family", "families"]
    assert options_of(Noodles) == options_of(Noodles())


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"bowls": 0}, "out_of_range"),
        ({"bowls": 10}, "out_of_range"),
        ({"bowls": 2.0}, "wrong_type"),
        ({"bowls": True}, "wrong_type"),
        ({"bowls": "2"}, "wrong_type"),
        ({"spicy": 1}, "wrong_type"),
        ({"soup": 4}, "out_of_range"),
        ({"soup": "tea"}, "unknown_choice"),
        ({"shape": 3}, "wrong_type"),
        ({"shape": "square"}, "unknown_choice"),
        ({"sauce": "mild"}, "unknown_choice"),
        ({"sauce": 3}, "wrong_type"),
        ({"dips": ()}, "wrong_type"),
        ({"dips": Pepper()}, "wrong_type"),
        ({"dips": (Pepper(), 3)}, "wrong_type"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(bad: dict[str, object], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Noodles(**bad)  # type: ignore[arg-type]
    assert caught.value.code == f"options.{code}"
    (name,) = bad
    assert f"Noodles.{name}" in str(caught.value)
    assert f"Noodles.{name}" in caught.value.sentence("ja")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, "hot"])
def test_a_float_must_be_a_number_in_range(value: object) -> None:
    with pytest.raises(ConfigError):
        Pepper(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "dish",
    [
        Noodles(),
        Noodles(bowls=9, soup=3, shape="flat", sauce=Pepper(0.25)),
        Noodles(dips=(Pepper(0.1), Pepper())),
    ],
)
def test_codec_round_trip(dish: Noodles) -> None:
    data = DISHES.to_dict(dish)
    assert data["kind"] == "noodles"
    assert same_options(DISHES.from_dict(data), dish)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "not_a_table"),
        ({}, "not_a_table"),
        ({"kind": 3}, "not_a_table"),
        ({"kind": "pizza"}, "unknown_kind"),
        ({"kind": "noodles", "cheese": 1}, "unknown_option"),
        ({"kind": "noodles", "sauce": {"kind": "tomato"}}, "unknown_kind"),
        ({"kind": "noodles", "dips": [{"kind": "tomato"}]}, "unknown_kind"),
        ({"kind": "noodles", "dips": []}, "wrong_type"),
        ({"kind": "noodles", "sauce": {"kind": "pepper", "heat": 7}}, "out_of_range"),
    ],
)
def test_from_dict_is_strict(data: object, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DISHES.from_dict(data)
    assert caught.value.code == f"options.{code}"


def test_a_registry_is_a_mapping_in_declaration_order() -> None:
    assert list(DISHES) == ["noodles"]
    assert DISHES.get("pizza") is None
    assert DISHES.name_of(Noodles()) == "noodles"
    with pytest.raises(TypeError, match="two dishs are called"):
        DISHES.register("noodles")(Noodles)


def test_errors_survive_pickling_and_bound_what_they_quote() -> None:
    error = ShapeError("options.not_a_table", family="dish", got="x" * 10_000)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.details) == (ShapeError, str(error), error.details)
    assert len(str(error)) < 300


def test_every_sentence_exists_in_both_languages() -> None:
    for entry in messages("options").values():
        assert set(entry) == {"en", "ja"}


@dataclass(frozen=True)
class Jar(Configurable):
    key: str = option("", kind="text", pattern="[0-9a-f]{0,4}")


def test_a_text_matches_its_pattern_as_a_whole():
    assert Jar("12ab").key == "12ab"
    for bad in ("12abc", "12ab\n", "../x", 12, None):
        with pytest.raises(ConfigError, match="key"):
            Jar(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [np.int8(3), np.int64(3), np.uint16(3)])
def test_integers_of_numpy_are_integers(number: Any) -> None:
    noodles = Noodles(bowls=number, soup=number)
    assert noodles == Noodles(bowls=3, soup=3)
    assert (type(noodles.bowls), type(noodles.soup)) == (int, int)
    json.dumps(DISHES.to_dict(noodles))
    with pytest.raises(ConfigError):
        Noodles(bowls=np.int64(10))
    with pytest.raises(ConfigError):
        Noodles(bowls=np.float64(3))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [np.float16(0.25), np.float32(0.25), np.float64(0.25), np.longdouble(0.25)])
def test_floats_switches_and_words_of_numpy_are_python_s(number: Any) -> None:
    assert Pepper(heat=number) == Pepper(0.25)
    assert type(Pepper(heat=number).heat) is float
    noodles = Noodles(spicy=np.bool_(True), shape=np.str_("flat"))  # type: ignore[arg-type]
    assert (type(noodles.spicy), type(noodles.shape)) == (bool, str)
    with pytest.raises(ConfigError):
        Pepper(heat=np.float32("nan"))  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        Pepper(heat=np.array(0.25))  # type: ignore[arg-type]


def test_a_number_without_an_upper_end_is_told_the_lower_one() -> None:
    spoons = Option("spoons", "int", 2, low=1)
    with pytest.raises(ConfigError, match="at least 1"):
        spoons.check("Drawer", 0)
    with pytest.raises(ConfigError, match="int ≥ 1"):
        spoons.check("Drawer", 2.5)
