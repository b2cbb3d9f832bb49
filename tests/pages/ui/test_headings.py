"""What looks like a heading is one."""

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).parents[3] / "pages"
# A paragraph that is nothing but bold, or begins a call with bold, is a heading to the eye alone.
BOLD = re.compile(r"""\.(?:markdown|write|info|caption|html)\(\s*f?["'](?:\*\*|<b>|<strong>)""")


def test_no_paragraph_plays_a_heading() -> None:
    found = [file.name for file in PAGES.rglob("*.py") if BOLD.search(file.read_text(encoding="utf-8"))]
    assert found == []


def test_a_heading_says_what_it_is_given_and_nothing_else() -> None:
    def page() -> None:
        from pages.ui.headings import heading

        heading("a < b", "& why", level=3)

    at = AppTest.from_function(page).run()
    (made,) = at.get("html")
    assert "<h3>a &lt; b</h3> <p>&amp; why</p>" in str(made.value)
