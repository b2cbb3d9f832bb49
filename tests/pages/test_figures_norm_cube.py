"""The cube: as many faces as are seen, those of the group filled."""

from base64 import b64decode

import numpy as np
import pytest

from cnn.explain.normalization import sharing
from pages.figures.norm_cube import norm_cube
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK

AXES = ("N images", "C <channels>", "H × W")


def drawn(lit: np.ndarray, dark: bool = False) -> str:
    html = norm_cube(lit, AXES, 'lit: "one"', dark)
    assert 'alt="lit: &quot;one&quot;"' in html
    return b64decode(html.split("base64,")[1].split('"')[0]).decode()


@pytest.mark.parametrize(
    ("norm", "faces"),
    [
        ("batch", 3 + 1),  # the tops of three images, the front of the first
        ("layer", 4 + 4 + 1),  # four tops and fronts, the side of the last channel
        ("instance", 1 + 1),
        ("group", 2 + 2),
    ],
)
@pytest.mark.parametrize("dark", [False, True])
def test_the_faces_of_the_first_maps_group_are_filled(norm: str, faces: int, dark: bool) -> None:
    groups = sharing(norm, 3, 4, 2)
    svg = drawn(groups == groups[0, 0], dark)
    colour = (CATEGORIES_ON_DARK if dark else CATEGORIES)[0]
    assert svg.count(f'fill="{colour}"') == faces
    assert svg.count('fill-opacity="') == 3 * 4 + 4 + 3


def test_names_are_escaped() -> None:
    assert "C &lt;channels&gt;" in drawn(np.ones((1, 1), bool))
