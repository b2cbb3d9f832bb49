"""Finds a Chromium for the tests; as a script (``python -m tests.browser.chromium``) it sees to one.

In this order: one that is already there, Debian's package where apt and root are available, Playwright's own download.
One without windows is preferred: that is all that tests need.
Fonts for Japanese come along where apt can bring them: without them screenshots show boxes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

# The shell is the same browser without windows and toolbars: a page opens in it a quarter sooner.
_SHELL = "chromium-headless-shell"
_NAMES = (_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_FONTS = "fonts-noto-cjk"


def find() -> str | None:
    """The path of an installed Chromium that starts, or None. The variable CHROMIUM decides where it is set."""
    return next((path for path in _candidates() if path and Path(path).exists() and _starts(path)), None)


def _candidates() -> Iterator[str | None]:
    yield os.environ.get("CHROMIUM")
    yield from map(shutil.which, _NAMES)
    yield from _PLACES
    yield _playwrights_own()  # last: it takes a second to ask


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """Whether it is a real browser: Ubuntu's package of that name is a stub that asks for a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _apt_works() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def _apt(package: str) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=quiet)
    if done.returncode:
        print(f"apt-get could not install {package}.")
    return done.returncode == 0


def _has_japanese() -> bool:
    if shutil.which("fc-list") is None:
        return sys.platform != "linux"
    return bool(subprocess.run(["fc-list", ":lang=ja"], capture_output=True).stdout)


def main() -> int:
    """See to a Chromium; the exit code says whether there is one."""
    browser, fonts = find() is None, not _has_japanese()
    if (browser or fonts) and _apt_works():
        subprocess.run(["apt-get", "update", "-qq"])
        if fonts:
            _apt(_FONTS)
        if browser and not _apt(_SHELL):  # which older systems do not have by itself
            _apt("chromium")
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    found = find()
    print(f"Chromium: {found}" if found else "No Chromium: install one, or say where it is with CHROMIUM=/path/to/it.")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
