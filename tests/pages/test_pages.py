"""What every page of the house keeps, whatever it shows."""

from pathlib import Path

from pages.ui.page import PAGES, PART_NAMES

import pytest
from streamlit.testing.v1 import AppTest

from cnn.options import options_of
from pages.ui.texts import Texts, entries
from tests.pages.ui.test_settings import SETTINGS

APP = str(Path(__file__).parents[2] / "app.py")
NAMES = [name for names in PAGES.values() for name in names]
SETTINGS_OF = {owner.__name__.removesuffix("Settings").removesuffix("Page").lower(): owner for owner in SETTINGS}
# (page, parameter, part), of every part of every page but those that the pages begin with
PARTS = [
    (page, one.name, str(choice))
    for page, owner in SETTINGS_OF.items()
    for one in options_of(owner)
    if one.name in PART_NAMES
    for choice in one.choices
    if choice != one.default
]
LOCALES = {"en": "en-US", "ja": "ja-JP"}


def head(at: AppTest) -> str:
    assert not at.exception, at.exception
    return next(one.value for one in at.get("html") if "page-head" in str(one.value))


def opened(locale: str, query: dict[str, str] | None = None) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=20)
    at.context = {"locale": locale}
    for name, value in (query or {}).items():
        at.query_params[name] = value
    return at.run()


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_in_the_readers_language_also_cold(name: str, language: str) -> None:
    # AppTest's switch_page runs the page's script without app.py: exactly what a cold deep link does.
    at = opened(LOCALES[language]).switch_page(f"pages/{name}.py").run()
    texts = Texts(name, language)
    assert texts("title") in head(at)
    assert texts("lead") in head(at)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(("page", "parameter", "part"), PARTS)
def test_the_first_sentence_is_about_the_part_in_sight(page: str, parameter: str, part: str, language: str) -> None:
    texts = Texts(page, language)
    at = opened(LOCALES[language], {parameter: part}).switch_page(f"pages/{page}.py").run()
    assert f"<p>{texts(f'leads.{part}')}</p>" in head(at)
    assert f"<p>{texts('lead')}</p>" not in head(at)


def test_there_is_no_sentence_about_a_part_that_is_not_there() -> None:
    assert len(PARTS) > 15
    for page in NAMES:
        said = {key.removeprefix("leads.") for key in entries(page, "en") if key.startswith("leads.")}
        assert said == {part for where, _, part in PARTS if where == page}, page


def test_the_part_decides_before_what_is_set_within_another_part() -> None:
    at = opened("en-US", {"projection": "perspective", "part": "network"}).switch_page("pages/optimizers.py").run()
    assert Texts("optimizers", "en")("leads.network") in head(at)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(("place", "name"), list(enumerate(NAMES, start=1)))
def test_next_leads_to_the_next_page_of_the_menu_and_from_the_last_one_back(
    place: int, name: str, language: str
) -> None:
    link = opened(LOCALES[language]).switch_page(f"pages/{name}.py").run().get("page_link")[-1].proto
    following = NAMES[place % len(NAMES)]
    assert link.page == (following if following != NAMES[0] else "")  # the home page has the shortest address
    assert link.label.startswith(f"{place} / {len(NAMES)} ")
    assert Texts(following, language)("title") in link.label
    end = Texts("common", language)("last").split("{count}")[1].split("{")[0]
    assert (end in link.label) == (name == NAMES[-1]), "the last page says that it is the end, and no other does"


def test_a_language_that_was_chosen_stays_when_the_page_changes_and_is_in_the_url() -> None:
    at = opened("en-US")
    at.button_group(key="language").set_value("ja").run()
    assert Texts("draw", "ja")("lead") in head(at)
    at.switch_page("pages/train.py").run()
    assert Texts("train", "ja")("lead") in head(at)
    assert at.query_params["lang"] == "ja"


@pytest.mark.parametrize(("asked", "spoken"), [("ja", "ja"), ("en", "en"), ("xx", "en"), ("<b>", "en")])
def test_the_url_chooses_the_language_and_nonsense_does_not(asked: str, spoken: str) -> None:
    at = opened("en-US", {"lang": asked})
    assert Texts("draw", spoken)("lead") in head(at)
    assert at.button_group(key="language").value == spoken


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_the_language_before_are_no_choices(name: str) -> None:
    # What a click carries that closely follows a change of the language.
    at = opened("en-US").switch_page(f"pages/{name}.py").run()
    before = dict(at.query_params)
    at.query_params["lang"] = "ja"
    assert Texts(name, "ja")("lead") in head(at.run())
    assert at.query_params == {**before, "lang": "ja"}
