"""The app in Streamlit's AppTest: opened at a page, in a language, with a query."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")
LOCALES = {"en": "en-US", "ja": "ja-JP"}


def open_app(page: str = "", language: str = "en", **query: str) -> AppTest:
    """The app after its first run, at ``pages/<page>.py`` (a cold deep link) or at home."""
    at = AppTest.from_file(APP, default_timeout=30)
    at.context = {"locale": LOCALES[language]}
    for name, value in query.items():
        at.query_params[name] = value
    if page:
        at.switch_page(f"pages/{page}.py")
    return calm(at.run())


def calm(at: AppTest) -> AppTest:
    """The app, after a run in which nothing was raised."""
    assert not at.exception, at.exception
    return at
