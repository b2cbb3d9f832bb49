"""Every word a person reads, from ``pages/texts/<language>/<page>.toml``.

Tables nest; a key is their path: ``texts("status.running", epoch=2)``. What a page does not say itself is looked up in
``common.toml``.
"""

import re
import string
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).parent.parent / "texts"
_COMMON = "common"
_LATEX_COMMAND = re.compile(r"\\[a-zA-Z]+")


class Texts:
    """The words of one page in one language.

    Args:
        page: the file's name, without folder and ``.toml``.
        language: "en" or "ja".
    """

    def __init__(self, page: str, language: str) -> None:
        self.page = page
        self.language = language
        self._entries = entries(_COMMON, language) | entries(page, language)

    def __call__(self, key: str, **values: object) -> str:
        """The text under ``key``, its ``{placeholders}`` filled in; whole numbers read 1,234.

        Without values the text is returned as it stands: formulas are full of braces.

        Raises:
            KeyError: neither the page's file nor ``common.toml`` has the key.
        """
        text = self._entries[key]
        return (_IN_FORMULAS if is_formula(text) else _IN_SENTENCES).format(text, **values) if values else text

    def count(self, thing: str, n: int) -> str:
        """So many of a thing, "1 row" or "3 rows": the texts ``count.<thing>.one`` and ``count.<thing>.many``."""
        return self(f"count.{thing}.{'one' if n == 1 else 'many'}", n=n)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def get(self, key: str, default: str) -> str:
        """The text under ``key``, or ``default`` where there is none."""
        return self._entries.get(key, default)


def is_formula(text: str) -> bool:
    """Whether a whole text is LaTeX; in a sentence, formulas stand between dollars."""
    return "$" not in text and _LATEX_COMMAND.search(text) is not None


class _Grouped(string.Formatter):
    """Whole numbers get thousands separators, so that no caller forgets them."""

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def format_field(self, value: Any, format_spec: str) -> str:
        """What stands in a placeholder."""
        if isinstance(value, int | np.integer) and not isinstance(value, bool) and not format_spec:
            return f"{value:,}".replace(",", self._separator)
        return super().format_field(value, format_spec)


_IN_SENTENCES, _IN_FORMULAS = _Grouped(","), _Grouped("{,}")  # LaTeX puts a space behind a bare comma


@cache
def entries(page: str, language: str) -> dict[str, str]:
    """All texts of one file, by the dotted path of their tables."""
    file = _FOLDER / language / f"{page}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return pairs
