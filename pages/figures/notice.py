"""The words on a chart that has nothing to show yet."""

from typing import Any

# The page's own letters, those of .streamlit/config.toml (a test compares): an ECharts chart does not inherit them.
FONT = "'Source Sans', 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"
_INK, _INK_ON_DARK = "#64748B", "#94A3B8"


def notice(text: str, dark: bool) -> dict[str, Any]:
    """ECharts' ``graphic`` option: ``text`` in the middle of the chart."""
    style = {
        "text": text,
        "fontSize": 14,
        "fontFamily": FONT,
        "fill": _INK_ON_DARK if dark else _INK,
        "textAlign": "center",
    }
    return {"type": "text", "left": "center", "top": "middle", "silent": True, "style": style}
