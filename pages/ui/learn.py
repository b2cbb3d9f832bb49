"""The foot of a page: what to try, the common mistake, questions to answer before looking, and where to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pages.ui.page import next_page

import streamlit as st

from pages.ui.texts import Texts

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
    following: str = "",
) -> None:
    """Draw the foot.

    Args:
        texts: with ``try.title``, ``try.<chip>`` for each chip, ``questions.title`` and the questions' own; with
            ``mistake.text`` where there is a common mistake.
        page: the page's own name: a chip is a link to it, because the configuration is the URL.
        chips: by name, what the link says.
        questions: to be guessed; or how many there are to be thought about, with the texts ``questions.ask<n>`` and
            ``questions.answer<n>`` from 1.
        following: name of the page to go on with; by default the next one of the menu.
    """
    with st.container(horizontal=True, key="try_this", vertical_alignment="center"):
        st.markdown(f"**{texts('try.title')}**", width="content")
        for name, query in chips.items():
            st.page_link(f"pages/{page}.py", label=texts(f"try.{name}"), query_params=dict(query), width="content")
    if "mistake.text" in texts:
        # Not a warning: that would interrupt those who listen.
        st.info(f"**{texts('mistake.title')}**  \n{texts('mistake.text')}", icon=":material/lightbulb:")
    st.markdown(f"**{texts('questions.title')}**")
    if isinstance(questions, int):
        for number in range(1, questions + 1):
            with st.expander(texts(f"questions.ask{number}")):
                st.markdown(texts(f"questions.answer{number}"))
    else:
        for one in questions:
            ask(one, texts)
    following = following or next_page(page)
    there = Texts(following, texts.language)
    label = texts("next", title=there("title"), lead=there("lead"))
    st.page_link(f"pages/{following}.py", label=label, icon=":material/arrow_forward:")


def ask(question: Question, texts: Texts) -> None:
    """Draw one question: the guess first, then the answer."""
    asked = texts(f"questions.{question.name}.ask", **question.values)
    # Another question, asked with other numbers, begins with an empty guess.
    key = f"question_{question.name}_{abs(hash(asked)):x}"
    with st.expander(asked, key=f"question_{question.name}"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            guess = _field(question, key, texts)
            st.button(texts("guess.show"), key=f"{key}_show", disabled=guess is None, on_click=_say, args=(key, guess))
        if guess is not None and st.session_state.get(f"{key}_said") == guess:
            right = question.is_right(guess)
            said = guess if isinstance(guess, str) else f"{guess:g}"
            verdict = texts("guess.right") if right else texts("guess.wrong", guess=_called(question, str(said), texts))
            (st.success if right else st.info)(
                f"{verdict} {texts(f'questions.{question.name}.answer', **question.values)}"
            )


def _say(key: str, guess: float | str) -> None:
    """The guess was made: its answer stays in sight until there is another one."""
    st.session_state[f"{key}_said"] = guess


def _field(question: Question, key: str, texts: Texts) -> float | str | None:
    if not question.choices:
        return st.number_input(texts("guess.number"), value=None, key=key, width=_WIDTH, format="%g")
    return st.segmented_control(
        texts("guess.number"), question.choices, key=key, format_func=lambda one: _called(question, one, texts)
    )


def _called(question: Question, choice: str, texts: Texts) -> str:
    return texts.get(f"questions.{question.name}.{choice}", choice)
