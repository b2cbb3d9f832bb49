"""The drawing pad of a page: how a test draws on it, and what it shows."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

Point = tuple[float, float]  # of the pad's width and height: 0 … 1
SEVEN = [(0.3, 0.22), (0.5, 0.22), (0.7, 0.22), (0.62, 0.42), (0.54, 0.62), (0.46, 0.82)]


def pad(page: Page) -> Locator:
    """The paper."""
    return page.locator(".st-key-canvas canvas")


def answered(page: Page, digit: int) -> None:
    """Wait until the first digit in the prediction's text is ``digit``."""
    expect(page.locator(".st-key-prediction")).to_have_text(re.compile(rf"^\D*{digit}"))


def waiting(page: Page) -> None:
    """Wait until nothing is predicted."""
    expect(page.locator(".st-key-prediction")).to_have_text(re.compile(r"^\D*$"))


def take(page: Page) -> None:
    """Stop the digit that writes itself, so that the pad is empty and the reader's."""
    pad(page).focus()
    page.keyboard.press("Delete")
    waiting(page)


def path(page: Page, points: Sequence[Point]) -> Iterator[Point]:
    """The points, and nine between each two, in pixels of the window."""
    box = pad(page).bounding_box()
    assert box is not None
    for (x0, y0), (x1, y1) in pairwise(points):
        for part in np.linspace(0, 1, 10):
            yield box["x"] + box["width"] * (x0 + (x1 - x0) * part), box["y"] + box["height"] * (y0 + (y1 - y0) * part)


def draw(page: Page, points: Sequence[Point], lift: bool = True) -> None:
    """One stroke of the mouse; of one point: a click."""
    track = list(path(page, points if len(points) > 1 else [*points, *points]))
    page.mouse.move(*track[0])
    page.mouse.down()
    for x, y in track:
        page.mouse.move(x, y)
    if lift:
        page.mouse.up()


def paper(page: Page) -> NDArray[np.float64]:
    """Opacity of each pixel of the pad (rows, columns), 0 … 1."""
    side, alpha = pad(page).evaluate(
        """canvas => [canvas.width, Array.from(canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 === 3))]"""
    )
    return np.array(alpha, float).reshape(side, side) / 255


def ink(page: Page) -> int:
    """Pixels of the pad that are drawn on."""
    return int((paper(page) > 0).sum())


def kept(page: Page) -> dict[str, Any]:
    """What the tab remembers, once it does: the drawing's ``strokes`` and its ``width``."""
    record = page.wait_for_function("JSON.parse(sessionStorage.getItem('cnn-playground:drawing'))").json_value()
    return {"strokes": [record["strokes"][number] for number in record["now"]], "width": record["width"]}
