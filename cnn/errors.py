"""Errors that a person can act on: what was got, what was expected, what to do.

Each error is raised by code, with the values that its sentence needs::

    raise ShapeError("layers.kernel_too_large", kernel=9, size=4)

The sentences stand in ``cnn/messages/<topic>.toml``, one entry per code, English and Japanese side by side.
``str(error)`` is the English one; ``error.sentence("ja")`` the Japanese.
"""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ja")
_FOLDER = Path(__file__).parent / "messages"
_LONGEST_VALUE = 80  # characters of a quoted value: a user's input must not flood the sentence


class PlaygroundError(ValueError):
    """A wrong value, explained.

    Attributes:
        code: ``"<topic>.<entry>"``, the entry in ``cnn/messages/<topic>.toml``.
        details: the values that the sentence names.
    """

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """The explanation in ``language`` ("en" or "ja")."""
        topic, entry = self.code.split(".")
        shown = {name: _shown(value) for name, value in self.details.items()}
        return messages(topic)[entry][language].format(**shown)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel between processes; Exception's own pickling forgets keyword arguments.
        return _rebuild, (type(self), self.code, self.details)


class ShapeError(PlaygroundError):
    """A layer cannot be applied to the shape it is given."""


class ConfigError(PlaygroundError):
    """An option has a value outside what it accepts."""


class DataError(PlaygroundError):
    """A data set, file or drawing cannot be used."""


@cache
def messages(topic: str) -> dict[str, dict[str, str]]:
    """All sentences of one topic: ``{entry: {"en": …, "ja": …}}``."""
    return tomllib.loads((_FOLDER / f"{topic}.toml").read_text(encoding="utf-8"))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _rebuild(kind: type[PlaygroundError], code: str, details: dict[str, object]) -> PlaygroundError:
    return kind(code, **details)
