"""The heat table: numbers, colours that can be read, what is missing and what is lost."""

import re

import numpy as np

from pages.figures.heat_table import WORDS, heat_table

SAID = {"caption": "All", "corner": "Rate", "lost": "×", "lost_alt": "diverged", "nothing": "–"}


def cells(html: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", html)


def test_before_anything_is_known_each_cell_says_so() -> None:
    assert cells(heat_table(None, ["a", "b"], ["1", "2", "3"], SAID)) == ["–"] * 6
    assert set(SAID) == set(WORDS)


def test_numbers_the_best_of_each_column_and_what_was_lost() -> None:
    html = heat_table(np.array([[0.5, -np.inf], [0.75, np.nan]]), ["a<b>", "c"], ["1", "2"], SAID)
    assert cells(html) == ["50.0 %", '<abbr title="diverged">×</abbr>', "75.0 %", "–"]
    assert html.count("heat-top") == 1
    assert 'class="heat-top" style="background:rgb(' in html.split("50.0 %")[1]
    assert "a&lt;b&gt;" in html


def test_ink_is_readable_on_every_colour() -> None:
    def luminance(rgb: tuple[int, ...]) -> float:
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (one / 255 for one in rgb)]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    html = heat_table(np.linspace(0, 1, 101)[:, None], [str(n) for n in range(101)], ["1"], SAID)
    for red, green, blue, ink in re.findall(r"background:rgb\((\d+),(\d+),(\d+)\);color:(#\w+)", html):
        one = luminance((int(red), int(green), int(blue)))
        other = luminance(tuple(int(ink[place : place + 2], 16) for place in (1, 3, 5)))
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 4.5
