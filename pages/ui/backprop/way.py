"""The strip of stations for a play: names, stops, and where on it we are."""

from collections.abc import Sequence
from dataclasses import replace

from cnn.explain.backprop import Act, BackpropSettings, Play, Station
from pages.ui.backprop.words import layer_title, station_title
from pages.ui.layer_names import kind_of_layer
from pages.ui.numbers import number
from pages.ui.settings import read_settings, write_settings
from pages.ui.stations import Name, Stop, arrived, gone_to, stations
from pages.ui.texts import Texts

_KEY = "stations"


def at_present(count: int) -> int:
    """The stop, of ``count``, where the reader has just gone; else where the URL says."""
    gone = gone_to(_KEY, count)
    return min(read_settings(BackpropSettings).at, count - 1) if gone is None else gone


def keep(at: int) -> None:
    """Let the URL say where we are, beside all the rest that it says."""
    write_settings(replace(read_settings(BackpropSettings), at=at))
    arrived(_KEY)


def show_way(
    play: Play, way: Sequence[Station], at: int, pictures: tuple[str, Sequence[str], Sequence[str]], texts: Texts
) -> None:
    """Draw the strip.

    Args:
        play: what the engine did.
        way: all stations.
        at: the present one.
        pictures: data URIs of the input, of each layer's output, of each layer's gradient.
        texts: the page's.
    """
    image, outputs, gradients = pictures
    count = len(play.scenes)
    names = [
        Name(texts("stations.input"), "input"),
        *(Name(layer_title(scene.layer), kind_of_layer(scene.layer)) for scene in play.scenes),
    ]
    drawn = {Act.INPUT: [image], Act.FORWARD: outputs, Act.BACKWARD: gradients}
    columns = {Act.LOSS: count + 1, Act.UPDATE: 0, Act.REPEAT: 0}
    stops = [
        Stop(
            act=station.act,
            column=columns.get(station.act, station.layer + 1),
            label=station_title(station, play, texts),
            picture=drawn[station.act][max(0, station.layer)] if station.act in drawn else "",
            sign=_sign(station, play, i <= at, texts),
            short=texts.get(f"stations.short.{station.act}", ""),
        )
        for i, station in enumerate(way)
    ]
    stations(_KEY, names, stops, at, texts)


def _sign(station: Station, play: Play, reached: bool, texts: Texts) -> str:
    """What is written where there is no picture: the loss, once it is known."""
    if station.act is Act.LOSS and reached:
        return number(play.loss)
    return texts.get(f"stations.sign.{station.act}", "")
