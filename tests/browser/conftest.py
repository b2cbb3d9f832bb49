"""A real Chromium against a real server.

A test asks for ``server`` (one for all tests) and ``open_page`` (a tab in a chosen language, theme and size). Whatever
the browser complains about, any request to another machine and any traceback of the server fail the test.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.chromium import find
from tests.browser.server import Server, serving

SHOTS = Path(__file__).parent / "shots"
LOCALES = {"en": "en-US", "ja": "ja-JP"}
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# Streamlit looks for these below the page's path before it tries the root.
EXPECTED_404 = re.compile(r"/_stcore/(health|host-config)$")

PATIENCE = 30_000  # milliseconds until something has to be there: patience costs nothing where it is not needed

OpenPage = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find()
    if executable is None:
        message = "no Chromium on this machine; `make test` sees to one"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def cold_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited yet. Ask for it before ``open_page``: tabs close before their server ends."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """``open_page(path, language="en", theme="light", phone=False, at=server)``: a tab, loaded and at rest."""
    contexts: list[Any] = []
    complaints: list[str] = []
    logs: dict[Path, int] = {}

    def opened(
        path: str = "/", *, language: str = "en", theme: Any = "light", phone: bool = False, at: Server | None = None
    ) -> Page:
        running = at or request.getfixturevalue("server")
        logs.setdefault(running.log, running.log.stat().st_size)
        context = browser.new_context(
            base_url=running.url,
            locale=LOCALES[language],
            color_scheme=theme,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("request", lambda sent: complaints.extend(_foreign(sent, running.url)))
        page.goto(path)
        settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    for log, before in logs.items():
        written = log.read_bytes()[before:].decode()
        if "Traceback" in written:
            complaints.append(f"the server wrote:\n{written}")
    assert not complaints, "\n".join(complaints)


def settled(page: Page) -> None:
    """Wait until the page's head and every part is there and no script is running; an exception fails."""
    expect(page.locator(".page-head")).to_be_visible()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def shot(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page for people to look at: ``tests/browser/shots/<name>.png``."""
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
    size = page.viewport_size or DESKTOP
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
    page.set_viewport_size(size)


def _complaint(message: ConsoleMessage) -> list[str]:
    if message.type != "error" or EXPECTED_404.search(message.location["url"]):
        return []
    return [f"console: {message.text} ({message.location['url']})"]


def _foreign(sent: Request, home: str) -> list[str]:
    own = (home, home.replace("http", "ws", 1), "data:", "blob:")
    return [] if sent.url.startswith(own) else [f"request to another machine: {sent.url}"]
