"""Where the images come from: generated, downloaded on a click, uploaded, or drawn by the reader."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import streamlit as st

from cnn.data import AUGMENTATIONS, mnist, store, uploads
from cnn.data.config import DataConfig
from cnn.data.idx import is_idx
from cnn.data.sources import DATASETS, Stored, filename
from cnn.errors import DataError
from pages.ui.errors import as_plain, show_error
from pages.ui.my_digits import my_digits, my_digits_key, sync_my_digits
from pages.ui.options import choose, edit_options, name_of_kind, name_of_option
from pages.ui.texts import Texts
from pages.ui.url import read_config, write_config

_UPLOADED, _MINE = "uploaded", "data_mine"
_SHOWN = ("validation", "label_noise", "training_images")


def data_editor(data: DataConfig, texts: Texts) -> DataConfig:
    """Widgets for the data of an experiment; what is not there yet can be fetched or uploaded on the spot."""
    if isinstance(data.source, Stored):
        data = _upload(data, data.source, texts)
    source = choose(DATASETS, data.source, "data.source", name_of_option("DataConfig", "source"))
    label = name_of_option("DataConfig", "augmentation")
    augmentation = choose(AUGMENTATIONS, data.augmentation, "data.augmentation", label)
    data = edit_options(replace(data, source=source, augmentation=augmentation), "data", only=_SHOWN)
    name = cast(mnist.Name, DATASETS.name_of(data.source))
    if name in mnist.PUBLISHED and not mnist.available(name):
        _offer_download(name, texts)
    _mix_in_mine(data, texts)
    return data


def data_label(data: DataConfig) -> str:
    """``"MNIST · 20,000"``."""
    source = data.source
    if isinstance(source, Stored) and source.filename:
        return as_plain(source.filename)
    size = getattr(source, "size", None)
    name = name_of_kind(DATASETS.name_of(source))
    return name if size is None else f"{name} · {size:,}"


def _offer_download(name: mnist.Name, texts: Texts) -> None:
    total = sum(mnist.PUBLISHED[name].sizes)
    if not st.button(
        texts("data.download", title=mnist.PUBLISHED[name].title, megabytes=round(total / 1e6)),
        key="data_download",
        icon=":material/download:",
        type="primary",
    ):
        return
    bar = st.progress(0.0)

    def report(done: int, of: int) -> None:
        bar.progress(done / of, texts("data.progress", done=f"{done / 1e6:.1f}", total=f"{of / 1e6:.1f}"))

    try:
        mnist.download(name, report)
    except DataError as error:
        bar.empty()
        show_error(error)
    else:
        st.rerun()


def _upload(data: DataConfig, source: Stored, texts: Texts) -> DataConfig:
    """The upload's store key joins the configuration; a bad file gets a sentence and changes nothing."""
    files = st.file_uploader(
        texts("data.upload"), accept_multiple_files=True, key="data_upload", help=texts("data.upload_help")
    )
    if not files:
        return data
    result = _stored(files)
    if isinstance(result, DataError):
        show_error(result)
        return data
    return replace(data, source=replace(result, size=source.size))


def _stored(files: Sequence[Any]) -> Stored | DataError:
    """Read and keep the files once, not at every run of the page."""
    files = _latest(files)
    ids = tuple(file.file_id for file in files)
    known = st.session_state.get(_UPLOADED)
    if known is None or known[0] != ids:
        known = st.session_state[_UPLOADED] = ids, _read(files)
    return known[1]


def _latest(files: Sequence[Any]) -> Sequence[Any]:
    """The last ``.npz`` or pair of IDX files: the uploader keeps what was refused beside what was tried next."""
    idx = [file for file in files if is_idx(file.getvalue())]
    return idx[-2:] if idx and idx[-1] is files[-1] else files[-1:]


def _read(files: Sequence[Any]) -> Stored | DataError:
    name = filename(*(file.name for file in files))
    try:
        return Stored(store.put(uploads.read([(file.name, file.getvalue()) for file in files])), name)
    except DataError as error:
        return error


def _mix_in_mine(data: DataConfig, texts: Texts) -> None:
    """A switch that keeps the reader's own digits in the store and names them in the configuration."""
    sync_my_digits()  # the browser keeps them
    count = len(my_digits())
    if not count and not data.mine:
        st.caption(texts("data.no_mine"))
        return
    st.session_state[_MINE] = bool(data.mine)
    st.toggle(texts("data.mine", n=count), key=_MINE, help=texts("data.mine_help"), on_change=_switch_mine)


def _switch_mine() -> None:
    config = read_config()
    mine = my_digits_key() if st.session_state[_MINE] else ""
    write_config(replace(config, data=replace(config.data, mine=mine)))
