"""Saving a run's model as a file, and reading one back: anybody's file, so it is checked, and refused with a reason."""

from typing import Any

import streamlit as st

from cnn.errors import PlaygroundError
from cnn.training import Run, evaluate
from cnn.training.checkpoint import Model, load_model, save_model
from cnn.training.fingerprint import fingerprint
from pages.ui.errors import as_plain, show_error
from pages.ui.headings import heading
from pages.ui.samples import samples
from pages.ui.sharing import share
from pages.ui.texts import Texts
from pages.ui.train_status import percent
from pages.ui.url import write_config

_LOADED = "loaded_model"


def model_files(run: Run | None, texts: Texts) -> None:
    """Save the run's weights of the moment, load others, and on to the page that uses them."""
    with st.container(horizontal=True, key="train_model", vertical_alignment="center"):
        heading(texts("model.title"), width="content")
        st.download_button(
            texts("model.save"),
            data=lambda: _packed(run) if run else b"",  # asked for by a click: nothing is kept for the browser before
            file_name="cnn-model.npz",
            mime="application/octet-stream",
            key="model_save",
            icon=":material/download:",
            disabled=run is None or run.snapshot().state is None,
            on_click="ignore",
        )
        opened = st.popover(texts("model.load"), key="model_load", icon=":material/upload:", on_change="rerun")
        if run is not None:
            _to_draw("run", texts)
            share(run, texts)
    if opened.open:
        with opened:
            _load(texts)


def _to_draw(model: str, texts: Texts) -> None:
    st.page_link("pages/draw.py", label=texts("model.draw"), query_params={"model": model}, icon=":material/draw:")


def loaded_model() -> Model | None:
    """The model that this session loaded last."""
    kept = st.session_state.get(_LOADED)
    return kept[1] if kept and isinstance(kept[1], Model) else None


def _packed(run: Run) -> bytes:
    state = run.snapshot().state
    assert state is not None, "the button waits for the first weights"
    return save_model(state)


def _load(texts: Texts) -> None:
    file = st.file_uploader(texts("model.load"), type="npz", key="model_file", help=texts("model.load_help"))
    if file is None:
        return
    kept = st.session_state.get(_LOADED)
    if kept is None or kept[0] != file.file_id:  # read it once, not at every run of the page
        kept = st.session_state[_LOADED] = file.file_id, _read(file)
    found: Model | PlaygroundError = kept[1]
    if isinstance(found, PlaygroundError):
        show_error(found)
        return
    st.markdown(_describe(found, file.name, texts))
    if found.fingerprint and found.fingerprint != fingerprint().to_dict():
        st.caption(texts("share.close"))
    st.button(texts("model.use_settings"), key="model_settings", on_click=write_config, args=(found.config,))
    _to_draw("loaded", texts)


def _read(file: Any) -> Model | PlaygroundError:
    try:
        return load_model(file.getvalue(), file.name)
    except PlaygroundError as error:
        return error


def _describe(model: Model, name: str, texts: Texts) -> str:
    network = model.network()
    words: dict[str, object] = {
        "name": as_plain(name),
        "parameters": f"{network.parameters.size:,}",
        "steps": f"{model.step:,}",
    }
    try:
        data = samples(model.config)
    except PlaygroundError:  # its data set is not on this computer: say what is known
        return texts("model.described", **words)
    _, accuracy = evaluate(network, model.config.loss, data.images, data.labels)
    return texts("model.loaded", **words, accuracy=percent(accuracy), n=len(data.labels))
