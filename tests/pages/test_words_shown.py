"""What every page shows, in each of its parts: no text reaches a reader with a gap left in it."""

import re
from collections.abc import Iterator

from pages.ui.page import PAGES

import pytest
from streamlit.testing.v1 import AppTest

from cnn.training import initialization, normalization, regularization
from pages.ui.texts import entries
from tests.pages.app import open_app

NAMES = [name for names in PAGES.values() for name in names]
VIEWS = [
    *((name, {}) for name in NAMES),
    *(("backprop", {"input": "digit-4", "at": str(at)}) for at in (3, 8, 9, 10, 12, 18, 19)),
    *(("convolution", {"direction": "backward", "stride": "2", "step": step}) for step in ("pad", "correlate", "crop")),
    ("convolution", {"below": "fields", "input": "digit-3"}),
    *(("activations", {"section": section}) for section in ("maps", "softmax", "funnel", "depth")),
    *(("pooling", {"direction": direction}) for direction in ("backward", "shift")),
    *(("loss", {"part": part}) for part in ("features", "regression")),
    ("optimizers", {"part": "network"}),
    ("loss", {"scores": "0,-2,0,0,0,0,0,8,0,0", "target": "1"}),
    *(("initializers", {"part": part}) for part in initialization.PARTS[1:]),
    *(("regularization", {"part": part}) for part in regularization.PARTS[1:]),
    *(("normalization", {"part": part}) for part in normalization.PARTS[1:]),
    ("train", {"layers": "flatten~linear(10)"}),
]  # fmt: skip
MATH = re.compile(r"\$[^$]*\$|\\begin.*\\end\{\w+\}", re.DOTALL)
GAP = re.compile(r"\{[a-z_]+(?:[:!.][^}]*)?\}")


def shown(at: AppTest) -> Iterator[str]:
    """Every string that the page says: of all elements, with their labels, help texts and choices."""
    for kind in ("markdown", "html", "caption", "info", "warning", "error", "success", "title", "header", "subheader"):
        for one in at.get(kind):
            proto = getattr(one, "proto", None)
            if "latex" not in str(getattr(proto, "element_type", "")).lower():
                yield str(getattr(one, "value", ""))
    for kind in ("selectbox", "multiselect", "button", "button_group", "number_input", "slider", "toggle", "expander",
                 "checkbox", "text_area", "text_input", "select_slider", "page_link"):  # fmt: skip
        for one in at.get(kind):
            proto = getattr(one, "proto", None)
            yield from (str(getattr(proto, name, "")) for name in ("label", "help", "placeholder"))
            yield from (str(getattr(option, "content", option)) for option in getattr(proto, "options", ()))


@pytest.mark.parametrize(
    ("page", "query"), VIEWS, ids=lambda one: one if isinstance(one, str) else "-".join(one.values())
)
def test_no_gap_is_left_in_what_is_shown(page: str, query: dict[str, str]) -> None:
    said = list(shown(open_app(page, **query)))
    assert sum(map(len, said)) > 300, "a page says something"
    assert [text for text in said if GAP.search(MATH.sub("", text))] == []


@pytest.mark.parametrize("page", NAMES)
def test_what_can_be_answered_to_a_question_has_no_gaps(page: str) -> None:
    # Question.choices are called by these texts, without values.
    for key, text in entries(page, "en").items():
        if re.fullmatch(r"questions\.\w+\.(?!ask$|answer$)\w+", key):
            assert not GAP.search(text), key
