"""The loss landscape of a race: measured at a click, with its progress, then drawn with the paths on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from cnn.errors import PlaygroundError
from cnn.training import landscape
from cnn.training.landscape import Terrain
from cnn.training.race import Race, RaceView
from cnn.training.survey import Survey, SurveyView
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.runs import runs, watch
from pages.ui.samples import samples
from pages.ui.texts import Texts
from pages.ui.train_status import percent, seconds_text

Draw = Callable[[SurveyView, Sequence[str], Sequence[int], Mapping[str, str], bool], Any]

_WORDS = ("loss", "first", "second", "random_first", "random_second", "along", "start")
_ERROR = "landscape_error"


def show_landscape(kind: str, view: RaceView, race: Race, names: Sequence[str], draw: Draw) -> None:
    """One landscape of a race.

    Args:
        kind: "principal", "minimum" or "straight".
        view: the race as it stood when the page was drawn.
        race: the race, which keeps its surveys.
        names: of the contestants, in the reader's language.
        draw: makes the figure (``pages.figures.landscape.landscape_figure``).
    """
    texts = Texts("landscape", language())
    survey = race.surveys.get(kind)
    began = survey.snapshot() if survey else None
    st.caption(texts(f"what.{kind}"))
    if view.status.active or not view.done:
        st.caption(texts("later"))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            texts("compute" if survey is None else "again"), key=f"landscape_{kind}", icon=":material/landscape:",
            disabled=began is not None and began.active, on_click=_compute, args=(kind, race),
        )  # fmt: skip
        if survey is not None and began is not None and began.active:
            st.button(texts("cancel"), key="landscape_cancel", icon=":material/stop:", on_click=survey.cancel)
    error = began.error if began else st.session_state.get(_ERROR)
    if error is not None:
        show_error(error)
    if survey is not None and began is not None:
        _live(survey, race, began)
        if began.done:
            _show(began, view, names, draw, texts)


def _compute(kind: str, race: Race) -> None:
    st.session_state.pop(_ERROR, None)
    try:
        runs().survey(race, _terrain(kind, race.snapshot()))
    except PlaygroundError as error:
        st.session_state[_ERROR] = error


def _terrain(kind: str, view: RaceView) -> Terrain:
    if kind == "minimum":
        return landscape.minimum(view, len(samples(view.contestants[0].config).class_names))
    return landscape.straight(view) if kind == "straight" else landscape.principal(view)


def _live(survey: Survey, race: Race, began: SurveyView) -> None:
    """A progress bar, while it is measured."""
    if not began.active:
        return

    @st.fragment(run_every=0.5)
    def progress() -> None:
        texts = Texts("landscape", language())
        watch(race)
        view = survey.snapshot()
        if not view.active:
            st.rerun()
        left = "" if view.seconds_left is None else texts("left", time=seconds_text(view.seconds_left, texts))
        st.progress(view.done / view.total, f"{texts('progress', done=view.done, total=view.total)} {left}")

    progress()


def _show(survey: SurveyView, view: RaceView, names: Sequence[str], draw: Draw, texts: Texts) -> None:
    places = [place for place, one in enumerate(view.contestants) if one.name in survey.terrain.names]
    words = {name: texts(f"words.{name}") for name in _WORDS}
    figure = draw(survey, [names[place] for place in places], places, words, st.context.theme.type == "dark")
    st.plotly_chart(figure, key=f"landscape_figure_{survey.terrain.kind}", alt=texts("alt"))
    plane = survey.terrain.plane
    if plane is not None and plane.explained:
        first, second = (percent(share, 0) for share in plane.explained)
        st.markdown(
            texts("off", first=first, second=second, both=percent(sum(plane.explained), 0),
                  off=percent(survey.terrain.off, 0))
        )  # fmt: skip
    else:
        st.markdown(texts(f"see.{survey.terrain.kind}"))
    left_out = [
        name for name, path in zip(names, survey.terrain.paths, strict=False) if not len(path)
    ] if survey.terrain.kind == "principal" else []  # fmt: skip
    if left_out:
        st.caption(texts("left_out", names=", ".join(left_out)))
