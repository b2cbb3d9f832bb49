"""A drawer in the reader's own browser (localStorage): what is put there stays on their computer, also over a refresh.

What comes back may have been written by anyone; the caller checks it like any other input.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.components.v2 import component

_component = component("storage", js=Path(__file__).with_name("storage.js").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Stored:
    """What the browser reports.

    Attributes:
        text: what it had kept before this page was opened, or what another tab has put there since; None: nothing.
        at: when that was read (milliseconds): a later report is a new one, even of the same text.
        written: number of the last writing, 0 before the first.
        kept: whether that writing succeeded; storage may be full or forbidden.
    """

    text: str | None
    at: float
    written: int
    kept: bool


def browser_storage(key: str, name: str, value: str, writing: int) -> Stored:
    """Keep ``value`` in the browser under ``name``, and learn what is kept there.

    Args:
        key: of the invisible component.
        name: of the entry in localStorage.
        value: the text to keep.
        writing: number of the writing; a larger one than before writes ``value``, 0 only reads.
    """
    result = _component(
        key=key,
        data={"name": name, "write": {"id": writing, "value": value}},
        on_stored_change=lambda: None,
        on_written_change=lambda: None,
    )
    report, written = _table(result.get("stored")), _table(result.get("written"))
    text, at, number = report.get("text"), report.get("at"), written.get("id")
    return Stored(
        text=text if isinstance(text, str) else None,
        at=at if isinstance(at, int | float) else 0.0,
        written=number if isinstance(number, int) else 0,
        kept=written.get("kept") is not False,
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
