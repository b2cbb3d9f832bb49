"""What all pages share: the table of pages, the way through the router, the head of the page."""

from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image, ImageDraw

from pages.ui.language import language, language_switch
from pages.ui.tab import tell_tab
from pages.ui.texts import Texts
from pages.ui.url import resume_query

# Group of the navigation -> its pages, in menu order: pages/<name>.py with pages/texts/<language>/<name>.toml.
# The first page is the home page. A group called "" stands directly in the menu, the others open on a click.
PAGES: dict[str, tuple[str, ...]] = {
    "": ("draw", "train"),
    "forward": ("convolution", "activations", "pooling", "loss"),
    "learn": ("backprop", "optimizers", "initializers", "regularization", "normalization"),
}
_NAMES = [name for names in PAGES.values() for name in names]
_HOME = _NAMES[0]
_ROOT = Path(__file__).parent.parent
_STYLE = _ROOT / "ui" / "theme.css"
# Parameters that name the part of a page that is in sight, those that decide more first.
PART_NAMES = ("part", "section", "direction", "projection", "method")
_ROUTED, _HEAD = "routed", "head_drawn"


def router() -> Any:
    """The navigation for this run; ``router().run()`` is the whole app."""
    words = Texts("common", language())
    st.session_state[_ROUTED] = True
    return _navigation(words)


def open_page(name: str) -> Texts:
    """Begin a page: the first call of every page script.

    Draws the page's title with its one imperative sentence, the language switch and the style, and returns the page's
    texts. ``pages/texts/<language>/<name>.toml`` needs ``title`` and ``lead``; a page with parts, which the URL names,
    says ``leads.<part>`` for all but the first.
    """
    if not st.session_state.pop(_ROUTED, False):
        # Streamlit runs a script in pages/ on its own as long as app.py has not run once in this process: a shared
        # link right after a restart. Announcing the navigation makes it known; the next run comes through app.py.
        _navigation(Texts("common", language()))
        st.rerun()
    resume_query(name)
    texts = Texts(name, language())
    st.set_page_config(page_title=f"{texts('title')} · {texts('app')}", page_icon=_icon(), layout="wide")
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    tell_tab(texts.language)
    with st.container(key="page_language"):
        language_switch(texts("language"))
    lead = _lead(texts)
    st.session_state[_HEAD] = name, lead
    st.html(f'<div class="page-head"><h1>{texts("title")}</h1><p>{lead}</p></div>')
    return texts


def follow_part() -> None:
    """Draw the page anew where a fragment has gone to another part of it, which begins in another way."""
    name, shown = st.session_state.get(_HEAD, ("", ""))
    if name and _lead(Texts(name, language())) != shown:
        st.rerun()


def stage_columns(stage: float = 3.8) -> tuple[Any, Any]:
    """The stage, and at its left a slim column for the controls. On a phone, and to those who listen, it comes first.

    Args:
        stage: how many times wider than the controls it is.
    """
    with st.container(key="stage_first"):
        left, right = st.columns([stage, 1], gap="medium")
    return left, right


def next_page(name: str) -> str:
    """The page after ``name`` in menu order; after the last one the first."""
    return _NAMES[place_of(name)[0] % len(_NAMES)]


def is_last(name: str) -> bool:
    """Whether the way through all pages ends at ``name``."""
    return name == _NAMES[-1]


def place_of(name: str) -> tuple[int, int]:
    """The place of a page in menu order, from 1, and how many pages there are."""
    return _NAMES.index(name) + 1, len(_NAMES)


def _lead(texts: Texts) -> str:
    """The one sentence that says what to do, in the part of the page that the URL names."""
    named = (f"leads.{st.query_params.get(parameter, '')}" for parameter in PART_NAMES)
    return texts(next((key for key in named if key in texts), "lead"))


def _navigation(words: Texts) -> Any:
    sections = {
        words(f"group.{group}") if group else "": _pages(names, words.language) for group, names in PAGES.items()
    }
    return st.navigation({group: pages for group, pages in sections.items() if pages}, position="top")


def _pages(names: tuple[str, ...], language: str) -> list[Any]:
    return [
        st.Page(_ROOT / f"{name}.py", title=Texts(name, language)("title"), url_path=name, default=name == _HOME)
        for name in names
    ]


@st.cache_resource
def _icon() -> Image.Image:
    """A handwritten 7 on the theme's blue. An image of our own, because Streamlit fetches icon fonts from elsewhere."""
    icon = Image.new("RGB", (64, 64), "#0B5CAD")
    ImageDraw.Draw(icon).line([(16, 18), (48, 18), (28, 50)], fill="white", width=9, joint="curve")
    return icon
