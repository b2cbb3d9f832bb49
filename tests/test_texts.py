"""Every word exists in both languages, with the same gaps to fill in; the Japanese ones keep to their glossary."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from cnn.errors import LANGUAGES, messages
from pages.ui.texts import Texts, entries
from tests.japanese import LATEX_WORDS, OPERATORS, SPOKEN, TERMS, faults, other_terms

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


@pytest.mark.parametrize("file", SPOKEN)
def test_punctuation_is_that_of_a_japanese_book(file: str) -> None:
    assert {key: found for key, text in SPOKEN[file].items() if (found := faults(text))} == {}


@pytest.mark.parametrize("file", SPOKEN)
def test_one_concept_has_one_term(file: str) -> None:
    assert {key: found for key, text in SPOKEN[file].items() if (found := other_terms(text))} == {}


@pytest.mark.parametrize(("term", "elsewhere"), [(term, other) for term, _, other in TERMS if other])
def test_what_a_primer_calls_it_is_said_once(term: str, elsewhere: str) -> None:
    told = [
        f"{file}:{key}"
        for file, texts in SPOKEN.items()
        for key, text in texts.items()
        if f"{term}（{elsewhere}）" in text
    ]
    assert len(told) == 1, told


@pytest.mark.parametrize("file", SPOKEN)
def test_formulas_have_no_english_words(file: str) -> None:
    for key, text in SPOKEN[file].items():
        words = {word for group in LATEX_WORDS.findall(text) for word in re.findall("[A-Za-z]{2,}", group)}
        assert words <= OPERATORS, f"{key}: {text}"


@pytest.mark.parametrize(
    "wrong",
    [
        "ｶｰﾈﾙ",
        "本当?",
        "次へ: 描く",
        "{name}: **{rate}**",
        "位置 (ピクセル)",
        "失敗({reason})",
        "極小 (Li et al. 2018)",
        "保存 (.npz)",
        "Swish (SiLU)",
        "0 ～ 4",
        "準備中 …",
        "逆向きに1 歩",
        "*線形* です",
        "差（ 5 ）",
        "値は **最大。**です",
        "$x$: 値",
        r"\text{学習 (検証)}",
    ],
)
def test_the_check_finds_what_is_wrong(wrong: str) -> None:
    assert faults(wrong)


@pytest.mark.parametrize(
    "right",
    [
        "f(x) と max(x, T(x))、点 (−7, 2)、形状 (N, C, H, W)、y は (1 − 2η) 倍",
        "`a: (b)` と $f: (x)$：{n:.3g}",
        "**{name}**：{share} です。**正しい。** 誤差は（最大で）{error}",
        "0.3.4:1（行:列ではない）".replace("行:列", "行・列"),
        r"\text{学習：} y = \max_{(u,v)} x",
    ],
)
def test_the_check_leaves_alone_what_is_right(right: str) -> None:
    assert faults(right) == []
