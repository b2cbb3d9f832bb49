"""What layers are called where there is little room ("conv 8@5"), and which kind, and so colour, they belong to."""

from cnn.activations import ACTIVATIONS, Activation
from cnn.layers.base import LAYERS, Layer, Shape
from cnn.options import options_of
from pages.ui.language import language
from pages.ui.options import name_of_kind
from pages.ui.texts import Texts

# A layer belongs to the kind that the module of its class is about.
_KINDS = {
    "convolution": "convolution",
    "activations": "activation",
    "activation": "activation",
    "funnel": "activation",
    "pooling": "pooling",
    "linear": "linear",
    "normalization": "normalization",
    "batch_norm": "normalization",
}


def short_name(layer: Layer | Activation) -> str:
    """Its name with what matters most: ``"conv 8@5"``, ``"linear 10"``; the kind's name where no short one is known."""
    words = Texts("layers", language())
    name = registered_name(layer)
    if f"short.{name}" not in words:
        return name_of_kind(name)
    return words(f"short.{name}", **{one.name: _plain(getattr(layer, one.name)) for one in options_of(layer)})


def kind_of_layer(layer: Layer | Activation) -> str:
    """ "convolution", "activation", "pooling", "linear", "normalization" or "other"."""
    return _KINDS.get(type(layer).__module__.rsplit(".", 1)[-1], "other")


def registered_name(layer: Layer | Activation) -> str:
    """The name in its registry: ``"conv2d"``, ``"relu"``."""
    return ACTIVATIONS.name_of(layer) if isinstance(layer, Activation) else LAYERS.name_of(layer)


def shape_text(shape: Shape | None) -> str:
    """``"8 × 28 × 28"``; a dash where it is not known."""
    return "–" if shape is None else " × ".join(f"{size:,}" for size in shape)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
