from pages.ui.page import follow_part, open_page, stage_columns

import streamlit as st

from cnn.explain.optimizers import OptimizersSettings
from pages.figures.landscape import landscape_figure
from pages.figures.race import RaceLook
from pages.figures.rates import rates_chart
from pages.figures.surface import Way, surface_figure
from pages.ui import optimizer_surface as surface_stage
from pages.ui.descent import Contestant
from pages.ui.headings import heading
from pages.ui.learn import foot
from pages.ui.optimizer_questions import questions, race_questions
from pages.ui.optimizer_race import OptimizersPage, show_optimizer_race
from pages.ui.optimizer_surface_words import show_rule, tell
from pages.ui.options import settle
from pages.ui.settings import read_settings, settings_notice, write_settings
from pages.ui.texts import Texts

CHIPS = {
    "zigzag": {"surface": "quadratic(50)", "optimizers": "sgd~momentum", "steps": "60"},
    "overshoot": {"optimizers": "momentum(0.1)~nesterov(0.1)~adam", "step": "24", "rule": "momentum"},
    "stall": {"surface": "cliff", "optimizers": "adagrad(0.1)~rmsprop(0.1)~adam(0.1)", "rule": "adagrad"},
    "saddle": {"surface": "saddle", "optimizers": "sgd~momentum~rmsprop~adam", "step": "30"},
    "race": {"part": "network"},
    "diverge": {"optimizers": "sgd(1.02)~momentum~adam", "steps": "200", "rule": "sgd"},
}  # fmt: skip
RACE_CHIPS = {
    "steady": {"part": "network", "racers": "sgd(0.02)~sgd(0.2)~momentum(0.02)"},
    "two": {"part": "network", "racers": "sgd~adam(0.02)~adam(0.002)", "updates": "200"},
    "small": {"part": "network", "batch": "8"},
    "diverge": {"part": "network", "racers": "sgd(5)~momentum(0.02)~adam", "updates": "100"},
    "surface": {},
}


@st.fragment
def on_a_surface() -> None:
    """The first stage: the picture, and everything that is said about it."""
    picture, controls = stage_columns()
    with controls:
        settings, moving = surface_stage.choose_settings(read_settings(OptimizersPage), texts)
    with picture:
        if settings.projection == "above":
            shown = surface_stage.show_picture(settings, texts)
            settings, found, step = shown.settings, shown.found, shown.step
            moving = moving or shown.moving
        else:
            found, step = surface_stage.walk(settings), settings.at_step
            in_perspective(settings, found)
        one = surface_stage.looked_at(settings, found)
        tell(settings, step, found, one, texts)
    with st.container(key="optimizers_rule"):
        heading(texts("rules.title"))
        surface_stage.choose_rule(settings, found, texts)
        show_rule(one, step, texts)
    settings = surface_stage.show_sweep(settings, one, moving, texts)
    if not moving:
        write_settings(settings)
        settle(surface_stage.KEY)
        follow_part()
    foot(texts, "optimizers", CHIPS, questions())


def in_perspective(settings: OptimizersSettings, found: list[Contestant]) -> None:
    """The same surface and ways, to be turned around."""
    upto = settings.at_step + 1
    ways = [Way(one.label, one.look, one.path.positions[:upto], one.path.losses[:upto]) for one in found]
    words = {name: texts(f"perspective.{name}") for name in ("x", "y", "loss")}
    figure = surface_figure(settings.surface, ways, words, st.context.theme.type == "dark")
    st.plotly_chart(
        figure, key="optimizers_perspective", alt=texts("perspective.alt"), config={"displayModeBar": False}
    )


texts = open_page("optimizers")
settings_notice(OptimizersPage)
if surface_stage.choose_part(OptimizersPage, texts) == "network":
    show_optimizer_race(RaceLook, landscape_figure, rates_chart)
    foot(Texts("optimizer_race", texts.language), "optimizers", RACE_CHIPS, race_questions())
else:
    on_a_surface()
