"""Every word a person reads, from ``pages/texts/<language>/<page>.toml``.

Tables nest; a key is their path: ``texts("status.running", epoch=2)``. What a page does not say itself is looked up in
``common.toml``.
"""

import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).parent.parent / "texts"
_COMMON = "common"
_FORMATTER = string.Formatter()
_JAPANESE = "ぁ-んァ-ヶー一-龥々"
_SPACE_BEFORE = re.compile(rf"(?<=[{_JAPANESE}]) ((?:\*\*)?)$")
_SPACE_BEHIND = re.compile(rf"^((?:\*\*)?) (?=[{_JAPANESE}])")
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
        return _fill(text, values) if values else text

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


def _fill(text: str, values: Mapping[str, object]) -> str:
    """The text with its placeholders filled in.

    Whole numbers get thousands separators, so that no caller forgets them. A Japanese text has spaces around what is
    filled in, for names in Latin script and numbers: beside a Japanese name they are left out.
    """
    separator = "{,}" if is_formula(text) else ","  # LaTeX puts a space behind a bare comma
    said, value = "", ""
    for words, name, spec, _ in _FORMATTER.parse(text):
        if re.search(f"[{_JAPANESE}]$", value) or (value.endswith("）") and words.startswith(" ")):
            words = _SPACE_BEHIND.sub(r"\1", words)
        value = "" if name is None else _field(_FORMATTER.get_field(name, (), values)[0], spec or "", separator)
        if re.match(f"[{_JAPANESE}]", value):
            words = _SPACE_BEFORE.sub(r"\1", words)
        said += words + value
    return said


def _field(value: object, spec: str, separator: str) -> str:
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and not spec:
        return f"{value:,}".replace(",", separator)
    return format(value, spec)


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
