"""Streamlit's own words in the reader's language: what the browser has to look for, and what to write instead.

``pages/texts/<language>/streamlit.toml`` says them: in English exactly as Streamlit does, with a ``{gap}`` where it
puts something in.
"""

import re
from typing import Any

from cnn.errors import LANGUAGES
from pages.ui.texts import Texts, entries

_PAGE = "streamlit"


def streamlit_words(language: str) -> dict[str, Any]:
    """For the browser: ``words`` {as it stands there: as it is to stand}, and ``patterns`` for those with gaps.

    Whatever language the words stand in: a reader may switch while Streamlit leaves them where they are.
    """
    words: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for other in LANGUAGES:
        if other == language:
            continue
        for key, said in entries(_PAGE, other).items():
            ours = Texts(_PAGE, language)(key)
            if "{" in said:
                patterns.append((pattern(said), ours))
            else:
                words[said] = ours
    return {"words": words, "patterns": patterns}


def pattern(template: str) -> str:
    """A regular expression for JavaScript: the text between the gaps as it is, anything in them, under their names."""
    parts = re.split(r"\{(\w+)\}", template)
    return "^" + "".join(f"(?<{part}>.+)" if n % 2 else _plain(part) for n, part in enumerate(parts)) + "$"


def _plain(text: str) -> str:
    return re.sub(r"[\\^$.*+?()[\]{}|/]", r"\\\g<0>", text)
