"""One palette: the grid component, which draws in the browser, uses the same colours."""

import re
import tomllib
from pathlib import Path

import pytest

from pages.figures import palette
from pages.figures.notice import FONT

UI = Path(palette.__file__).parent.parent / "ui"
GRID = UI / "grid"


@pytest.mark.parametrize("stops", [palette.SIGNED_ON_LIGHT, palette.SIGNED_ON_DARK, palette.INK_ON_LIGHT])
def test_the_grid_draws_with_the_same_scales(stops: palette.Stops) -> None:
    ramp = ", ".join(f'"{colour.lower()}"' for _, colour in stops)
    assert f"[{ramp}]" in (GRID / "paint.js").read_text(encoding="utf-8")


def test_the_grid_draws_magnitudes_with_the_same_scale() -> None:
    ramp = " ".join(colour.lower().removeprefix("#") for _, colour in palette.CIVIDIS)
    assert ramp in (GRID / "paint.js").read_text(encoding="utf-8")


def test_a_surface_is_painted_with_the_same_scale() -> None:
    ramp = " ".join(colour.lower().removeprefix("#") for _, colour in palette.CIVIDIS)
    assert ramp in (UI / "descent" / "heights.js").read_text(encoding="utf-8")


def test_kinds_of_layer_keep_their_colours() -> None:
    style = (GRID / "grid.css").read_text(encoding="utf-8")
    known = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", style))
    assert known == {kind: colour.lower() for kind, colour in palette.LAYER_KINDS.items()}


def test_curves_that_are_dragged_have_the_categories_colours() -> None:
    script = (UI / "drag" / "common.js").read_text(encoding="utf-8")
    colours = ", ".join(f'"{colour}"' for colour in palette.CATEGORIES)
    assert f"light: [{colours}]" in script
    on_dark = ", ".join(f'"{colour}"' for colour in palette.CATEGORIES_ON_DARK)
    assert f"dark: [{on_dark}]" in script
    assert len(re.findall(r'^  "M', script, re.MULTILINE)) == len(palette.MARKERS)


def test_categories_differ_in_dash_and_marker_too() -> None:
    assert len(set(palette.CATEGORIES)) == len(set(palette.DASHES)) == len(set(palette.MARKERS)) == 6


def test_a_scale_is_linear_between_its_stops() -> None:
    table = palette.lookup_table(((0.0, "#000000"), (1.0, "#C80000")), 5)
    assert table[:, 0].tolist() == [0, 50, 100, 150, 200]


def test_a_chart_has_the_letters_of_the_page() -> None:
    config = tomllib.loads((UI.parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"]["font"] == FONT
