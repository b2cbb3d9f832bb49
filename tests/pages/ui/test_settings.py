"""The settings of all pages, as their links say them."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import links
from cnn.explain.activations import ActivationsSettings
from cnn.explain.backprop import BackpropSettings
from cnn.explain.convolution import ConvolutionSettings
from cnn.explain.loss import LossSettings
from cnn.explain.pooling import PoolingSettings
from cnn.options import Configurable, options_of
from cnn.training.initialization import InitializersSettings
from cnn.training.normalization import NormalizationSettings
from cnn.training.regularization import RegularizationSettings
from pages.ui.optimizer_race import OptimizersPage
from tests.cnn.strategies import instances

SETTINGS: tuple[type[Configurable], ...] = (
    ActivationsSettings, BackpropSettings, ConvolutionSettings, InitializersSettings, LossSettings,
    NormalizationSettings, OptimizersPage, PoolingSettings, RegularizationSettings,
)  # fmt: skip


@pytest.mark.parametrize("owner", SETTINGS)
@given(data=st.data())
def test_a_link_brings_back_the_settings(owner: type[Configurable], data: st.DataObject) -> None:
    settings = data.draw(instances(owner))
    query = urlencode(links.encode_options(settings))
    assert links.decode_options(owner, dict(parse_qsl(query, keep_blank_values=True))) == (settings, [])


@pytest.mark.parametrize("owner", SETTINGS)
@given(data=st.data())
def test_what_is_read_of_any_link_is_what_its_own_link_says(owner: type[Configurable], data: st.DataObject) -> None:
    names = st.sampled_from([one.name for one in options_of(owner)])
    settings, _ = links.decode_options(owner, data.draw(st.dictionaries(names, st.text(max_size=40))))
    assert links.decode_options(owner, links.encode_options(settings)) == (settings, [])
