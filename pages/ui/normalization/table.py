"""All norms over several learning rates, or over several batch sizes: a race of short runs, and a table of it."""

from collections.abc import Sequence

import streamlit as st

from cnn.training.normalization import MIDDLE_RATE, NormalizationSettings, accuracies, compared, table_entries
from cnn.training.race import Contestant, Race, RaceView
from pages.ui.errors import show_error
from pages.ui.headings import heading
from pages.ui.normalization import KEY, Figures
from pages.ui.race import current_race, just_started, start_race, why_no_race
from pages.ui.runs import watch
from pages.ui.settings import switch
from pages.ui.texts import Texts


@st.fragment
def compare(names: Sequence[str], figures: Figures, texts: Texts) -> None:
    """The switch between the two tables, the button that fills it, and the table, which fills as runs come in."""
    heading(texts("table.title"))
    bar = st.container(horizontal=True, gap="medium", vertical_alignment="center")
    with bar:
        settings = switch(NormalizationSettings, "compared", f"{KEY}_table", lambda name: texts(f"table.{name}"))
    key = f"{KEY}_{settings.compared}"  # both tables are kept
    if just_started(key):
        st.rerun()  # the whole page: the tab is told the token
    entries = table_entries(settings, names)
    race = current_race(key)
    if race is not None and _about(race.contestants, race.steps) != _about(entries, settings.updates):
        race = None  # it was about other settings
    began = race.snapshot() if race else None
    active = began is not None and began.status.active
    trouble = why_no_race(entries, settings.updates)

    with bar:
        st.button(
            texts(f"table.start_{settings.compared}"), key=f"{KEY}_table_start", icon=":material/table_chart:",
            disabled=active or trouble is not None, on_click=start_race, args=(key, entries, settings.updates),
        )  # fmt: skip
        if active and race is not None:
            st.button(texts("table.cancel"), key=f"{KEY}_table_cancel", icon=":material/stop:", on_click=race.cancel)
    if trouble is not None:
        show_error(trouble)
    _live(settings, names, race, active, figures, texts)
    fixed = {"batch": settings.batch, "rate": f"{MIDDLE_RATE:g}", "updates": settings.updates}
    st.caption(texts(f"table.about_{settings.compared}", **fixed))


def _about(entries: Sequence[Contestant], steps: int) -> tuple[int, list[str]]:
    """What a table is for."""
    return steps, [one.config.canonical() for one in entries]


def _live(
    settings: NormalizationSettings, names: Sequence[str], race: Race | None, active: bool, figures: Figures,
    texts: Texts,
) -> None:  # fmt: skip
    @st.fragment(run_every=0.5 if active else None)
    def live() -> None:
        view: RaceView | None = None
        if race is not None:
            watch(race)
            view = race.snapshot()
            if view.status.active != active:
                st.rerun()
        if view is not None and active:
            st.progress(view.done / max(view.total, 1), texts("table.progress", done=view.done, total=view.total))
        _draw(settings, names, view, figures, texts)

    live()


def _draw(
    settings: NormalizationSettings, names: Sequence[str], view: RaceView | None, figures: Figures, texts: Texts
) -> None:
    columns = [f"{one:g}" for one in compared(settings)[0]]
    words = {name: texts(f"table.{name}") for name in ("caption", "lost", "lost_alt", "nothing")}
    words["corner"] = texts(f"table.corner_{settings.compared}")
    st.html(figures.table(accuracies(view) if view else None, names, columns, words))
