"""Contestants that differ in their initial weights and in nothing else."""

from cnn.initializers import HeNormal, Zeros
from cnn.layers.weighted import WeightedLayer
from cnn.training.initializer_race import contest


def test_contestants_differ_in_their_weights_alone() -> None:
    one, other = contest(Zeros(), 4), contest(HeNormal(), 4)
    assert one.seed == other.seed == 4
    assert [type(layer) for layer in one.layers] == [type(layer) for layer in other.layers]
    assert {layer.initializer for layer in one.layers if isinstance(layer, WeightedLayer)} == {Zeros()}
    assert (one.data, one.optimizer) == (other.data, other.optimizer)
