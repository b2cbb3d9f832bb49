"""What the page is about: which network, which picture, which class is right; and where on the way we are."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import DIGIT_NAMES, digits
from cnn.errors import PlaygroundError
from cnn.explain.backprop import BackpropSettings
from cnn.explain.picture import fit
from pages.ui import models
from pages.ui.errors import show_error
from pages.ui.menus import menu
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.specimen import Specimen, choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]

KEY = "backprop"  # prefix of the widgets' keys
_MODEL, _TARGET = "backprop_model", "backprop_target"
_FROZEN = "backprop_frozen"
_AUTO = "auto"
_OTHERS, _OTHERS_SEED = 50, 11


@dataclass(frozen=True, eq=False)
class Cast:
    """Who takes part.

    Attributes:
        settings: of the page, not yet written into the URL.
        model: the network and its classes.
        picture: (H, W) as the network takes it.
        label: the class that is right.
    """

    settings: BackpropSettings
    model: models.Model
    picture: Array
    label: int


def thaw() -> None:
    """Take networks anew: a run goes on, but while one walks through it the network must stay as it is."""
    st.session_state.pop(_FROZEN, None)


def choose_cast(texts: Texts) -> Cast:
    """The controls; what was chosen."""
    settings = read_settings(BackpropSettings)
    model = _choose_model(settings.model, texts)
    specimen = choose_specimen()
    rows, columns = model.network.input_shape[-2:]
    picture = fit(specimen.picture, (rows, columns))
    if specimen.picture.shape != picture.shape:
        st.caption(texts("typed_fit", rows=rows, columns=columns))
    label = _choose_target(settings.target, specimen, picture, model, texts)
    settings = edit_settings(BackpropSettings, KEY, ("lr",), more=("loss",))
    return Cast(settings, model, picture, label)


def other_digits(model: models.Model) -> tuple[Array, Array] | None:
    """Digits that are not learned here, to ask what becomes of them; None for a network of other things."""
    return _others() if model.classes == DIGIT_NAMES else None


@cache
def _others() -> tuple[Array, Array]:
    images, labels = digits(_OTHERS, seed=_OTHERS_SEED)
    for array in (images, labels):
        array.setflags(write=False)
    return images, labels


def _choose_model(name: str, texts: Texts) -> models.Model:
    offered = models.offered()
    shown = name if name in offered else models.UNTRAINED
    ordered = sorted(offered, key=lambda one: one != models.UNTRAINED)  # the page begins with the untrained one
    menu(texts("model.label"), ordered, shown, _MODEL, lambda one: _set(model=one), lambda one: texts(f"model.{one}"))
    if name not in offered:
        st.info(texts("model.not_loaded"))
    frozen: dict[str, models.Model] = st.session_state.setdefault(_FROZEN, {})
    if shown not in frozen:
        try:
            chosen = models.model(shown)
        except PlaygroundError as error:
            show_error(error)
            return _untrained()
        if chosen is None:
            st.info(texts("model.no_run"))
            return _untrained()
        frozen[shown] = chosen
    return frozen[shown]


def _untrained() -> models.Model:
    model = models.model(models.UNTRAINED)
    assert model is not None, "an untrained network can always be had"
    return model


def _choose_target(target: int | str, specimen: Specimen, picture: Array, model: models.Model, texts: Texts) -> int:
    classes = model.classes
    found = _shown(specimen, picture, model)
    known = isinstance(target, str) or target < len(classes)
    offered = (_AUTO, *range(len(classes)))
    shown = target if known else _AUTO

    def called(one: int | str) -> str:
        return texts("target.auto", name=classes[found]) if isinstance(one, str) else classes[one]

    menu(
        texts("target.label"), offered, shown, _TARGET, lambda one: _set(target=one), called, help=texts("target.help")
    )
    if not known:
        st.warning(texts("target.beyond", target=target, most=len(classes) - 1))
    return found if shown == _AUTO else int(shown)


def _shown(specimen: Specimen, picture: Array, model: models.Model) -> int:
    """What the picture shows: the sample's digit, else what a trained network reads in it."""
    if model.classes != DIGIT_NAMES:
        return _read(model, picture)
    if specimen.kind.startswith("digit-"):
        return int(specimen.kind[-1])
    return _read(models.shipped_model(), picture)


def _read(model: models.Model, picture: Array) -> int:
    with np.errstate(all="ignore"):
        return int(model.network.predict(picture[None, None])[0].argmax())


def _set(**changed: Any) -> None:
    write_settings(replace(read_settings(BackpropSettings), **changed))
