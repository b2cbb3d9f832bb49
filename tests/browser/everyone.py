"""Who uses the pages without a mouse, without sight, or on a phone: what axe finds, what does not fit, where Tab stops.

``axe`` is Deque's checker, https://github.com/dequelabs/axe-core; the package axe-playwright-python carries it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

_HERE = Path(__file__).parent
# axe's experimental rules are off by default; these find what people stumble over here.
_ALSO = ("label-content-name-mismatch", "p-as-heading", "td-has-header", "table-fake-caption")
_PATIENCE = 5  # times that axe looks until what it finds counts
_LEAST_STOPS, _MOST_STOPS = 8, 200  # of Tab on a page
_CHECK = """also => axe.run({
  resultTypes: ['violations'], preload: false, iframes: false,
  rules: Object.fromEntries(also.map(rule => [rule, {enabled: true}])),
}).then(found => found.violations.flatMap(({id, nodes}) => nodes.map(node => ({
  rule: id, path: node.target.flat().join(' >> '), html: node.html, summary: node.failureSummary,
}))))"""


@dataclass(frozen=True)
class Foreign:
    """What axe finds in markup that is not ours.

    Attributes:
        rule: axe's name of it.
        selector: of the elements.
        reason: why it stays.
        page: the address of a page that shows it.
        phone: whether only a narrow one does.
    """

    rule: str
    selector: str
    reason: str
    page: str = "/"
    phone: bool = False


# Each entry has to be needed still: test_house.py fails where one is not.
FOREIGN: tuple[Foreign, ...] = (
    Foreign(
        "list", '[data-testid="stSidebarNavItems"]', "Streamlit's menu: lists in a list, no item between", "/", True
    ),
    Foreign(
        "listitem", '[data-testid="stSidebarNavItems"] li', "the same menu: items outside of their list", "/", True
    ),
)


def faults(page: Page) -> list[str]:
    """What axe finds on the page, but for what is ``FOREIGN``: rule, place and markup of each."""
    for _ in range(_PATIENCE):
        if not (found := _faults(page)):
            return []
        page.wait_for_timeout(100)  # the page notices by itself what is too wide, but after it was drawn
    return found


def _faults(page: Page) -> list[str]:
    return [
        f"{one['rule']}: {one['html'][:200]}\n    {one['path'][-200:]}\n    {one['summary']}"
        for one in _found(page)
        if not any(one["rule"] == known.rule and _fits(page, one["path"], known.selector) for known in FOREIGN)
    ]


def is_found(page: Page, known: Foreign) -> bool:
    """Whether axe finds on the page what the entry excuses."""
    return any(one["rule"] == known.rule and _fits(page, one["path"], known.selector) for one in _found(page))


def what_does_not_fit(page: Page) -> list[str]:
    """What reaches beyond the screen, is cut off, or scrolls sideways without a sign that it does."""
    return page.evaluate(f"() => {{ {_script('fits.js')}\nreturn inTheEnd(whatDoesNotFit); }}")


def unclear_stops(page: Page) -> list[str]:
    """Tab through the page: stops without a name or a use, or where nobody sees that Tab stands there."""
    page.evaluate("document.activeElement.blur()")
    found: list[str] = []
    stops = 0
    while stops < _MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(f"() => {{ {_script('stops.js')}\nreturn whereTabStopped(); }}")
        if stop is None:  # around, and out into the browser's own bar
            break
        stops += 1
        found += [f"without a name: {stop['what']}"] if not stop["named"] else []
        found += [f"nothing to do at {stop['what']}"] if stop["idle"] else []
        found += [f"nobody sees that Tab is at {stop['what']}"] if not stop["seen"] else []
    assert _LEAST_STOPS < stops < _MOST_STOPS, f"{stops} stops: Tab gets stuck"
    return found


def still_there(page: Page, words: Sequence[str]) -> list[str]:
    """Which of the words some element is called by, for those who listen or point."""
    return page.evaluate(f"wanted => {{ {_script('fits.js')}\nreturn inTheEnd(() => calledBy(wanted)); }}", list(words))


def open_everything(page: Page) -> None:
    """Open what waits for a click in the page itself: what nobody sees is not checked."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def _found(page: Page) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    return page.evaluate(_CHECK, list(_ALSO))


def _fits(page: Page, path: str, selector: str) -> bool:
    """Whether the element at axe's ``path`` is one of those that ``selector`` means."""
    if " >> " in path:  # within one of our own components
        return False
    return page.locator(f"css={path}").evaluate("(one, selector) => one.matches(selector)", selector)


@cache
def _axe() -> str:
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@cache
def _script(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
