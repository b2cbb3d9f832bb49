"""The surface in perspective: the ways lie on it, and what lies outside of it is left out."""

import numpy as np
import pytest

from cnn.explain.descent import paths
from cnn.explain.surfaces import SURFACES, Bowl
from cnn.optimizers import SGD, Adam
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK
from pages.figures.surface import Way, surface_figure

WORDS = {"x": "x", "y": "y", "loss": "Verlust"}


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_drawn_with_its_heights(name: str) -> None:
    surface = SURFACES[name]()
    figure = surface_figure(surface, [], WORDS, dark=False)
    (drawn,) = figure.data
    values = surface.value(*np.meshgrid(drawn.x, drawn.y))
    np.testing.assert_allclose(drawn.customdata, values)
    ascending = np.asarray(drawn.z).ravel()[np.argsort(values, axis=None)]
    assert (np.diff(ascending) >= 0).all(), "higher is higher"
    assert drawn.z.min() == 0


@pytest.mark.parametrize(("dark", "palette"), [(False, CATEGORIES), (True, CATEGORIES_ON_DARK)])
def test_ways_have_their_colours_and_end_at_the_edge(dark: bool, palette: tuple[str, ...]) -> None:
    wild, calm = paths(Bowl(), [SGD(lr=1.2), Adam(lr=0.3)], (-7.0, 2.0), 30)
    ways = [Way("a", 0, wild.positions, wild.losses), Way("b", 7, calm.positions, calm.losses)]
    _, first, second = surface_figure(Bowl(), ways, WORDS, dark).data
    assert (first.line.color, second.line.color) == (palette[0], palette[1])
    assert np.isnan(first.z[-1])
    assert np.isfinite(second.z).all()
    assert "Verlust" in first.hovertemplate
