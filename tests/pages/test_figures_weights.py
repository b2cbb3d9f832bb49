"""Histograms of weights: the start in grey, each contestant in the colour of its curve."""

import re
from base64 import b64decode

import numpy as np
import pytest

from pages.figures.race import style
from pages.figures.weights import weight_histograms

COUNTS = [np.arange(5), np.arange(5)[::-1], np.ones(5, int)]


@pytest.mark.parametrize("dark", [False, True])
def test_each_contestant_keeps_its_colour(dark: bool) -> None:
    html = weight_histograms(COUNTS, ["start", "a", "c"], ["s", "a", "c"], [0, 2], "Weights", 0.2, dark)
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", html)
    assert found is not None
    drawn = b64decode(found[1]).decode()
    fills = re.findall(r'<path d="[^"]+" fill="(#\w+)"', drawn)
    assert fills[1:] == [style(0, dark).colour, style(2, dark).colour]
    assert fills[0] not in fills[1:]
    assert "−0.2" in drawn
    assert 'alt="Weights: s; a; c"' in html
