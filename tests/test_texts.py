"""Every word exists in both languages, with the same gaps to fill in."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from cnn.errors import LANGUAGES, messages
from pages.ui.texts import Texts, entries

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "pages" / "texts"
PAGES = sorted({file.stem for file in TEXTS.glob("*/*.toml")})
TOPICS = sorted(file.stem for file in (ROOT / "cnn" / "messages").glob("*.toml"))
CALL = re.compile(r"""\b(?:texts|words)\(\s*"([a-z0-9_.]+)\"""")


def gaps(text: str) -> set[str]:
    """The names of the placeholders; a formula in LaTeX, full of braces, has none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name and name.isidentifier()}
    except ValueError:
        return set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_the_same_in_all_languages(page: str) -> None:
    said = {language: entries(page, language) for language in LANGUAGES}
    assert said["en"].keys() == said["ja"].keys()
    for key, text in said["en"].items():
        assert text.strip(), f"{page}.{key} is empty"
        assert gaps(text) == gaps(said["ja"][key]), f"{page}.{key}: other placeholders in Japanese"


@pytest.mark.parametrize("topic", TOPICS)
def test_an_error_is_explained_in_all_languages(topic: str) -> None:
    for entry, sentences in messages(topic).items():
        assert set(sentences) == set(LANGUAGES), f"{topic}.{entry}"
        assert gaps(sentences["en"]) == gaps(sentences["ja"]), f"{topic}.{entry}: other placeholders in Japanese"


@pytest.mark.parametrize("script", sorted((ROOT / "pages").glob("*.py")), ids=lambda file: file.stem)
def test_a_page_script_asks_only_for_texts_that_exist(script: Path) -> None:
    if script.stem == "__init__":
        return
    known = Texts(script.stem, "en")
    assert [key for key in CALL.findall(script.read_text(encoding="utf-8")) if key not in known] == []


def test_every_error_that_is_raised_has_its_sentence() -> None:
    raised = re.compile(r"""(?:Shape|Config|Data)Error\(\s*"([a-z_]+)\.([a-z_0-9]+)\"""")
    for file in (ROOT / "cnn").rglob("*.py"):
        if file.name == "errors.py":
            continue  # its docstring shows how it is done
        for topic, entry in raised.findall(file.read_text(encoding="utf-8")):
            assert entry in messages(topic), f"{file.relative_to(ROOT)} raises {topic}.{entry}"


def test_japanese_texts_are_japanese() -> None:
    leads = [entries(page, "ja").get("lead", "の") for page in PAGES]
    assert all(re.search(r"[ぁ-んァ-ン一-龥]", lead) for lead in leads)


def test_all_text_files_are_tables_of_texts() -> None:
    for file in TEXTS.glob("*/*.toml"):
        tomllib.loads(file.read_text(encoding="utf-8"))
        assert all(isinstance(text, str) for text in entries(file.stem, file.parent.name).values()), file
