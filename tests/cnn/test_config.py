import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from cnn.activations import ACTIVATIONS, ReLU
from cnn.config import VERSION, ExperimentConfig, layers_from
from cnn.errors import ConfigError, ShapeError
from cnn.initializers import Normal
from cnn.layers import LAYERS, BatchNorm2d, Conv2d, Flatten, Linear
from cnn.outline import MAX_LAYERS, outline
from cnn.presets import PRESETS
from cnn.training import build_network
from tests.cnn.strategies import experiments

DEFAULT = ExperimentConfig()


@given(experiments())
def test_to_dict_is_plain_json_and_comes_back(config: ExperimentConfig) -> None:
    text = json.dumps(config.to_dict(), allow_nan=False)
    assert ExperimentConfig.from_dict(json.loads(text)) == config


def test_what_is_left_out_takes_its_default() -> None:
    config = ExperimentConfig.from_dict({"version": VERSION, "seed": 3, "data": {"validation": 0.2}})
    assert (config.seed, config.data.validation) == (3, 0.2)
    assert (config.layers, config.data.source) == (DEFAULT.layers, DEFAULT.data.source)


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"version": 2}, "config.version", "version 2"),
        ({"version": None}, "config.version", "None"),
        ({"version": True}, "config.version", "True"),
        ({"sead": 1}, "config.unknown_key", "sead"),
        ({"data": {"sauce": 1}}, "config.unknown_key", "sauce"),
        ({"data": 5}, "config.not_a_table", "5"),
        ({"data": {"source": {"kind": "digits", "size": 1}}}, "options.out_of_range", "size got 1"),
        ({"seed": "x"}, "options.wrong_type", "seed got x"),
        ({"seed": True}, "options.wrong_type", "True"),
        ({"seed": -1}, "options.out_of_range", "-1"),
        ({"weight_decay": float("nan")}, "options.wrong_type", "nan"),
        ({"optimizer": "adam"}, "options.wrong_type", "adam"),
        ({"optimizer": {"kind": "magic"}}, "options.unknown_kind", "magic"),
        ({"optimizer": {"kind": "adam", "zeal": 1}}, "options.unknown_option", "zeal"),
        ({"layers": 5}, "config.layers_not_a_list", "5"),
        ({"layers": []}, "config.no_layers", "no layers"),
        ({"layers": [3]}, "config.not_a_table", "3"),
        ({"layers": [{"kind": ["relu"]}]}, "config.not_a_layer", "relu"),
        ({"layers": [{"kind": "conv3d"}]}, "config.not_a_layer", "conv3d"),
        ({"layers": [{"kind": "conv2d", "stride": 0}]}, "options.out_of_range", "stride got 0"),
        ({"layers": [{"kind": "relu"}] * (MAX_LAYERS + 1)}, "config.too_many_layers", str(MAX_LAYERS + 1)),
    ],
)
def test_bad_values_are_refused_by_name(change: dict[str, Any], code: str, names: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(DEFAULT.to_dict() | change)
    assert caught.value.code == code
    assert names in str(caught.value)
    assert caught.value.sentence("ja") != str(caught.value)


@pytest.mark.parametrize("data", [None, 3, "text", [1], {}])
def test_what_is_no_configuration_is_refused(data: object) -> None:
    with pytest.raises(ConfigError):
        ExperimentConfig.from_dict(data)


def test_something_that_is_no_layer_is_refused() -> None:
    with pytest.raises(ConfigError, match="A layer got Normal"):
        ExperimentConfig(layers=(ReLU(), Normal()))  # type: ignore[arg-type]


def test_layers_and_activations_have_different_names() -> None:
    assert not LAYERS.keys() & ACTIVATIONS.keys()


def test_equal_configurations_have_one_canonical_text() -> None:
    assert ExperimentConfig().canonical() == DEFAULT.canonical()
    assert ExperimentConfig(seed=1).canonical() != DEFAULT.canonical()


def test_layers_from_tables() -> None:
    assert layers_from([{"kind": "conv2d", "filters": 3}, {"kind": "relu"}]) == (Conv2d(3), ReLU())


@pytest.mark.parametrize("name", PRESETS)
def test_presets_can_be_built_and_end_in_ten_classes(name: str) -> None:
    rows = outline(PRESETS[name].layers)
    assert [row.error for row in rows] == [None] * len(rows)
    assert rows[-1].out_shape == (10,)


def test_presets_are_the_networks_that_they_are_named_after() -> None:
    parameters = {name: sum(row.parameters for row in outline(one.layers)) for name, one in PRESETS.items()}
    assert parameters == {
        "small": 208 + 3216 + 7850,
        "book": 780 + 432_100 + 1010,
        "lenet": 156 + 2416 + 48_120 + 10_164 + 850,
        "normalized": 208 + 16 + 3216 + 32 + 7850,
    }
    assert list(PRESETS) == ["small", "book", "lenet", "normalized"]
    assert PRESETS["small"] == DEFAULT


def test_a_batch_that_cannot_be_split_counts_whole_in_the_plan() -> None:
    """Batch statistics need all images of a batch at once: a large batch is refused before it takes the memory."""
    layers = (Conv2d(64, 3), BatchNorm2d(), Flatten(), Linear(10))
    small, large = (replace(ExperimentConfig(), layers=layers, batch_size=size) for size in (32, 1024))
    assert not any(row.error for row in small.outline())
    (error,) = [row.error for row in large.outline() if row.error]
    assert isinstance(error, ShapeError)
    with pytest.raises(ShapeError):
        build_network(large, 10)
