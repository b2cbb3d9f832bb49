"""Dropout's masks on a real digit, and the proof of which scaling is right."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explain.dropout import SCALINGS, Masked, drop, maps_before_head
from cnn.training.regularization import MASKS, RegularizationSettings
from pages.ui.drag import Curve, Panel, Slider, curves
from pages.ui.drag.options import drag_options
from pages.ui.grid import Mosaic, grid
from pages.ui.layer_names import shape_text
from pages.ui.models import shipped_model
from pages.ui.options import settle
from pages.ui.regularization import KEY
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.specimen import choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_PREFIX = f"{KEY}_dropout"  # of the widgets of this part
_TRAINING, _INFERENCE, _MISTAKEN = 0, 2, 1  # looks of the curves
_ACROSS, _CELL = 8, 4  # maps in one line, CSS pixels of a cell: the row fits beside the controls
_FITS = 0.03  # training and inference differ by less than this share


def show(picture: Any, controls: Any, texts: Texts) -> None:
    """The part of the page."""
    with controls:
        specimen = choose_specimen()
        edit_settings(RegularizationSettings, f"{_PREFIX}_seed", ("seed",))
        st.button(
            texts("dropout.next"), key=f"{KEY}_next_mask", icon=":material/shuffle:", on_click=_next_mask,
            width="stretch",
        )  # fmt: skip
    with picture:
        (settings,), moving = drag_options((read_settings(RegularizationSettings),), f"{_PREFIX}.rate", only=("rate",))
        maps = maps_before_head(shipped_model().network, specimen.picture)
        place = st.container()
        settings, stepping = _choose_mask(settings, maps, texts)
        found = _dropped(maps.tobytes(), maps.shape, settings.rate, settings.mask, settings.seed)
        with place:
            mosaics = _mosaics(specimen.picture, maps, found, settings, texts)
            grid(f"{KEY}_dropout_maps", mosaics, wrap=True, coarse=moving or stepping)
            _proof(found, settings, texts)
    if not (moving or stepping):
        write_settings(settings)
        settle(_PREFIX)


def _next_mask() -> None:
    settings = read_settings(RegularizationSettings)
    write_settings(replace(settings, mask=settings.mask % MASKS + 1))


def _choose_mask(settings: RegularizationSettings, maps: Array, texts: Texts) -> tuple[RegularizationSettings, bool]:
    """The averages over 1 … all masks, for both scalings; a marker chooses the mask that is looked at."""
    found = _dropped(maps.tobytes(), maps.shape, settings.rate, 1, settings.seed)
    scalings = found.scalings
    trained = np.stack([scalings["inverted"].running, scalings["classic"].running])
    inferred = np.stack([np.full(MASKS, scalings[name].inference) for name in ("inverted", "classic")])
    mistaken = np.stack([np.full(MASKS, np.nan), np.full(MASKS, scalings["mistaken"].inference)])
    lines = [
        Curve(texts("dropout.training"), trained, _TRAINING),
        Curve(texts("dropout.inference"), inferred, _INFERENCE),
        Curve(texts("dropout.mistaken"), mistaken, _MISTAKEN),
    ]
    highest = 1.3 * float(max(np.nanmax(one.samples) for one in lines)) or 1.0
    panels = [Panel(texts(f"dropout.panel_{name}"), 0, highest) for name in ("inverted", "classic")]
    axis = Slider("mask", texts("dropout.masks"), 1, MASKS, settings.mask, 1)
    marker = curves(f"{_PREFIX}.mask", axis, np.arange(1, MASKS + 1), panels, lines)
    return replace(settings, mask=int(marker.value)), marker.moving


def _mosaics(
    picture: Array, maps: Array, found: Masked, settings: RegularizationSettings, texts: Texts
) -> list[Mosaic]:
    """The picture, what the last layer is given, the mask, and what is left of it in training."""
    units = maps.size
    limit = float(maps.max()) / (1 - settings.rate) or 1.0
    shared: dict[str, Any] = {"across": _ACROSS, "cell": _CELL, "scale": "magnitude"}
    cell = max(1, round(116 / picture.shape[0]))
    return [
        Mosaic(
            picture[None], texts("dropout.input"), notes=(shape_text(picture.shape),), kind="input", scale="ink",
            cell=cell,
        ),
        Mosaic(
            maps, texts("dropout.x"), notes=(texts("dropout.units", n=units),), kind="pooling", limit=limit, **shared
        ),
        Mosaic(
            found.mask, texts("dropout.mask", n=settings.mask), kind="other", limit=1.0,
            notes=(texts("dropout.kept", kept=found.kept, n=units),), **shared,
        ),
        Mosaic(
            found.scalings["inverted"].output, texts("dropout.output"), kind="other",
            notes=(texts("dropout.factor", factor=f"{1 / (1 - settings.rate):.3g}"),), limit=limit, **shared,
        ),
    ]  # fmt: skip


def _proof(found: Masked, settings: RegularizationSettings, texts: Texts) -> None:
    """Average activation in training and at inference, scaling by scaling."""
    lines = [texts("dropout.head"), "|:--|:--|:--|--:|--:|--:|"]
    for name in SCALINGS:
        one = found.scalings[name]
        fits = abs(one.ratio - 1) < _FITS
        verdict = texts(f"dropout.{'fits' if fits else 'fails'}", ratio=f"{one.ratio:.3g}")
        lines.append(
            texts(f"dropout.row_{name}", training=f"{one.average:.4f}", inference=f"{one.inference:.4f}")
            + f" {verdict} |"
        )
    st.markdown("\n".join(lines))
    p = settings.rate
    wrong = found.scalings["mistaken"]
    key = "hidden" if abs(wrong.ratio - 1) < _FITS else "wrong"
    st.markdown(texts(f"dropout.see_{key}", p=f"{p:g}", kept=f"{1 - p:g}", ratio=f"{wrong.ratio:.3g}", masks=MASKS))
    st.latex(texts("dropout.formula", p=f"{p:g}", kept=f"{1 - p:.4g}", ratio=f"{p / (1 - p):.3g}"))


@lru_cache(maxsize=64)
def _dropped(data: bytes, shape: tuple[int, ...], rate: float, mask: int, seed: int) -> Masked:
    return drop(np.frombuffer(data, np.float32).reshape(shape), rate, MASKS, mask, seed)
