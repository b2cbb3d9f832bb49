"""The gradient check of the page: run where the reader asks for it, kept while nothing changes, spoilt on purpose."""

import hashlib
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import digits
from cnn.errors import PlaygroundError
from cnn.explain.backprop import BackpropSettings
from cnn.explain.faults import sampled_check, verdict, with_fault
from cnn.gradcheck import GradientCheck
from cnn.losses import Loss
from cnn.network import Network
from pages.ui.backprop.blocks import check_html
from pages.ui.backprop.controls import KEY, Cast
from pages.ui.backprop.words import layer_title, tensor_title
from pages.ui.errors import show_error
from pages.ui.headings import heading
from pages.ui.numbers import number
from pages.ui.settings import edit_settings
from pages.ui.texts import Texts

Array = NDArray[Any]

_OTHERS, _SEED = 2, 5  # digits that make a mini-batch of the picture: with one alone, a forgotten 1/N is not seen
_KEPT = "backprop_checked"


@st.fragment
def check(cast: Cast, texts: Texts) -> None:
    """What it is about, the switch and the fault, and the result where it is asked for."""
    heading(texts("check.title"), texts("check.lead", n=_OTHERS + 1))
    with st.container(key="bp_check_controls"):
        settings = edit_settings(BackpropSettings, f"{KEY}_check", ("check", "fault"))
    if settings.check:
        _show(cast, settings, texts)


def _show(cast: Cast, settings: BackpropSettings, texts: Texts) -> None:
    network = cast.model.network
    images, labels = _batch(network, cast.picture, cast.label)
    try:
        found = _checked(network, settings.loss, images, labels, texts)
    except PlaygroundError as error:  # the weights of a run that is about to diverge
        show_error(error)
        return
    shown = with_fault(found, settings.fault, len(images))
    st.markdown(_summary(shown, settings.fault, texts))
    st.html(check_html(shown, _names(network, texts), texts))
    st.caption(texts("check.legend"))


def _batch(network: Network, picture: Array, label: int) -> tuple[Array, Array]:
    """The picture and other digits, as the network takes them; labels that it has."""
    others, labels = digits(_OTHERS, seed=_SEED)
    images = np.concatenate([picture[None, None], others]).astype(np.float64)
    return images, np.minimum(np.array([label, *labels]), network.output_shape[0] - 1)


def _checked(network: Network, loss: Loss, images: Array, labels: Array, texts: Texts) -> GradientCheck:
    """The check of this network on this batch: computed once."""
    key = _fingerprint(network, loss, images, labels)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        bar = st.progress(0.0, texts("check.running"))
        kept = key, sampled_check(network, loss, images, labels, lambda done, of: _tell(bar, done, of, texts))
        bar.empty()
        st.session_state[_KEPT] = kept
    return kept[1]


def _tell(bar: Any, done: int, total: int, texts: Texts) -> None:
    if done % 4 == 0:
        bar.progress(done / total, texts("check.progress", done=done, total=total))


def _fingerprint(network: Network, loss: Loss, images: Array, labels: Array) -> str:
    print_ = hashlib.sha256(repr((network.layers, loss)).encode())
    for array in (network.parameters, *network.buffers().values(), images, labels):
        print_.update(np.ascontiguousarray(array).tobytes())
    return print_.hexdigest()


def _summary(check: GradientCheck, fault: str, texts: Texts) -> str:
    verdicts = [verdict(tensor) for tensor in check.tensors]
    wrong, grey = verdicts.count("differs"), verdicts.count("kink")
    values = {"wrong": wrong, "all": len(verdicts), "grey": grey, "error": number(check.error)}
    if fault == "none":
        return texts("check.wrong" if wrong else "check.right", **values)
    return texts("check.caught" if wrong else "check.missed", fault=texts(f"fault.{fault}"), **values)


def _names(network: Network, texts: Texts) -> dict[str, str]:
    """``"0.weight"`` as people read it."""
    names: dict[str, str] = {}
    for key in network.slices:
        index, name = key.split(".", 1)
        names[key] = f"{layer_title(network.layers[int(index)])} · {tensor_title(name, False, texts)}"
    return names
