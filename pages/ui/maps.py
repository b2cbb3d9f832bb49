"""What a network made of one picture, as mosaics for the grid: one per layer, with name, shape and parameters."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from cnn.explain.receptive import receptive_fields
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import Layer
from cnn.network import Network
from pages.ui.grid import Mosaic
from pages.ui.layer_names import kind_of_layer, shape_text, short_name
from pages.ui.texts import Texts

Array = NDArray[Any]


def input_mosaic(picture: Array, cell: int, label: str) -> Mosaic:
    """The picture (H, W) that a network is given, without a title."""
    height, width = picture.shape
    return Mosaic(picture[None], label=label, scale="ink", cell=cell, shows_input=True, picture=(height, width))


def layer_mosaics(
    network: Network, picture: Array, outputs: Sequence[Array], classes: Sequence[str], texts: Texts
) -> list[Mosaic]:
    """The picture, and one mosaic per layer from the recorded ``outputs`` (1, C, H, W) or (1, D) of it."""
    height, width = picture.shape
    first = Mosaic(
        picture[None], texts("maps.input"), notes=(shape_text((1, height, width)),), kind="input", scale="ink",
        cell=4, shows_input=True, picture=(height, width),
    )  # fmt: skip
    fields = receptive_fields(network.layers, network.input_shape)
    return [
        first,
        *(
            Mosaic(
                output[0],
                short_name(layer.activation if isinstance(layer, ActivationLayer) else layer),
                notes=(shape_text(layer.out_shape), *_parameters(layer, texts)),
                kind=kind_of_layer(layer),
                field=field,
                picture=(height, width),
                row_labels=tuple(classes) if output.shape[1:] == network.output_shape else (),
            )
            for layer, output, field in zip(network.layers, outputs, fields, strict=True)
        ),
    ]


def _parameters(layer: Layer, texts: Texts) -> tuple[str, ...]:
    count = sum(array.size for array in layer.params.values())
    return (texts("maps.parameters", n=f"{count:,}"),) if count else ()
