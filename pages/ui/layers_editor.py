"""The list of layers: each row opens to set, move or remove its layer; an impossible one is marked where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from cnn.activations import ACTIVATIONS, Activation
from cnn.head import Layers, Missing
from cnn.initializers import INITIALIZERS
from cnn.layers.base import LAYERS, Layer
from cnn.outline import MAX_LAYERS, LayerRow
from pages.ui.errors import show_error
from pages.ui.layer_names import kind_of_layer, registered_name, shape_text, short_name
from pages.ui.options import edit_options, name_of_kind
from pages.ui.texts import Texts
from pages.ui.url import read_config, write_config

_TABLE_WIDTH = 640  # CSS pixels
_NEW_KIND, _NEW_PLACE = "layer_new_kind", "layer_new_place"


def layers_editor(
    layers: Layers,
    trained: Layers,
    rows: Sequence[LayerRow],
    lacking: Missing | None,
    colours: Mapping[str, str],
    texts: Texts,
) -> Layers:
    """Rows to click on, top to bottom; returns the layers with what was set in the open one.

    Args:
        layers: as configured.
        trained: as the data want them: the last one has a unit for each class.
        rows: their outline, for shapes and errors.
        lacking: what is missing at the end, if anything: it is offered where the error stands.
        colours: of each kind of layer.
        texts: the page's.
    """
    edited = list(layers)
    with st.container(key="layers", gap=None):
        st.html(_style(layers, colours))
        for place, (layer, name, row) in enumerate(zip(layers, map(short_name, trained), rows, strict=True)):
            edited[place] = _row(place, layer, name, row, len(layers), texts)
        if lacking is not None:
            _offer(lacking, texts)
        _add(layers, texts)
    return tuple(edited)


def outline_table(layers: Layers, rows: Sequence[LayerRow], texts: Texts) -> None:
    """Shapes, parameters and costs of all layers, with the initializer in use."""
    st.dataframe(
        {
            texts("table.layer"): [short_name(layer) for layer in layers],
            texts("table.output"): [shape_text(row.out_shape) for row in rows],
            texts("table.parameters"): [row.parameters for row in rows],
            texts("table.multiply_adds"): [row.multiply_adds for row in rows],
            texts("table.unread"): [shape_text(row.remainder) if any(row.remainder) else "" for row in rows],
            texts("table.initializer"): [_initializer(row) for row in rows],
        },
        hide_index=True,
        width=_TABLE_WIDTH,
        key="outline",
    )


def _row(
    place: int, layer: Layer | Activation, name: str, row: LayerRow, count: int, texts: Texts
) -> Layer | Activation:
    label = f"{name} :gray[{shape_text(row.out_shape)}]"
    with st.container(key=f"layer_row_{place}", gap=None):
        opened = st.popover(label, key=_key(place), on_change="rerun", width="stretch")
        if opened.open:
            with opened:
                layer = edit_options(layer, f"layer.{place}.{registered_name(layer)}")
                _buttons(place, count, texts)
        if row.error:
            show_error(row.error)
    return layer


def _offer(lacking: Missing, texts: Texts) -> None:
    """One click that makes the outputs fit."""
    names = texts("layers.and").join(short_name(layer) for layer in lacking.layers)
    st.button(
        texts("layers.complete", layers=names),
        key="layer_complete",
        icon=":material/add:",
        type="primary",  # Start is shut: this is what to do next
        on_click=_write,
        args=(lacking.completed,),
        width="stretch",
    )


def _buttons(place: int, count: int, texts: Texts) -> None:
    moves = (
        ("up", ":material/arrow_upward:", _move, (place, place - 1), place == 0),
        ("down", ":material/arrow_downward:", _move, (place, place + 1), place == count - 1),
        ("remove", ":material/delete:", _remove, (place,), count == 1),
    )
    with st.container(horizontal=True):
        for name, icon, act, arguments, disabled in moves:
            st.button(
                texts(f"layers.{name}"),
                icon=icon,
                key=f"layer_{name}_{place}",
                on_click=act,
                args=arguments,
                disabled=disabled,
            )


def _add(layers: Layers, texts: Texts) -> None:
    full = len(layers) >= MAX_LAYERS
    opened = st.popover(
        texts("layers.add"),
        key="layer_add",
        on_change="rerun",
        icon=":material/add:",
        type="tertiary",
        width="stretch",
        disabled=full,
    )
    if not opened.open:
        return
    with opened:
        st.selectbox(texts("layers.kind"), [*LAYERS, *ACTIVATIONS], format_func=name_of_kind, key=_NEW_KIND)
        st.selectbox(
            texts("layers.place"),
            range(len(layers) + 1),
            index=len(layers),
            format_func=lambda place: _place_name(layers, place, texts),
            key=_NEW_PLACE,
        )
        st.button(texts("layers.add_it"), key="layer_add_it", type="primary", on_click=_insert)


def _place_name(layers: Layers, place: int, texts: Texts) -> str:
    if place == 0:
        return texts("layers.first")
    return texts("layers.after", place=place, layer=short_name(layers[place - 1]))


def _key(place: int) -> str:
    return f"layer_{place}"


# What the buttons do: change the configuration in the URL before the page is drawn again ------------------------------


def _move(place: int, to: int) -> None:
    layers = list(read_config().layers)
    layers.insert(to, layers.pop(place))
    st.session_state[_key(place)], st.session_state[_key(to)] = False, True  # the open row goes with its layer
    _write(layers)


def _remove(place: int) -> None:
    st.session_state[_key(place)] = False
    layers = list(read_config().layers)
    del layers[place]
    _write(layers)


def _insert() -> None:
    name, place = st.session_state[_NEW_KIND], st.session_state[_NEW_PLACE]
    layers = list(read_config().layers)
    layers.insert(place, LAYERS[name]() if name in LAYERS else ACTIVATIONS[name]())
    st.session_state["layer_add"] = False
    _write(layers)


def _write(layers: Sequence[Layer | Activation]) -> None:
    write_config(replace(read_config(), layers=tuple(layers)))


def _style(layers: Layers, colours: Mapping[str, str]) -> str:
    """The colour of its kind at the left edge of each row."""
    rules = (
        f".st-key-layer_row_{place} button{{border-left:5px solid {colours[kind_of_layer(layer)]}}}"
        for place, layer in enumerate(layers)
    )
    return f"<style>{''.join(rules)}</style>"


def _initializer(row: LayerRow) -> str:
    return "" if row.initializer is None else name_of_kind(INITIALIZERS.name_of(row.initializer))
