from pages.ui.page import open_page

import streamlit as st

from cnn.training import History, RunView, inspect
from pages.figures.curves import Ghost
from pages.figures.palette import LAYER_KINDS
from pages.figures.training_look import WORDS, TrainingLook
from pages.ui import examine, live
from pages.ui.experiment_form import settings
from pages.ui.layer_names import short_name
from pages.ui.learn import foot
from pages.ui.model_files import model_files
from pages.ui.past_runs import named_past_runs, offer_to_forget
from pages.ui.runs import current_run, shared_view, watch
from pages.ui.samples import PROBE, fitted, network_at, sample_of, samples
from pages.ui.sharing import tell_visitor
from pages.ui.suggestions import CHIPS
from pages.ui.train_controls import transport
from pages.ui.train_status import show_status, turn
from pages.ui.train_words import explain, show_trouble, tell, waiting_for, why_not
from pages.ui.url import link_notice, read_config

texts = open_page("train")
config, run = read_config(), current_run()
began = run.snapshot() if run else shared_view()
shown = fitted(began.config if began else config)  # what the stage is about: the settings may already be the next run's
with st.container(key="train_head"):  # its notices come and go without moving the rest, where a menu may be open
    link_notice()
    tell_visitor(run, began, texts)
    transport(began if run else None, config, why_not(config), texts)
look = TrainingLook(
    words={name: texts(f"chart.{name}") for name in WORDS},
    names=[short_name(layer) for layer in shown.layers],
    dark=st.context.theme.type == "dark",
    ghosts=[Ghost(*past) for past in named_past_runs(shown)],
)


def latest() -> RunView | None:
    """The run at this moment; where it has turned since the page was drawn, the page is drawn anew.

    Somebody looks at the page as long as it asks, so the lease is renewed here.
    """
    if run:
        watch(run)
    view = run.snapshot() if run else shared_view()
    if turn(view) != turn(began):
        st.rerun()
    return view


@st.fragment(run_every=0.5 if began and began.status.active else None)
def stage() -> None:
    """What follows the run while it trains."""
    view = latest()
    show_status(view, texts)
    records = view.records if view else History(rows=1).columns()
    live.show_charts(*look.live(records, waiting_for(view, shown, texts)), texts)
    if why_not(shown) is None:
        inside(view)


def inside(view: RunView | None) -> None:
    """The network at this moment: kernels, maps and numbers."""
    data = samples(shown)
    network = network_at(shown, view.state if view else None, len(data.class_names))

    def maps() -> None:
        image = sample_of(data, live.choose_class(data.class_names, texts))
        with network.recording() as tape:
            network.forward(image)
        live.show_pictures(look.maps(image, tape.outputs), side=42)

    def statistics() -> tuple[inspect.LayerStatistics, ...]:
        return inspect.statistics(network, shown.loss, data.images[:PROBE], data.labels[:PROBE])

    panels = {
        "kernels": lambda: live.show_kernels(look.kernels(network.state_dict()), texts),
        "maps": maps,
        "histograms": lambda: live.show_chart(*look.histograms(statistics()), "histograms", texts),
        "ratios": lambda: live.show_chart(*look.ratios(statistics()), "ratios", texts),
    }
    live.show_panels(panels, "train_panels", texts)
    tell(view, shown, len(data.class_names), texts)


@st.fragment(run_every=1.0)
def look_out() -> None:
    """Draws nothing, so it costs little: notices when a run that stands still goes on by itself or in another tab."""
    latest()


@st.fragment
def closer(view: RunView) -> None:
    """What can be looked at in peace once a run stands still."""
    panels = {
        "curves": lambda: live.show_figure(look.full(view.records), texts),
        "confusion": lambda: examine.show_confusion(view, look.digit, texts),
        "mistakes": lambda: examine.show_mistakes(view, look.digit, texts),
        "replay": lambda: live.show_kernels(look.kernels(examine.choose_snapshot(view.kernels, texts)), texts),
    }
    live.show_panels(panels, "train_closer", texts)


with st.container(key="train_body"):
    left, right = st.columns([2.9, 1], gap="medium")
    with left:
        if began:
            show_trouble(began, texts)
        stage()
        offer_to_forget(texts)
        if began and began.state and began.step and not began.status.active:
            closer(began)
        if began and not began.status.active:
            look_out()
    with right:
        settings(config.canonical(), LAYER_KINDS, look.digit)
model_files(run, texts)
explain(texts)
foot(texts, "train", CHIPS, questions=2)
