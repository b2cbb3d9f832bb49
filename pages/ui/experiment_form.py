"""The settings of an experiment beside the stage: a few rows, each opening on a click. What is set is the URL."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cnn import links
from cnn.config import ExperimentConfig
from cnn.head import missing
from cnn.losses import LOSSES
from cnn.optimizers import OPTIMIZERS
from cnn.outline import LayerRow
from cnn.presets import PRESETS
from cnn.registry import same_options
from cnn.schedules import SCHEDULES
from pages.ui.data_source import data_editor, data_label
from pages.ui.language import language
from pages.ui.layers_editor import layers_editor, outline_table
from pages.ui.menus import menu
from pages.ui.opening import opening_row
from pages.ui.options import choose, edit_options, name_of_kind, name_of_option, name_of_word
from pages.ui.runs import current_run
from pages.ui.samples import classes_of, fitted
from pages.ui.sharing import show_link
from pages.ui.texts import Texts
from pages.ui.train_controls import follow_live
from pages.ui.uploaded import Draw
from pages.ui.url import read_config, write_config

_PRESET, _OWN = "preset", "own"
_MORE = ("batch_size", "epochs", "early_stopping", "seed")


@st.fragment
def settings(drawn: str, colours: Mapping[str, str], draw: Draw) -> None:
    """The whole panel; a fragment, so that opening a row does not redraw the page.

    Args:
        drawn: canonical text of the configuration that the rest of the page shows; a change redraws it.
        colours: of each kind of layer.
        draw: makes a picture of an image.
    """
    texts = Texts("train", language())
    config = read_config()
    trained, classes = fitted(config), classes_of(config)
    rows = trained.outline(classes)
    _preset(config, texts)
    edited = _rows(config, trained, rows, draw, texts)  # above the layers: what opens needs room below it
    lacking = None if classes is None else missing(trained.layers, classes, batch_size=config.batch_size)
    edited = replace(edited, layers=layers_editor(config.layers, trained.layers, rows, lacking, colours, texts))
    if edited.canonical() != config.canonical():
        write_config(edited)
        run = current_run()
        if run is not None:
            follow_live(run, edited)
    if read_config().canonical() != drawn:
        st.rerun()


def _rows(
    config: ExperimentConfig, trained: ExperimentConfig, rows: list[LayerRow], draw: Draw, texts: Texts
) -> ExperimentConfig:
    """What is folded away: data, optimizer, the rest, and the table of shapes."""
    with st.container(key="train_settings", gap="small"):
        label = f"{texts('settings.data')} :gray[{data_label(config.data)}]"
        opened = opening_row(label, "settings_data")
        if opened.open:
            with opened:
                config = replace(config, data=data_editor(config.data, draw, texts))
        label = f"{name_of_kind(OPTIMIZERS.name_of(config.optimizer))} :gray[{config.optimizer.lr:g}]"
        opened = opening_row(label, "settings_optimizer")
        if opened.open:
            with opened:
                config = _learning(config)
        label = f"{texts('settings.more')} :gray[{texts('settings.epochs', n=config.epochs)}]"
        opened = opening_row(label, "settings_more")
        if opened.open:
            with opened:
                config = replace(config, loss=choose(LOSSES, config.loss, "train.loss", _name("loss")))
                config = edit_options(config, "train", only=_MORE)
                _link_and_defaults(config, texts)
        label = texts("settings.shapes", n=f"{sum(row.parameters for row in rows):,}")
        opened = opening_row(label, "settings_shapes")
        if opened.open:
            with opened:
                outline_table(trained.layers, rows, texts)
    return config


def _learning(config: ExperimentConfig) -> ExperimentConfig:
    optimizer = choose(OPTIMIZERS, config.optimizer, "train.optimizer", _name("optimizer"))
    schedule = choose(SCHEDULES, config.schedule, "train.schedule", _name("schedule"))
    return edit_options(replace(config, optimizer=optimizer, schedule=schedule), "train", only=("weight_decay",))


def _name(option: str) -> str:
    return name_of_option("ExperimentConfig", option)


def _preset(config: ExperimentConfig, texts: Texts) -> None:
    current = next((name for name, preset in PRESETS.items() if _same_network(config, preset)), _OWN)
    names = {name: name_of_word(name) for name in PRESETS} | {_OWN: texts("preset.own")}
    offered = [*PRESETS, *([_OWN] if current == _OWN else [])]
    menu(
        texts("settings.preset"), offered, current, _PRESET, _take_preset, names.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip


def _take_preset(name: str) -> None:
    if name in PRESETS:
        preset = PRESETS[name]
        write_config(replace(read_config(), layers=preset.layers, optimizer=preset.optimizer))


def _same_network(config: ExperimentConfig, preset: ExperimentConfig) -> bool:
    same_length = len(config.layers) == len(preset.layers)
    return same_length and all(same_options(*pair) for pair in zip(config.layers, preset.layers, strict=True))


def _link_and_defaults(config: ExperimentConfig, texts: Texts) -> None:
    st.caption(texts("settings.link"))
    show_link(links.encode(config), texts)
    st.button(texts("settings.defaults"), key="train_defaults", icon=":material/undo:", on_click=_defaults)


def _defaults() -> None:
    write_config(ExperimentConfig())
