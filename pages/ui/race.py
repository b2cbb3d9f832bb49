"""A race on a page: one call draws its buttons, live curves, standings and downloads, and finds it after a refresh.

    race_stage("optimizers", contestants, RaceLook, steps=300)

What the contestants are is the page's business (and stands in its URL); what a race looks like is the figures'.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import streamlit as st

from cnn.errors import PlaygroundError
from cnn.training.race import Contestant, Race, RaceStatus, RaceView, check, same_batches
from cnn.training.standings import as_csv, as_json
from cnn.training.view import Status
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.race_table import show_table, show_words
from pages.ui.runs import runs, watch
from pages.ui.tab import keep_token, token
from pages.ui.texts import Texts
from pages.ui.train_status import seconds_text

_STYLE = Path(__file__).with_name("race.css")
_CHART_HEIGHT = 235  # CSS pixels
_EVERY = 0.5  # seconds between two looks at a race that goes on
_LOOK_OUT = 2.0  # and at one that stands still, which another tab may have set going
_MOST_ERRORS = 3  # sentences shown at once


class Look(Protocol):
    """How a race is drawn."""

    def charts(
        self, view: RaceView | None, names: Sequence[str], against: Any, show: Any, waits: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """ECharts options of loss and accuracy."""
        ...

    def swatch(self, place: int) -> str:
        """A contestant's line as a picture's address."""
        ...


def race_stage(
    key: str,
    contestants: Sequence[Contestant],
    look: Callable[[Mapping[str, str], bool], Look],
    *,
    steps: int = 300,
    seeds: int = 1,
    reach: float = 0.9,
    show: Literal["validation", "both"] = "validation",
    trail: bool = False,
    more: Callable[[RaceView, Race], None] | None = None,
) -> None:
    """Everything about one race.

    Args:
        key: names the race within the tab: small letters and underscores; one race for each key.
        contestants: as set on the page, with names in the reader's language. Where they differ from those of the race
            that is there, starting makes a new one, which takes over the runs that both have in common.
        look: makes the charts, from words and whether the page is dark (``pages.figures.race.RaceLook``).
        steps: updates of each run.
        seeds: how many runs each contestant has.
        reach: accuracy that the table times.
        show: "both" draws training beside validation, and table and words are about the gap between them.
        trail: keep snapshots of the weights, for the loss landscape.
        more: draws what else the page says of a race, below it; redrawn whenever the race begins, stops or goes on.
    """
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    _outer(key, tuple(contestants), look, steps, seeds, reach, show, trail, more)


def current_race(key: str) -> Race | None:
    """The race that this tab started under ``key``, also after the browser was refreshed."""
    kept = token(_token_name(key))
    return runs().find_race(kept) if kept else None


def why_no_race(contestants: Sequence[Contestant], steps: int, seeds: int = 1) -> PlaygroundError | None:
    """Why such a race cannot be started; None where it can."""
    try:
        check(contestants, steps, seeds)
    except PlaygroundError as error:
        return error
    return None


def start_race(
    key: str, contestants: Sequence[Contestant], steps: int, seeds: int = 1, trail: bool = False, again: bool = False
) -> None:
    """Begin a race in this tab, in place of the one under ``key``. For callbacks, where :func:`why_no_race` is None.

    Args:
        key, contestants, steps, seeds, trail: as of :func:`race_stage`.
        again: train everybody anew, also who has trained with equal settings in the race before.

    Raises:
        PlaygroundError: such a race cannot be.
    """
    present = current_race(key)
    race = runs().start_race(contestants, steps, seeds, trail, instead_of=None if again else present)
    if again and present is not None:
        runs().close_race(present)
    keep_token(race.token, _token_name(key))
    st.session_state[_fresh(key)] = True


def just_started(key: str) -> bool:
    """Whether a race was started since this was last asked: then the tab waits to be told its token."""
    return st.session_state.pop(_fresh(key), False)


@st.fragment
def _outer(
    key: str,
    contestants: tuple[Contestant, ...],
    look: Callable[[Mapping[str, str], bool], Look],
    steps: int,
    seeds: int,
    reach: float,
    show: Literal["validation", "both"],
    trail: bool,
    more: Callable[[RaceView, Race], None] | None,
) -> None:
    """A fragment of its own, so that its buttons do not wait for the rest of the page."""
    texts = Texts("race", language())
    race = current_race(key)
    began = race.snapshot() if race else None
    changed = race is not None and not _same(race, contestants, steps, seeds)
    trouble = why_no_race(contestants, steps, seeds)
    if just_started(key):
        st.rerun()  # the whole page, so that the tab is told its token

    def begin() -> None:
        start_race(key, contestants, steps, seeds, trail, again=not changed)

    _transport(key, began, changed, trouble is None, begin, texts)
    if trouble is not None:
        show_error(trouble)
    if changed:
        st.caption(texts("transport.changed"))
    names = [one.name for one in (race.contestants if race and changed else contestants)]
    suffix = "_both" if show == "both" else ""
    words = {name: texts(f"chart.{name}") for name in ("step", "seconds")}
    words |= {name: texts(f"chart.{name}{suffix}") for name in ("loss", "accuracy")}
    drawn = look(words, st.context.theme.type == "dark")

    @st.fragment(run_every=_EVERY if began and began.status.active else _LOOK_OUT if began else None)
    def live() -> None:
        view = _latest(race)
        if _turn(view) != _turn(began):
            st.rerun()
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            _progress(view, texts)
            against = _against(key, texts)
        waits = texts("status.preparing" if view and view.status.active else "chart.wait")
        for place, name, option in zip(
            st.columns(2), ("loss", "accuracy"), drawn.charts(view, names, against, show, waits), strict=True
        ):
            with place:
                st.echarts_chart(
                    option, height=_CHART_HEIGHT, key=f"race_chart_{key}_{name}", alt=texts(f"chart.{name}_alt")
                )
        both = show == "both"
        show_words(view, names, reach, both, same_batches(race.contestants if race else contestants), texts)
        show_table(view, names, [drawn.swatch(place) for place in range(len(names))], reach, both, texts)

    live()
    if race is not None and began is not None:
        _errors(began)
        _downloads(key, race, began, reach, texts)
        if more is not None:
            more(began, race)


def _transport(
    key: str, view: RaceView | None, changed: bool, possible: bool, begin: Callable[[], None], texts: Texts
) -> None:
    active = view is not None and view.status.active
    standing = view is not None and not view.status.active and not view.status.ended
    label = "start_new" if changed else "start" if view is None else "start_over"
    with st.container(horizontal=True, gap="small", key=f"race_transport_{key}", vertical_alignment="center"):
        st.button(
            texts(f"transport.{label}"), key=f"race_start_{key}", icon=":material/flag:", disabled=not possible,
            type="primary" if possible and (changed or not (active or standing)) else "secondary", on_click=begin,
        )  # fmt: skip
        name = "resume" if standing else "pause"
        st.button(
            texts(f"transport.{name}"), key=f"race_pause_{key}", disabled=not (active or standing),
            icon=f":material/{'play_arrow' if standing else 'pause'}:",
            on_click=_act, args=(key, Race.resume if standing else Race.pause),
        )  # fmt: skip
        st.button(
            texts("transport.cancel"), key=f"race_cancel_{key}", icon=":material/stop:",
            disabled=not (active or standing), on_click=_act, args=(key, Race.cancel),
        )  # fmt: skip


def _act(key: str, act: Callable[[Race], None]) -> None:
    race = current_race(key)
    if race is not None:
        act(race)
        watch(race)


def _progress(view: RaceView | None, texts: Texts) -> None:
    status = view.status.value if view else "not_started"
    words, share = texts(f"status.{status}"), 0.0
    if view is not None and view.total:
        share = view.done / view.total
        words += " · " + texts("status.progress", done=f"{view.done:,}", total=f"{view.total:,}")
        if view.status is RaceStatus.RUNNING and view.seconds_left is not None:
            words += " · " + texts("status.left", time=seconds_text(view.seconds_left, texts))
    st.html(
        f'<div class="progress-line"><span>{words}</span>'
        f'<div role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}"'
        f' aria-label="{texts("status.progress_label")}"><i style="width:{share * 100:.1f}%"></i></div></div>',
        width="stretch",
    )


def _against(key: str, texts: Texts) -> str:
    return st.segmented_control(
        texts("against.label"), ("step", "seconds"), default="step", required=True, key=f"race_against_{key}",
        format_func=lambda one: texts(f"against.{one}"), label_visibility="collapsed",
    )  # fmt: skip


def _errors(view: RaceView) -> None:
    """Why contestants failed, each sentence once. (That one diverged is said with the curves.)"""
    failed = [
        run.error for one in view.contestants for run in one.runs if run.error and run.status is not Status.DIVERGED
    ]
    sentences = {error.sentence(language()): error for error in failed}
    for error in list(sentences.values())[:_MOST_ERRORS]:
        show_error(error)


def _downloads(key: str, race: Race, view: RaceView, reach: float, texts: Texts) -> None:
    if view.status.active or not view.done:
        return
    with st.container(horizontal=True, gap="small", key=f"race_downloads_{key}"):
        for name, mime, write in (
            ("csv", "text/csv", lambda: as_csv(race.snapshot())),
            ("json", "application/json", lambda: as_json(race.snapshot(), reach)),
        ):
            st.download_button(
                texts(f"download.{name}"), write, f"race.{name}", mime, key=f"race_{name}_{key}", on_click="ignore",
                icon=":material/download:", type="tertiary",
            )  # fmt: skip


def _latest(race: Race | None) -> RaceView | None:
    """The race at this moment; somebody looks at it as long as the page asks, so its lease is renewed."""
    if race is None:
        return None
    watch(race)
    return race.snapshot()


def _turn(view: RaceView | None) -> object:
    """What the buttons depend on; while a race stands still also its steps, because slices under way end after it."""
    if view is None:
        return None
    return view.status.active, view.status.ended, view.status, None if view.status.active else view.done


def _same(race: Race, contestants: Sequence[Contestant], steps: int, seeds: int) -> bool:
    """Whether the page's settings are still those of the race."""
    entered = [one.config.canonical() for one in race.contestants]
    return (race.steps, race.seeds, entered) == (steps, seeds, [one.config.canonical() for one in contestants])


def _token_name(key: str) -> str:
    return f"race_{key}"


def _fresh(key: str) -> str:
    return f"race_fresh_{key}"
