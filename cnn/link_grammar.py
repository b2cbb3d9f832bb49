"""The grammar of a link's values: words, kinds with their options in brackets, and quoted text, joined by ``~``.

::

    layers = value { "~" value }
    value  = word [ "(" entry { "," entry } ")" ] | text    word = letters, digits, "_", ".", "+", "-"
    entry  = [ word ":" ] value                             text = "'" { any character but "'" | "''" } "'"

What is read is untrusted, and bounded in length and depth.
"""

import re
from dataclasses import dataclass

from cnn.errors import ConfigError

LONGEST = 4000  # characters of one value
DEEPEST = 4  # kinds within kinds
JOIN = "~"
_WORD = re.compile(r"[A-Za-z0-9_.+-]+")
_QUOTE = "'"
_TOKEN = re.compile(rf"{_WORD.pattern}|[(),:~]|'(?:[^']|'')*'")


@dataclass(frozen=True)
class Value:
    """A parsed value: a word and what stands in its brackets, each entry with its name or ""; or a quoted text."""

    word: str
    entries: tuple[tuple[str, "Value"], ...] = ()
    quoted: bool = False


def parse(where: str, text: str) -> list[Value]:
    """Values joined by ``~``.

    Raises:
        ConfigError: too long, too deep, or not of the grammar.
    """
    tokens = _TOKEN.findall(bounded(where, text))
    if "".join(tokens) != text:
        raise ConfigError("config.bad_text", where=where, got=text)
    try:
        return _Parser(tokens).values()
    except _NotGrammar as error:
        raise ConfigError("config.bad_text", where=where, got=text) from error


def bounded(where: str, text: str) -> str:
    """The text, where it is not too long (:class:`ConfigError`) to be read at all."""
    if len(text) > LONGEST:
        raise ConfigError("config.text_too_long", where=where, got=len(text), most=LONGEST)
    return text


def split(text: str) -> list[str]:
    """The texts between joins that do not stand in quotes, grammatical or not."""
    parts, within = [""], False
    for letter in text:
        within ^= letter == _QUOTE
        if letter == JOIN and not within:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def quoted(text: str) -> str:
    """A text as a value: as it stands where it is a word, else in quotes."""
    return text if _WORD.fullmatch(text) else _QUOTE + text.replace(_QUOTE, _QUOTE * 2) + _QUOTE


class _NotGrammar(Exception):
    """The tokens do not follow the grammar."""


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0

    def values(self) -> list[Value]:
        found = [self._value(0)]
        while self._accept(JOIN):
            found.append(self._value(0))
        if self._tokens[self._at]:
            raise _NotGrammar
        return found

    def _value(self, depth: int) -> Value:
        if self._tokens[self._at].startswith(_QUOTE):
            text = self._tokens[self._at][1:-1].replace(_QUOTE * 2, _QUOTE)
            self._at += 1
            return Value(text, quoted=True)
        word = self._word()
        if not self._accept("("):
            return Value(word)
        if depth >= DEEPEST:
            raise _NotGrammar
        entries = [self._entry(depth + 1)]
        while self._accept(","):
            entries.append(self._entry(depth + 1))
        if not self._accept(")"):
            raise _NotGrammar
        return Value(word, tuple(entries))

    def _entry(self, depth: int) -> tuple[str, Value]:
        if self._tokens[self._at + 1 : self._at + 2] == [":"]:
            name = self._word()
            self._at += 1
            return name, self._value(depth)
        return "", self._value(depth)

    def _word(self) -> str:
        word = self._tokens[self._at]
        if not _WORD.fullmatch(word):
            raise _NotGrammar
        self._at += 1
        return word

    def _accept(self, token: str) -> bool:
        if self._tokens[self._at] != token:
            return False
        self._at += 1
        return True
