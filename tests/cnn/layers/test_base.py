import numpy as np
import pytest

from cnn.layers.base import staggered


@pytest.mark.parametrize("shape", [(), (3, 5), (16, 64, 64)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, bool])
def test_staggered_arrays_are_arrays_like_any_other(shape: tuple[int, ...], dtype: type) -> None:
    array = staggered(shape, dtype)
    assert array.shape == shape
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert array.flags.writeable


def test_staggered_arrays_start_at_different_places_of_a_page() -> None:
    arrays = [staggered((16, 64, 64), np.float32) for _ in range(8)]
    places = [array.ctypes.data % 4096 for array in arrays]
    assert len(set(places)) == len(places)
    assert all(place % 64 == 0 for place in places)  # whole cache lines
