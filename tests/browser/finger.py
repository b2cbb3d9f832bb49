"""A finger on the screen: what it touches, the page hears as touches, and the browser as taps and scrolling."""

from collections.abc import Iterable
from contextlib import suppress

from playwright.sync_api import Locator, Page, TimeoutError

_TAPS = 3
_TAP_TIME = 3000  # ms for a click to come of one


class Finger:
    """One finger of a tab."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._client = page.context.new_cdp_session(page)

    def drag(self, points: Iterable[tuple[float, float]]) -> None:
        """Touch down at the first point (CSS pixels of the viewport), move through the others, lift."""
        for number, point in enumerate(points):
            self._send("touchMove" if number else "touchStart", [point])
        self._send("touchEnd", [])

    def tap(self, target: Locator) -> None:
        """Touch the middle of ``target`` shortly, until the browser has made a click of it.

        On an overloaded machine, and shortly after a drag, Chromium hands the page both touches of a tap but now and
        then no click, whatever the page does with them: a person would touch again.
        """
        target.scroll_into_view_if_needed()
        self._page.evaluate("addEventListener('click', () => (window.clicked = true), { capture: true, once: true })")
        for _ in range(_TAPS):
            box = target.bounding_box()
            assert box is not None
            self.drag([(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)])
            with suppress(TimeoutError):
                self._page.wait_for_function("window.clicked", timeout=_TAP_TIME)
                return
        raise AssertionError(f"{_TAPS} taps and no click")

    def _send(self, kind: str, points: list[tuple[float, float]]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        self._client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
