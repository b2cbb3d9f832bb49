"""The foot of a page: what to try, the common mistake, questions to answer before looking, and where to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pages.ui.page import is_last, next_page, place_of

import streamlit as st

from pages.ui.headings import heading
from pages.ui.options import settle
from pages.ui.texts import Texts
from pages.ui.url import write_query

_WIDTH = 220  # pixels of a field for a guess


@dataclass(frozen=True)
class Question:
    """A question that the reader answers before the page does.

    Attributes:
        name: its texts are ``questions.<name>.ask`` and ``questions.<name>.answer``.
        answer: what the engine says: a number, or one of ``choices``.
        choices: what can be chosen; a choice that has a text of its own, ``questions.<name>.<choice>``, is called that.
        tolerance: how far a guessed number may be off.
        values: what the two texts name.
    """

    name: str
    answer: float | str
    choices: tuple[str, ...] = ()
    tolerance: float = 0.0
    values: Mapping[str, object] = field(default_factory=dict)

    def is_right(self, guess: float | str) -> bool:
        """Whether ``guess`` is the answer."""
        if isinstance(self.answer, str) or isinstance(guess, str):
            return guess == self.answer
        return abs(guess - self.answer) <= self.tolerance


def foot(
    texts: Texts,
    page: str,
    chips: Mapping[str, Mapping[str, str]],
    questions: int | Sequence[Question],
) -> None:
    """Draw the foot.

    Args:
        texts: with ``try.title``, ``try.<chip>`` for each chip, ``questions.title`` and the questions' own; with
            ``mistake.text`` where there is a common mistake.
        page: the page's own name.
        chips: by name, what the URL then says of the page's settings; what it leaves out takes its default.
        questions: to be guessed; or how many there are to be thought about, with the texts ``questions.ask<n>`` and
            ``questions.answer<n>`` from 1.
    """
    with st.container(horizontal=True, key="try_this", vertical_alignment="center"):
        heading(texts("try.title"), width="content")
        for name, query in chips.items():
            # Not a link: Streamlit leaves the address bar as it is where a link leads to the page that it stands on.
            if st.button(texts(f"try.{name}"), key=f"try_{name}", on_click=_follow, args=(query,)):
                st.rerun()  # the whole page, where its foot is drawn with a part of it
    if "mistake.text" in texts:
        heading(texts("mistake.title"))
        # Not a warning: that would interrupt those who listen.
        st.info(texts("mistake.text"), icon=":material/lightbulb:")
    heading(texts("questions.title"))
    if isinstance(questions, int):
        for number in range(1, questions + 1):
            with st.expander(texts(f"questions.ask{number}")):
                st.markdown(texts(f"questions.answer{number}"))
    else:
        for one in questions:
            ask(one, texts)
    go_on(texts, page)


def go_on(texts: Texts, page: str) -> None:
    """Draw where the reader is on the way through all pages, and the link to the next one.

    After the last page the way is at its end, which is said, and leads back to the beginning.
    """
    place, count = place_of(page)
    following = Texts(next_page(page), texts.language)
    words = "last" if is_last(page) else "next"
    label = texts(words, place=place, count=count, title=following("title"), lead=following("lead"))
    with st.container(key="next_page"):
        st.page_link(f"pages/{following.page}.py", label=label, icon=":material/arrow_forward:")


def ask(question: Question, texts: Texts) -> None:
    """Draw one question: the guess first, then the answer.

    Guess and click arrive together, because both are parts of a form: what was typed is seen by the very click that
    asks for the answer, or by Enter.
    """
    asked = texts(f"questions.{question.name}.ask", **question.values)
    # Another question, asked with other numbers, begins with an empty guess.
    key = f"question_{question.name}_{abs(hash(asked)):x}"
    with st.expander(asked, key=f"question_{question.name}"):
        with (
            st.form(f"{key}_form", border=False),
            st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
        ):
            guess = _field(question, key, texts)
            shown = st.form_submit_button(texts("guess.show"), key=f"{key}_show")
        if guess is not None:
            _answer(question, guess, texts)
        elif shown:
            st.info(texts("guess.missing"))


def _answer(question: Question, guess: float | str, texts: Texts) -> None:
    right = question.is_right(guess)
    said = guess if isinstance(guess, str) else f"{guess:g}"
    verdict = texts("guess.right") if right else texts("guess.wrong", guess=_called(question, said, texts))
    (st.success if right else st.info)(f"{verdict} {texts(f'questions.{question.name}.answer', **question.values)}")


def _follow(query: Mapping[str, str]) -> None:
    """Set the page as a chip says: the configuration is the URL."""
    write_query(query)
    settle()


def _field(question: Question, key: str, texts: Texts) -> float | str | None:
    if not question.choices:
        return st.number_input(texts("guess.number"), value=None, key=key, width=_WIDTH, format="%g")
    return st.segmented_control(
        texts("guess.number"), question.choices, key=key, format_func=lambda one: _called(question, one, texts)
    )


def _called(question: Question, choice: str, texts: Texts) -> str:
    return texts.get(f"questions.{question.name}.{choice}", choice)
