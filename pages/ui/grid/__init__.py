"""The one interactive grid: feature maps, kernels, confusion matrices, drawn and explored in the browser.

A :class:`Mosaic` is a set of equally large maps of numbers with a title and a colour scale; :func:`grid` shows a row of
them. Pointing at a cell (mouse, finger or arrow keys) shows its place and value, and what it sees of the input, in all
grids of the same ``link``; no run of the script is needed. A click selects the cell for pages that ask for it.

Where a mosaic says what its cells are made of (:class:`Reads`), pointing at one frames its window in the mosaic that it
reads and lays out operands, products and result below; pointing at a cell that is read frames all that read it.

Where a mosaic says which of its maps belong together, pointing at a cell lights up the maps of its group, in all such
mosaics of the grid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from pages.ui.grid.mosaic import Array, Mosaic, Reads, as_tiles, message
from pages.ui.language import language
from pages.ui.texts import Texts

__all__ = ["Cell", "Edit", "Mosaic", "Reads", "grid", "read_cell", "read_edit"]

_LONGEST_NUMBER = 40  # characters of what is typed into a cell that are read
_FOLDER = Path(__file__).parent
_SCRIPTS = ("grid.js", "paint.js", "windows.js", "detail.js", "groups.js", "sweep.js", "edit.js", "../wire.js")
_TEXTS = (
    "sees", "read_by", "padding", "unread", "detail", "window", "weights", "products", "channel",
    "play", "pause", "next", "previous", "speed", "position", "type_here", "keys",
)  # fmt: skip
_component = component(
    "grid",
    html=_FOLDER.joinpath("grid.html").read_text(encoding="utf-8"),
    css="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in ("grid.css", "detail.css")),
    js="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Cell:
    """A cell of a grid: the number of its mosaic and of its map, its row and its column, all from 0."""

    mosaic: int
    map: int
    row: int
    column: int


@dataclass(frozen=True)
class Edit:
    """What the reader changed in a mosaic: for each cell (map, row, column) the text that was typed, unread."""

    mosaic: int
    cells: Mapping[tuple[int, int, int], str]

    def merged(self, maps: Array, number: Callable[[str], float]) -> Array:
        """``maps`` (count, rows, columns) with the changes, read by ``number``, which may raise."""
        changed = maps.copy()
        for place, text in self.cells.items():
            changed[place] = number(text)
        return changed


def grid(
    key: str,
    mosaics: Sequence[Mosaic],
    *,
    link: str = "",
    first_stays: bool = False,
    selectable: bool = False,
    coarse: bool = False,
    wrap: bool = False,
    sweep: int | None = None,
    start: Cell | None = None,
    on_edit: Callable[[Edit], None] | None = None,
    on_choose: Callable[[Cell], None] | None = None,
) -> Cell | None:
    """Show mosaics in a row; return the cell that was clicked, if ``selectable``.

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        mosaics: from left to right; where they are too wide the row scrolls.
        link: grids of the same name point at each other's input.
        first_stays: the first mosaic stays in sight while the others scroll.
        selectable: whether a click runs the script again and is returned.
        coarse: send 256 levels instead of exact values: a quarter of the bytes, for pictures that change many times
            a second.
        wrap: where the mosaics are too wide they shrink and go on in the next line, instead of scrolling.
        sweep: number of the mosaic whose cells are gone through, with play, pause, step and speed below.
        start: the cell that is laid out first; by default the strongest. Another start moves there. Its group is lit
            while no cell is pointed at.
        on_edit: called, before the script runs again, with what the reader changed in a mosaic that has ``edit``.
        on_choose: called, before the script runs again, at each click on a cell (or Enter).
    """
    words = Texts("grid", language())
    data = {
        "mosaics": [message(mosaic, words, coarse) for mosaic in mosaics],
        "link": link,
        "first_stays": first_stays,
        "selectable": selectable,
        "chooses": on_choose is not None,
        "wrap": wrap,
        "sweep": sweep,
        "start": start and asdict(start),
        "texts": {name: words(name) for name in _TEXTS},
    }

    def edited() -> None:
        edit = read_edit(st.session_state[key].get("edited"), mosaics)
        if edit is not None and on_edit is not None:
            on_edit(edit)

    def chosen() -> None:
        cell = read_cell(st.session_state[key].get("chosen"), mosaics)
        if cell is not None and on_choose is not None:
            on_choose(cell)

    result = _component(
        key=key, data=data, on_selected_change=lambda: None, on_edited_change=edited, on_chosen_change=chosen
    )
    return read_cell(result.get("selected"), mosaics) if selectable else None


def read_cell(message: object, mosaics: Sequence[Mosaic]) -> Cell | None:
    """The cell that a message from the browser names, if there is such a cell."""
    if not isinstance(message, Mapping):
        return None
    given: list[Any] = [message.get(name) for name in ("mosaic", "map", "row", "column")]
    if not all(type(place) is int and place >= 0 for place in given):
        return None
    cell = Cell(*given)
    if cell.mosaic >= len(mosaics):
        return None
    shape = as_tiles(mosaics[cell.mosaic].maps).shape
    inside = all(place < size for place, size in zip((cell.map, cell.row, cell.column), shape, strict=True))
    return cell if inside else None


def read_edit(message: object, mosaics: Sequence[Mosaic]) -> Edit | None:
    """The change that a message from the browser tells of, as far as there are such cells that may be changed."""
    if not isinstance(message, Mapping):
        return None
    number, cells = message.get("mosaic"), message.get("cells")
    if type(number) is not int or not 0 <= number < len(mosaics) or not mosaics[number].edit:
        return None
    if not isinstance(cells, list):
        return None
    _, rows, columns = as_tiles(mosaics[number].maps).shape
    size = mosaics[number].maps.size
    changed: dict[tuple[int, int, int], str] = {}
    for pair in cells[:size]:
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        place, text = pair
        if type(place) is int and 0 <= place < size and isinstance(text, str):
            in_map = place % (rows * columns)
            changed[place // (rows * columns), in_map // columns, in_map % columns] = text[:_LONGEST_NUMBER]
    return Edit(number, changed)
