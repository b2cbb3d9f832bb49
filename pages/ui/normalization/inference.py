"""Batch norm in training and at inference: one digit in several batches, and the running statistics."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explain.normalization import Running, apart, in_company
from cnn.explain.picture import fit
from cnn.training.normalization import (
    COMPANIES,
    MOST_UPDATES,
    NormalizationSettings,
    company_of,
    feature_maps,
    pool,
    remembered,
)
from pages.ui.drag import Curve, Panel, Slider, curves
from pages.ui.drag.options import drag_options
from pages.ui.grid import Mosaic, grid
from pages.ui.normalization import KEY, bracketed, number, scale_end
from pages.ui.options import settle
from pages.ui.settings import edit_settings, write_settings
from pages.ui.specimen import choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_CELL = 5  # CSS pixels of a cell of a map
_SIDE = (28, 28)  # of the pictures
_RUNNING, _BATCH, _ALL = 0, 1, 2  # looks of the curves


def show(picture: Any, controls: Any, texts: Texts) -> None:
    """The sliders, the digit in six batches, and what batch norm remembers of the batches that went by."""
    with controls:
        specimen = choose_specimen()
        before = edit_settings(NormalizationSettings, f"{KEY}_inference", ("channel",))
        (settings,), moving = drag_options([before], f"{KEY}.inference", ("company", "momentum"))
    with picture:
        maps = feature_maps(fit(specimen.picture, _SIDE)[None])[0]
        place = st.container()
        known = _remembered(settings.momentum, settings.company)
        settings, dragged = _curves(settings, known, texts)
        statistics = known.means[settings.seen], known.variances[settings.seen]
        companies, channel = company_of(settings.company), settings.channel - 1
        training = in_company(maps, companies)[:, channel]
        inference = in_company(maps, companies, statistics)[:, channel]
        with place:
            grid(f"{KEY}_companies", company_mosaics(training, inference, texts), wrap=True)
        _tell(settings, known, training, inference, texts)
    if not (moving or dragged):
        write_settings(settings)
        settle(KEY)


def company_mosaics(training: Array, inference: Array, texts: Texts) -> list[Mosaic]:
    """One map of the digit as it leaves each batch: (6, 14, 14) in training and at inference, on one scale.

    Marked is the cell that differs the most in training; its values are written above.
    """
    names = tuple(texts("inference.batch", n=n + 1) for n in range(COMPANIES))
    place = np.unravel_index(int(np.ptp(training, axis=0).argmax()), training.shape[1:])
    marks = np.zeros(training.shape, bool)
    marks[:, *place] = True
    written = [tuple(f"{one:.2f}".replace("-", "−") for one in maps[:, *place]) for maps in (training, inference)]
    limit = scale_end(training)
    return [
        Mosaic(
            maps, texts(f"inference.{name}"), kind="normalization", cell=_CELL, across=COMPANIES, names=names,
            limit=limit, groups=(0,) * COMPANIES, map_labels=labels, marks=marks,
            marks_label=texts("inference.marked"),
        )
        for name, maps, labels in zip(("training", "inference"), (training, inference), written, strict=True)
    ]  # fmt: skip


def _curves(settings: NormalizationSettings, known: Running, texts: Texts) -> tuple[NormalizationSettings, bool]:
    """Mean and variance of the channel over the updates: remembered, of each batch, of all digits; the marker."""
    channel = settings.channel - 1
    everything = pool()[:, channel]
    running = np.stack([known.means[:, channel], known.variances[:, channel]])
    batches = np.full_like(running, np.nan)
    batches[:, 1:] = known.batch_means[:, channel], known.batch_variances[:, channel]
    whole = np.repeat([[everything.mean()], [everything.var(ddof=1)]], MOST_UPDATES + 1, axis=1)
    lines = [
        Curve(texts("curves.running"), running, _RUNNING),
        Curve(texts("curves.batch"), batches, _BATCH),
        Curve(texts("curves.all"), whole, _ALL),
    ]
    panels = [
        Panel(texts(f"curves.{name}"), *_ends(running[place], batches[place], whole[place]))
        for place, name in enumerate(("mean", "variance"))
    ]
    axis = Slider("seen", texts("curves.updates"), 0, MOST_UPDATES, settings.seen, 1)
    marker = curves(f"{KEY}.running", axis, np.arange(MOST_UPDATES + 1), panels, lines)
    return replace(settings, seen=int(marker.value)), marker.moving


def _tell(settings: NormalizationSettings, known: Running, training: Array, inference: Array, texts: Texts) -> None:
    channel, seen = settings.channel - 1, settings.seen
    _, height, width = training.shape
    everything = pool()[:, channel]
    said: dict[str, Any] = {
        "company": settings.company, "apart": number(apart(training)), "same": number(apart(inference)),
        "batches": COMPANIES, "channel": settings.channel, "seen": seen, "momentum": f"{settings.momentum:g}",
        "mean": number(known.means[seen, channel]), "variance": number(known.variances[seen, channel]),
        "everything": number(float(everything.mean())), "whole": number(float(everything.var(ddof=1))),
        "height": height, "width": width,
    }  # fmt: skip
    kind = "alone" if settings.company == 1 else "company"
    lines = [texts(f"see.{name}", **said) for name in (kind, "inference", "running")]
    st.markdown("\n".join(f"- {line}" for line in lines))
    if seen:
        last = seen - 1  # the number of updates before, and of the batch of this one
        then = {
            "before_in": bracketed(known.means[last, channel]),
            "batch_in": bracketed(known.batch_means[last, channel]),
            "spread_before": number(known.variances[last, channel]),
            "spread_batch": number(known.batch_variances[last, channel]),
        }
        st.latex(texts("formula.running", **said, **then))
        st.latex(texts("formula.running_variance", **said, **then))
    st.latex(texts("formula.inference"))


def _ends(*rows: Array) -> tuple[float, float]:
    """The ends of a panel: a little more than all that is drawn."""
    drawn = np.concatenate(rows)
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


@lru_cache(maxsize=32)
def _remembered(momentum: float, company: int) -> Running:
    return remembered(momentum, company)
