"""How texts are filled in."""

import numpy as np
import pytest

from pages.ui.texts import Texts


@pytest.mark.parametrize("number", [1234567, np.int64(1234567)])
def test_whole_numbers_have_thousands_separators(number: int) -> None:
    assert "1,234,567 of 999 steps" in Texts("race", "en")("status.progress", done=number, total=999)
    assert "1,234,567 枚" in Texts("train", "ja")("examine.confusion", n=number, accuracy="9 %")


def test_in_a_formula_no_space_follows_the_separator() -> None:
    assert r"N = 1{,}000 \;" in Texts("regularization", "en")("formula.more_data", images=1000, more=2000)


def test_other_values_stay_as_they_are() -> None:
    assert "2026" in Texts("train", "en")("ghosts.more", n="2026")
    assert "True" in Texts("train", "en")("ghosts.more", n=True)
    alt = Texts("grid", "en")("alt", title="a", maps=1, rows=1, columns=1, low=1234.5, high=2.0)
    assert "1.23e+03" in alt


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SGD", "差が最も大きいのは SGD で、"),
        ("モーメンタム", "差が最も大きいのはモーメンタムで、"),
        ("荷重減衰（0.02）", "差が最も大きいのは荷重減衰（0.02）で、"),
        ("私の a", "差が最も大きいのは私の a で、"),
    ],
)
def test_no_space_stands_between_japanese_words(name: str, said: str) -> None:
    assert Texts("race", "ja")("words.widest", name=name, training="9 %", final="8 %").startswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Adam", "低いのは **Adam** です"),
        ("モーメンタム", "低いのは**モーメンタム**です"),
        ("He（正規分布）", "低いのは **He（正規分布）** です"),
    ],
)
def test_bold_stays_bold(name: str, said: str) -> None:
    assert said in Texts("optimizers", "ja")("see.best", name=name, step=1, loss="1", x="0", y="0")
