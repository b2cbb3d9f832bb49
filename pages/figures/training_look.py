"""All figures of the Train page with what they have in common bound once: words, names of layers, theme, past runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.training.inspect import LayerStatistics
from cnn.training.record import Columns
from pages.figures import curves, distributions, network_pictures
from pages.figures.mosaic import Picture

Array = NDArray[Any]
Named = list[tuple[str, Picture]]
WORDS = (*curves.WORDS, *distributions.WORDS, "input")


@dataclass(frozen=True)
class TrainingLook:
    """How a run is drawn.

    Attributes:
        words: in the reader's language, for each of ``WORDS``.
        names: what the layers of the network are called.
        dark: whether the page is dark.
        ghosts: past runs, drawn behind the present one.
    """

    words: Mapping[str, str]
    names: Sequence[str]
    dark: bool
    ghosts: Sequence[curves.Ghost] = ()

    def live(self, records: Columns, waits: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Loss and accuracy while training: ECharts options, with a notice as long as there are no records."""
        return (
            curves.live_chart(records, "loss", self.words, self.dark, self.ghosts, waits),
            curves.live_chart(records, "accuracy", self.words, self.dark, self.ghosts, waits),
        )

    def full(self, records: Columns) -> go.Figure:
        """Both curves in full."""
        return curves.full_curves(records, self.words, self.dark, self.ghosts)

    def kernels(self, weights: Mapping[str, Array]) -> Named:
        """The kernels of each convolution."""
        return network_pictures.kernel_pictures(weights, self.names, self.dark)

    def maps(self, image: Array, outputs: Sequence[Array]) -> Named:
        """The digit (1, 1, 28, 28) and what each layer makes of it."""
        layers = network_pictures.map_pictures(outputs, self.names, self.dark)
        return [(self.words["input"], self.digit(image[0, 0])), *layers]

    def digit(self, image: Array) -> Picture:
        """A digit (28, 28)."""
        return network_pictures.input_picture(image, self.dark)

    def histograms(self, layers: Sequence[LayerStatistics]) -> tuple[dict[str, Any], int]:
        """ECharts options and the height that they need: none where no layer has weights."""
        return distributions.histograms(layers, self.names, self.words), distributions.height(layers)

    def ratios(self, layers: Sequence[LayerStatistics]) -> tuple[dict[str, Any], int]:
        """ECharts options and the height that they need: none where no layer has weights."""
        return distributions.ratios(layers, self.names, self.words), 260 if distributions.height(layers) else 0
