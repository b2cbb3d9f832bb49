"""Maps become one small picture whose colours mean what the scale says."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from pages.figures.mosaic import magnitude_mosaic, signed_mosaic
from pages.figures.palette import CIVIDIS, SIGNED_ON_DARK, SIGNED_ON_LIGHT, lookup_table


def pixels(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_maps_stand_in_reading_order_with_transparent_gaps() -> None:
    maps = np.stack([np.full((2, 3), value) for value in (-1.0, 0.0, 1.0)])
    picture = signed_mosaic(maps, SIGNED_ON_LIGHT, columns=2)
    image = pixels(picture.uri)
    assert image.shape == (5, 7, 4)
    assert (picture.width, picture.height, picture.low, picture.high) == (7, 5, -1.0, 1.0)
    low, middle, high = lookup_table(SIGNED_ON_LIGHT, 3)
    assert (image[:2, :3, :3] == low).all()
    assert (image[:2, 4:, :3] == middle).all()
    assert (image[3:, :3, :3] == high).all()
    assert (image[2, :, 3] == 0).all()
    assert (image[:, 3, 3] == 0).all()
    assert (image[3:, 4:, 3] == 0).all()


@pytest.mark.parametrize(("stops", "zero"), [(SIGNED_ON_LIGHT, 255), (SIGNED_ON_DARK, 0)])
def test_zero_is_the_page_s_own_colour(stops: tuple[tuple[float, str], ...], zero: int) -> None:
    assert (pixels(signed_mosaic(np.zeros((1, 2, 2)), stops).uri)[..., :3] == zero).all()


def test_values_beyond_the_limit_and_not_numbers_keep_within_the_scale() -> None:
    maps = np.array([[[9.0, -9.0, np.nan, np.inf]]])
    row = pixels(signed_mosaic(maps, SIGNED_ON_LIGHT, limit=2.0).uri)[0, :, :3]
    low, middle, high = lookup_table(SIGNED_ON_LIGHT, 3)
    assert [tuple(one) for one in row] == [tuple(one) for one in (high, low, middle, high)]


def test_magnitudes_run_from_low_to_high() -> None:
    row = pixels(magnitude_mosaic(np.array([[[0.0, 4.0]]]), CIVIDIS).uri)[0, :, :3]
    assert tuple(row[0]) == tuple(lookup_table(CIVIDIS, 2)[0])
    assert tuple(row[1]) == tuple(lookup_table(CIVIDIS, 2)[1])


def test_a_mosaic_is_small_enough_to_send_twice_a_second() -> None:
    noise = np.random.default_rng(0).normal(size=(16, 14, 14))
    assert len(signed_mosaic(noise, SIGNED_ON_LIGHT).uri) < 10_000


def test_full_rows_are_preferred() -> None:
    assert signed_mosaic(np.zeros((16, 5, 5)), SIGNED_ON_LIGHT).width == 8 * 6 - 1
