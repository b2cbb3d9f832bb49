"""The shipped weights: small, loadable, and good at digits they have never seen, real ones too where those are here."""

from pathlib import Path

import numpy as np
import pytest

from cnn.data import Dataset, digits_uint8
from cnn.shipped import WEIGHTS, load, make, real
from cnn.shipped.measure import accuracy, confusions

REAL = Path(__file__).parents[3] / "shared" / "data"
MEASURED = 2000  # of the real images: the whole sets are for ``python -m cnn.shipped.measure``


def test_the_weights_are_small_halves_and_not_pickled():
    assert WEIGHTS.stat().st_size <= 150_000
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert {array.dtype for array in arrays.values()} == {np.dtype(np.float16)}


def test_they_read_generated_digits_of_a_seed_not_trained_on():
    network = load()
    images, labels = digits_uint8(1000, seed=987_654, variation=0.6)
    assert accuracy(network, Dataset(images, labels)) >= 98.5
    probabilities = network.predict(images[:5].astype(np.float32) / 255)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"real digits are measured only where {REAL} is")
@pytest.mark.parametrize(("read", "least"), [(real.mnist_digits, 96.5), (real.pen_digits, 96.0)])
def test_they_read_real_peoples_digits(read, least):
    dataset = read(REAL, most=MEASURED)
    assert accuracy(load(), dataset) >= least


def test_making_writes_what_loading_reads(tmp_path, monkeypatch):
    *_, network = make.train(epochs=2, images=200, seed=1)
    path = tmp_path / "weights.npz"
    make.write(network, path)
    monkeypatch.setattr("cnn.shipped.WEIGHTS", path)
    np.testing.assert_array_equal(load().parameters, network.parameters.astype(np.float16).astype(np.float32))


def test_training_goes_on_from_epoch_to_epoch_on_new_images():
    """Two epochs of the maker are one training: the second one starts from the weights and moments of the first."""
    first, second = make.train(epochs=2, images=400, seed=1)
    assert not np.array_equal(first.parameters, second.parameters)
    images, labels = digits_uint8(400, seed=3)
    dataset = Dataset(images, labels)
    assert accuracy(second, dataset) > accuracy(first, dataset) > 10


def test_confusions_name_the_commonest_mistakes():
    images, labels = digits_uint8(200, seed=5)
    shifted = Dataset(images, (labels + (labels == 3)) % 10)  # every 3 is called a 4
    assert confusions(load(), shifted).startswith("4>3 ")
