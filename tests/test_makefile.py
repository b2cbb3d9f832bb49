"""What is tested and measured is what users run: the same command, the same configuration."""

import re
import tomllib
from pathlib import Path

from tests.browser.server import command_line

ROOT = Path(__file__).parents[1]


def recipe(target: str) -> list[str]:
    """The words of the command that ``make <target>`` runs."""
    found = re.search(rf"^{target}:.*\n\t(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"the Makefile has no {target}"
    return found[1].split()


def test_tests_and_benchmarks_start_the_app_as_users_do() -> None:
    assert recipe("run")[1:] == ["-m", "streamlit", "run", "app.py"]
    own = command_line(8501)[len(recipe("run")) :]
    assert own == ["--server.headless=true", "--server.port=8501"]
    assert command_line(8501)[1 : len(recipe("run"))] == recipe("run")[1:]


def test_the_file_watcher_is_off_but_for_who_edits() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["fileWatcherType"] == "none"
    assert recipe("dev") == [*recipe("run"), "--server.fileWatcherType=auto"]
