"""Framing: a picture of a drawing, of whatever size and wherever it stands on it, becomes what the pad would show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.data import rasterize
from cnn.data.framing import background, frame, has_plain_background, scale_whole
from cnn.data.handwriting import write
from cnn.data.strokes import BOX, CENTRE, SIZE

RNG = np.random.default_rng(0)


def enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    return np.kron(picture, np.ones((times, times), np.float32))


def on_a_sheet(picture: np.ndarray, height: int, width: int, top: int, left: int) -> np.ndarray:
    sheet = np.zeros((height, width), np.float32)
    sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return sheet


def centre_of_mass(picture: np.ndarray) -> tuple[float, float]:
    places = np.arange(SIZE) + 0.5
    return tuple(float((picture.sum(axis=axis) * places).sum() / picture.sum()) for axis in (1, 0))


def extent(picture: np.ndarray, level: float = 0.5) -> int:
    rows, columns = np.nonzero(picture > level)
    return max(int(np.ptp(rows)), int(np.ptp(columns))) + 1


@settings(deadline=None, max_examples=60)
@given(
    digit=st.integers(0, 9),
    seed=st.integers(0, 50),
    times=st.integers(1, 5),
    margins=st.tuples(*[st.integers(1, 40)] * 4),
    dark=st.booleans(),
)
def test_a_picture_of_a_drawing_becomes_what_the_pad_shows(digit, seed, times, margins, dark):
    pad = rasterize(write(digit, seed, 0.5))
    top, bottom, left, right = margins
    side = SIZE * times
    sheet = on_a_sheet(enlarged(pad, times), side + top + bottom, side + left + right, top, left)
    framed = frame((1 - sheet if dark else sheet)[None])[0]
    framed = 1 - framed if dark else framed
    assert extent(framed) == pytest.approx(BOX, abs=1.5)
    # At the centre, or as far from it as the box must be. The pad weighs a line by its length, a picture has
    # pixels only: where strokes overlap they differ by a part of a pixel.
    pairs = zip(centre_of_mass(framed), centre_of_mass(pad), strict=True)
    assert all(min(abs(place - CENTRE), abs(place - own)) < 0.3 for place, own in pairs)
    assert np.corrcoef(framed.ravel(), pad.ravel())[0, 1] > 0.85


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_framing_does_not_care_which_of_ink_and_paper_is_light(height, width, seed):
    pictures = np.random.default_rng(seed).random((3, height, width), np.float32)
    np.testing.assert_allclose(frame(1 - pictures), 1 - frame(pictures), atol=1e-5)
    assert frame(pictures).shape == (3, SIZE, SIZE)


@settings(deadline=None)
@given(st.integers(12, 60), st.integers(2, 4), st.booleans(), st.booleans())
def test_the_ink_never_leaves_the_picture(length, thickness, turned, upright):
    """A bar with a heavy end: its centre of mass lies far from its middle."""
    sheet = np.zeros((1, length // 2 + 2, length + 2), np.float32)
    sheet[0, 1 : 1 + thickness, 1 : length + 1] = 1
    sheet[0, 1 : 1 + length // 2, 1 : 1 + length // 3] = 1
    sheet = sheet[:, ::-1, ::-1] if turned else sheet
    framed = frame(sheet.transpose(0, 2, 1) if upright else sheet)[0]
    assert extent(framed, 0.2) == pytest.approx(BOX, abs=1.6)


def test_a_blank_picture_stays_blank():
    pictures = np.stack([np.full((9, 12), grey, np.float32) for grey in (0, 0.4, 1)])
    np.testing.assert_allclose(frame(pictures), np.full((3, SIZE, SIZE), [[[0]], [[0.4]], [[1]]]), atol=1e-6)


def test_specks_and_shades_do_not_count_as_ink():
    pad = rasterize(write(3, 0, 0))
    sheet = on_a_sheet(pad, 60, 60, 20, 8)
    noisy = np.clip(sheet + RNG.normal(0, 0.03, sheet.shape).astype(np.float32), 0, 1)
    noisy[2, 2] = 0.2
    assert np.corrcoef(frame(noisy[None])[0].ravel(), pad.ravel())[0, 1] > 0.93


@pytest.mark.parametrize(("height", "width"), [(56, 56), (7, 7), (20, 40), (100, 30), (1, 1), (29, 28), (500, 300)])
def test_scaling_as_a_whole_keeps_a_flat_picture_flat_and_centred(height, width):
    picture = scale_whole(np.full((1, height, width), 0.8, np.float32))[0]
    side = max(height, width)
    inner = [int(np.ceil(SIZE * (1 - length / side) / 2)) for length in (height, width)]
    if side >= SIZE:  # an enlarged edge is soft
        core = picture[inner[0] + 2 : 26 - inner[0], inner[1] + 2 : 26 - inner[1]]
        np.testing.assert_allclose(core, 0.8, atol=0.01)
    assert picture.sum() / 0.8 / SIZE**2 == pytest.approx(height * width / side**2, rel=0.12)


def test_reducing_takes_the_mean_of_what_is_under_a_pixel():
    stripes = np.zeros((1, 112, 112), np.float32)
    stripes[:, ::2] = 1
    np.testing.assert_allclose(scale_whole(stripes)[0, 2:-2, 2:-2], 0.5, atol=0.01)  # no aliasing


def test_what_has_a_plain_background():
    sheets = np.stack([on_a_sheet(rasterize(write(d, 0, 1)), 40, 50, 3, 20) for d in range(10)])
    photographs = RNG.random((10, 32, 32), np.float32)
    assert has_plain_background(sheets)
    assert has_plain_background(1 - sheets)
    assert not has_plain_background(photographs)
    np.testing.assert_array_equal(background(1 - sheets), np.ones(10))
