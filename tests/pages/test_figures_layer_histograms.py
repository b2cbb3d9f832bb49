"""Histograms of layers as one picture: what is drawn is what was counted, and what is written cannot break out."""

import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

from pages.figures.layer_histograms import Histograms, layer_histograms
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK

PANEL = Histograms(
    "Outputs", [np.array([0, 4, 1]), np.array([9, 0, 9])], ("1", "2"), ("layer 1: 0.5", "layer 2: 1"),
    (-1.0, "−1"), (1.0, "1"), (False, False), 0, 1,
)  # fmt: skip


def drawn(html: str) -> ElementTree.Element:
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", html)
    assert found is not None
    return ElementTree.fromstring(b64decode(found[1]))


def paths(picture: ElementTree.Element, colour: str) -> list[str]:
    return [one.attrib["d"] for one in picture.iter("{http://www.w3.org/2000/svg}path") if one.get("fill") == colour]


def rectangles(picture: ElementTree.Element, colour: str) -> int:
    return sum(one.get("fill") == colour for one in picture.iter("{http://www.w3.org/2000/svg}rect"))


def test_bars_are_as_long_as_the_roots_of_the_counts() -> None:
    first, second = paths(drawn(layer_histograms([PANEL], False)), CATEGORIES[0])
    ends = [float(x) for x in re.findall(r"H([\d.]+)", first)]
    start = float(re.match(r"M([\d.]+)", first)[1])  # type: ignore[index]
    lengths = np.array(ends[:3]) - start  # from the highest value down
    assert lengths[1] == max(lengths)
    np.testing.assert_allclose(lengths / lengths.max(), [0.5, 1, 0], atol=1e-2)
    assert second != first


def test_what_lies_beyond_an_open_end_has_its_own_colour() -> None:
    closed, upper, both = (
        rectangles(drawn(layer_histograms([replace(PANEL, beyond=beyond)], False)), CATEGORIES[1])
        for beyond in ((False, False), (False, True), (True, True))
    )
    assert (closed, upper, both) == (0, 1, 2)


def test_a_layer_without_any_number_is_empty() -> None:
    picture = drawn(layer_histograms([replace(PANEL, counts=[np.zeros(3, int)] * 2, beyond=(True, True))], False))
    assert rectangles(picture, CATEGORIES[1]) == 0


def test_the_dark_page_has_lighter_colours() -> None:
    assert len(paths(drawn(layer_histograms([PANEL], True)), CATEGORIES_ON_DARK[0])) == 2


def test_it_is_told_in_words() -> None:
    alt = re.search(r'alt="([^"]*)"', layer_histograms([PANEL], False))
    assert alt is not None
    assert alt[1] == "Outputs: layer 1: 0.5; layer 2: 1"


@pytest.mark.parametrize("field", ["title", "names", "notes"])
def test_words_stay_words(field: str) -> None:
    bad = '"><script>x</script>&'
    panel = replace(PANEL, **{field: bad if field == "title" else (bad, bad)})
    html = layer_histograms([panel], False)
    assert "<script" not in html
    texts = "".join(drawn(html).itertext())
    assert "x</script>" in (texts if field == "names" else unescape(html))


def test_a_picture_that_stands_alone_is_as_wide_as_it_needs_with_a_colour_for_each_and_names_of_two_lines() -> None:
    colours = ("#123456", "#654321")
    alone = replace(PANEL, names=("one\n(1)", "two"), wide=True, colours=colours)
    html = layer_histograms([alone], False)
    picture = drawn(html)
    assert "layer-histograms scrolls" in html
    assert float(picture.attrib["width"]) < 390, "two columns fit a phone"
    many = replace(alone, counts=[PANEL.counts[0]] * 9, names="abcdefghi", colours=colours * 5)
    assert float(drawn(layer_histograms([many], False)).attrib["width"]) == 960
    assert float(picture.attrib["height"]) > 199, "room for the second line"
    assert [len(paths(picture, colour)) for colour in colours] == [1, 1]
    assert not paths(picture, CATEGORIES[0])
    assert [one.text for one in picture.iter("{http://www.w3.org/2000/svg}tspan")] == ["one", "(1)", "two"]


def test_twenty_layers_are_small_enough_to_be_sent_ten_times_a_second() -> None:
    counts = [np.random.default_rng(n).integers(0, 900, 40) for n in range(20)]
    words = tuple(str(n) for n in range(20))
    assert len(layer_histograms([replace(PANEL, counts=counts, names=words, notes=words)] * 2, False)) < 60_000
