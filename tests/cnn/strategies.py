"""Hypothesis strategies that follow from the options alone: a new class is covered as soon as it is registered."""

import math
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from cnn.activations import ACTIVATIONS
from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.errors import PlaygroundError
from cnn.layers import LAYERS
from cnn.options import Option, options_of
from cnn.registry import Registry


def values(option: Option) -> st.SearchStrategy[Any]:
    """Values that an option accepts."""
    low, high = max(option.low, -1e6), min(option.high, 1e6)
    own = {
        "int": lambda: st.integers(math.ceil(low), math.floor(high)),
        "float": lambda: st.floats(low, high),
        "bool": st.booleans,
        "choice": lambda: st.nothing(),
        "text": lambda: st.from_regex(option.pattern, fullmatch=True),
        "family": lambda: st.nothing() if option.family is None else members(option.family),
        "families": lambda: st.nothing() if option.family is None else _several(option.family),
    }[option.kind]()
    words = st.sampled_from(option.choices) if option.choices else st.nothing()
    return st.just(option.default) | own | words


def instances(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a class with options."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> Any:
        given = {one.name: draw(values(one)) for one in options_of(cls) if draw(st.booleans())}
        try:
            return cls(**given)
        except PlaygroundError:  # values that are fine one by one, and not together
            return cls()

    return draw_one()


def members(registry: Registry[Any]) -> st.SearchStrategy[Any]:
    """Members of a family."""
    return st.sampled_from(list(registry.values())).flatmap(instances)


def _several(registry: Registry[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(members(registry), min_size=1, max_size=5).map(tuple)


@st.composite
def experiments(draw: st.DrawFn) -> ExperimentConfig:
    """Whole experiments; their layers need not fit together."""
    given: dict[str, Any] = {one.name: draw(values(one)) for one in options_of(ExperimentConfig)}
    if draw(st.booleans()):
        given["data"] = draw(instances(DataConfig))
    if draw(st.booleans()):
        given["layers"] = tuple(draw(st.lists(members(LAYERS) | members(ACTIVATIONS), min_size=1, max_size=8)))
    assert given.keys() <= {one.name for one in fields(ExperimentConfig)}
    return ExperimentConfig(**given)
