"""The Japanese texts use one term for one concept, and the punctuation of a Japanese book.

The terms stand in ``pages/texts/ja/README.md``; what is said about punctuation there is checked here. Both apply
outside of code and of LaTeX: a formula has its own brackets.
"""

import re
import unicodedata
from pathlib import Path

from cnn.errors import messages
from pages.ui.texts import entries, is_formula

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "pages" / "texts" / "ja" / "README.md"

JAPANESE = "ぁ-んァ-ヶー一-龥々、。「」（）：？！・"
LETTERS = re.compile("[ぁ-んァ-ヶ一-龥々]")
CODE = re.compile(r"`[^`]*`")
LATEX = re.compile(r"\$[^$]*\$")
LATEX_WORDS = re.compile(r"\\(?:text|mathrm|operatorname)\{+([^{}]*)")
OPERATORS = {
    "softmax",
    "BatchNorm",
    "corr",
    "pad",
    "dilate",
    "crop",
    "rot",
    "full",
    "in",
    "out",
    "LeCun",
    "Xavier",
    "He",
}
HALF_WIDTH = {
    "half-width kana": re.compile("[｡-ﾟ]"),
    "a half-width question mark, exclamation mark or semicolon": re.compile("[?!;]"),
    "a half-width colon": re.compile(rf":(?=[\s*{JAPANESE}]|$)|(?<=[{JAPANESE}]):"),
    "a half-width comma or full stop": re.compile(rf"(?<=[{JAPANESE}])(?<![（「])[,.]|,(?=[{JAPANESE}])"),
    "a comma or full stop of another kind": re.compile("[，．]"),
    "a tilde that is no wave dash": re.compile("～"),
    "a space beside a wave dash": re.compile(" 〜|〜 "),
    "no space between Japanese and a Latin letter or a number": re.compile(
        "[ぁ-んァ-ヶー一-龥々][0-9A-Za-z]|[0-9A-Za-z][ぁ-んァ-ヶ一-龥々]"
    ),
    "a space before …": re.compile(rf"[{JAPANESE}] …"),
    "a space beside full-width punctuation": re.compile("[ ](?=[（）：？！、。])|(?<=[（：「])[ ]"),
    "slanted characters": re.compile(rf"(?<!\*)\*(?![*\s])[^*]*[{JAPANESE}][^*]*\*(?!\*)"),
}
BRACKETS = re.compile(r"(?P<before>.?)\((?P<inside>[^()]*(?:\([^()]*\)[^()]*)*)\)")


def spoken() -> dict[str, dict[str, str]]:
    """Every Japanese text: ``{file: {key: text}}``."""
    pages = {file.stem: entries(file.stem, "ja") for file in sorted(GLOSSARY.parent.glob("*.toml"))}
    topics = {file.stem: messages(file.stem) for file in sorted((ROOT / "cnn" / "messages").glob("*.toml"))}
    return pages | {
        f"messages/{name}": {key: told["ja"] for key, told in topic.items()} for name, topic in topics.items()
    }


SPOKEN = spoken()


def terms() -> list[tuple[str, list[str], str]]:
    """The rows of the glossary: a term, the patterns of what is not said for it, and what a primer calls it."""
    rows = [
        line.strip().strip("|").split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    cells = [[cell.strip() for cell in row] for row in rows[2:]]
    return [(term, [each.strip() for each in wrong.split(" · ") if each], other) for _, term, wrong, other in cells]


TERMS = terms()


def prose(text: str) -> str:
    """What is left of a text without its code and formulas; of a formula, the Japanese words in it."""
    if is_formula(text):
        return "\n".join(words for words in LATEX_WORDS.findall(text) if LETTERS.search(words))
    return LATEX.sub("x", CODE.sub("x", text))


def faults(text: str) -> list[str]:
    """What is wrong with the punctuation of a text."""
    plain = prose(text)
    found = [f"{name}: {match.group()}" for name, rule in HALF_WIDTH.items() if (match := rule.search(plain))]
    found += [f"half-width brackets: {match.group()}" for match in BRACKETS.finditer(plain) if not is_maths(match)]
    return found + [f"bold that does not open or close: {bold}" for bold in broken_bold(plain)]


def other_terms(text: str) -> list[str]:
    """Words of a text for which the glossary has another."""
    found: list[str] = []
    for term, wrong, elsewhere in TERMS:
        plain = prose(text).replace(f"{term}（{elsewhere}）", "") if elsewhere else prose(text)
        patterns = [*wrong, *([re.escape(elsewhere)] if elsewhere else [])]
        found += [f"{match.group()}, not {term}" for each in patterns if (match := re.search(each, plain))]
    return found


def is_maths(match: re.Match[str]) -> bool:
    """Whether brackets belong to mathematics: f(x), (1 − 2η), the point (−7, 2), the shape (N, C, H, W)."""
    inside = match["inside"]
    if LETTERS.search(inside) or re.search("[A-Za-z]{3,} ", inside):
        return False
    applied = re.fullmatch("[A-Za-z0-9α-ω′}]", match["before"]) is not None
    return applied or re.search("[,+−·×]", inside) is not None


def broken_bold(text: str) -> list[str]:
    """Bold that Markdown shows as asterisks, since a mark of punctuation stands between it and a letter."""
    parts = text.split("**")
    broken: list[str] = []
    for index in range(1, len(parts) - 1, 2):
        before, bold, after = parts[index - 1], parts[index], parts[index + 1]
        opens = not is_mark(bold[0]) or before == "" or is_mark(before[-1]) or before[-1].isspace()
        closes = not is_mark(bold[-1]) or after == "" or is_mark(after[0]) or after[0].isspace()
        if not (opens and closes):
            broken.append(bold)
    return broken


def is_mark(character: str) -> bool:
    return character not in "{}" and unicodedata.category(character)[0] in "PS"
