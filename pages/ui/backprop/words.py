"""What is seen at a station, in words with the numbers, and its formula."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import Activation
from cnn.explain.backprop import Act, Moment, Play, Station, root_mean_square
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import Layer
from cnn.layers.funnel import FReLU
from cnn.outline import kind_of
from pages.ui.layer_names import kind_of_layer, shape_text, short_name
from pages.ui.numbers import apart, number, percent
from pages.ui.texts import Texts

Array = NDArray[Any]
_ALIKE = 1.15  # gradients whose sizes differ by less are called the same


def layer_title(layer: Layer | Activation) -> str:
    """Its short name, also where an activation stands as a layer."""
    return short_name(layer.activation if isinstance(layer, ActivationLayer) else layer)


def station_title(station: Station, play: Play, texts: Texts) -> str:
    """What a station is called: "Back through conv 16@5×5"."""
    if station.layer < 0:
        return texts(f"station.{station.act}")
    return texts(f"station.{station.act}", name=layer_title(play.scenes[station.layer].layer))


def tensor_title(name: str, slope: bool, texts: Texts) -> str:
    """What "x", "weight" or "conv.weight", a layer inside a layer, is called; or the gradient of it."""
    inside, _, own = name.rpartition(".")
    title = texts(f"part.{own}_gradient" if slope else f"part.{own}")
    return f"{title} ({inside})" if inside else title


def caption(station: Station, play: Play, moments: list[Moment], classes: tuple[str, ...], texts: Texts) -> str:
    """The sentences for a station.

    Args:
        station: where we are.
        play: the way of the picture.
        moments: before and after the updates.
        classes: what the outputs mean.
        texts: the page's.
    """
    if station.act is Act.FORWARD:
        return _forward(play, station.layer, texts)
    if station.act is Act.BACKWARD:
        return _backward(play, station.layer, texts)
    values = _of_all(play, moments, classes)
    if station.act in (Act.UPDATE, Act.REPEAT):
        said = [texts(f"caption.{station.act}.{_way(moments)}", **values)]
        if station.act is Act.UPDATE and values["share"] != values["share_after"]:
            said.append(texts("caption.goes", **values))
        return " ".join([*said, _others(moments, texts)]).strip()
    if station.act is Act.LOSS and not play.through_softmax:
        return texts("caption.loss_direct", **values)
    if station.act is Act.LOSS and values["answer"] == values["right"]:
        return texts("caption.loss_right", **values)
    return texts(f"caption.{station.act}", **values)


def _way(moments: list[Moment]) -> str:
    """What the loss does: "falls", "stays" or "rises", as also what is no number any more."""
    before, after = moments[0].loss, moments[-1].loss
    return "falls" if after < before else "stays" if after == before else "rises"


def formula(station: Station, play: Play, loss: str, texts: Texts) -> str:
    """The formula of a station in LaTeX; "" where there is none. ``loss`` is the loss's registered name."""
    if station.act is Act.LOSS:
        return texts(f"formula.loss.{loss if play.through_softmax else 'direct'}")
    if station.layer < 0:
        return texts.get(f"formula.{station.act}", "")
    topic = _topic(play.scenes[station.layer].layer, f"formula.{station.act}", texts)
    return texts(f"formula.{station.act}.{topic}")


def _topic(layer: Layer, table: str, texts: Texts) -> str:
    """Under which name ``table`` tells of a layer: its own, its kind's, or "other"."""
    own, kind = kind_of(layer), "frelu" if isinstance(layer, FReLU) else kind_of_layer(layer)
    return next((name for name in (own, kind) if f"{table}.{name}" in texts), "other")


def _forward(play: Play, place: int, texts: Texts) -> str:
    scene = play.scenes[place]
    low, high = float(np.min(scene.y)), float(np.max(scene.y))
    return texts(
        f"caption.forward.{_topic(scene.layer, 'caption.forward', texts)}",
        name=layer_title(scene.layer), read=shape_text(scene.x.shape), made=shape_text(scene.y.shape),
        low=number(low), high=number(high), count=f"{scene.y.size:,}", best=int(scene.y.argmax()),
        zero=percent(_share(scene.y == 0)), **_counts(scene.weights),
    )  # fmt: skip


def _backward(play: Play, place: int, texts: Texts) -> str:
    scene = play.scenes[place]
    told = texts(
        f"caption.backward.{_topic(scene.layer, 'caption.backward', texts)}",
        name=layer_title(scene.layer), read=shape_text(scene.x.shape), made=shape_text(scene.y.shape),
        comes=number(root_mean_square(scene.dy)), goes=number(root_mean_square(scene.dx)),
        reached=percent(_share(scene.dx != 0)), count=f"{scene.dx.size:,}",
        stopped=percent(_share((scene.dy != 0) & (scene.dx == 0)) if scene.dx.shape == scene.dy.shape else 0.0),
    )  # fmt: skip
    return f"{told} {_compared(play, place, texts)}".strip()


def _compared(play: Play, place: int, texts: Texts) -> str:
    """How large the gradient of a layer's weights is beside that of the last layer's."""
    size, last = play.size_of_gradient(place), play.last_weighted
    if size is None or last is None:
        return ""
    if last == place:
        return texts("compared.last", size=number(size))
    reference = play.size_of_gradient(last) or 0.0
    names = {"name": layer_title(play.scenes[place].layer), "last": layer_title(play.scenes[last].layer)}
    if not (size > 0 and reference > 0 and np.isfinite(size) and np.isfinite(reference)):
        return texts("compared.nothing", size=number(size), **names)
    ratio = reference / size
    way = "same" if 1 / _ALIKE < ratio < _ALIKE else "smaller" if ratio > 1 else "larger"
    return texts(f"compared.{way}", size=number(size), times=number(max(ratio, 1 / ratio)), **names)


def _of_all(play: Play, moments: list[Moment], classes: tuple[str, ...]) -> dict[str, object]:
    first, last, right = moments[0], moments[-1], play.label
    answer = int(play.answers.argmax())
    write = percent if play.through_softmax else number
    loss, loss_after = apart(number, first.loss, last.loss, 3)
    share, share_after = apart(write, float(first.answers[right]), float(last.answers[right]), 2)
    return {
        "right": classes[right],
        "answer": classes[answer],
        "sure": percent(float(play.answers[answer])),
        "share": share,
        "share_after": share_after,
        "value": number(float(play.outputs[right])),
        "loss": loss,
        "loss_after": loss_after,
        "change": number(abs(last.loss - first.loss), 3),
        "slope": number(float(play.doutputs[right])),
        "steps": len(moments) - 1,
        "shape": shape_text(play.picture.shape),
    }


def _others(moments: list[Moment], texts: Texts) -> str:
    """What the updates did to digits that they were not made for."""
    before, after = moments[0].others, moments[-1].others
    if before is None or after is None:
        return ""
    way = "worse" if after < before else "better" if after > before else "same"
    return texts(f"others.{way}", before=percent(before), after=percent(after))


def _counts(weights: Mapping[str, Array]) -> dict[str, str]:
    """How many weights, and how many biases."""
    biases = sum(one.size for name, one in weights.items() if name.endswith("bias"))
    return {"weights": f"{sum(one.size for one in weights.values()) - biases:,}", "biases": f"{biases:,}"}


def _share(mask: Array) -> float:
    return float(np.mean(mask)) if mask.size else 0.0
