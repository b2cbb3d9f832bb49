"""Where the images come from: generated, downloaded on a click, uploaded, or drawn by the reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import streamlit as st

from cnn.data import AUGMENTATIONS, mnist, remedies, store, uploads
from cnn.data.config import DataConfig
from cnn.data.dataset import MOST_CLASSES
from cnn.data.idx import is_idx
from cnn.data.sources import DATASETS, Stored, filename
from cnn.errors import DataError
from pages.ui.errors import as_plain, show_error
from pages.ui.my_digits import my_digits, my_digits_key, sync_my_digits
from pages.ui.options import choose, edit_options, name_of_kind, name_of_option
from pages.ui.texts import Texts
from pages.ui.uploaded import Draw, is_odd, show_uploaded
from pages.ui.url import read_config, write_config

_UPLOADED, _MINE = "uploaded", "data_mine"
_SHOWN = ("validation", "label_noise", "training_images")


@dataclass(frozen=True)
class _Upload:
    """What became of uploaded files, known by their ``ids``: the key of a data set, or an error.

    ``other`` says that the configuration wanted other images, which are not here.
    """

    ids: tuple[str, ...]
    filename: str
    key: str | None = None
    error: DataError | None = None
    other: bool = False


def data_editor(data: DataConfig, draw: Draw, texts: Texts) -> DataConfig:
    """Widgets for the data of an experiment; what is not there yet can be fetched or uploaded on the spot.

    Args:
        data: as configured.
        draw: makes a picture of an image.
        texts: the page's.
    """
    if isinstance(data.source, Stored):
        data = replace(data, source=_upload(data.source, draw, texts))
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
        mark = " :material/warning:" if is_odd(source) else ""
        return as_plain(source.filename) + mark
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


def _upload(source: Stored, draw: Draw, texts: Texts) -> Stored:
    """The upload joins the configuration once, which may go on from it; a bad file gets a sentence and changes nothing.

    The last upload of this session is at hand where the configuration names none, also after a look at another page,
    which empties the uploader.
    """
    files = st.file_uploader(
        texts("data.upload"),
        accept_multiple_files=True,
        key="data_upload",
        help=texts("data.upload_help", classes=MOST_CLASSES),
    )
    ids = tuple(file.file_id for file in _latest(files))
    known: _Upload | None = st.session_state.get(_UPLOADED)
    if ids and (known is None or known.ids != ids):
        known = st.session_state[_UPLOADED] = _read(ids, _latest(files), source.key)
        source = _taken(known, source)
    elif not source.key and known is not None:
        source = _taken(known, source)
    if known is not None and known.ids == ids and known.error:
        show_error(known.error)
    if known is not None and known.ids == ids and known.other:
        st.info(Texts("upload", texts.language)("other_file"))
    if source.key:
        show_uploaded(source, draw)
    return source


def _taken(upload: _Upload, source: Stored) -> Stored:
    return source if upload.key is None else replace(source, key=upload.key, filename=upload.filename)


def _latest(files: Sequence[Any]) -> Sequence[Any]:
    """The last ``.npz`` or pair of IDX files: the uploader keeps what was refused beside what was tried next."""
    if not files:
        return ()
    idx = [file for file in files if is_idx(file.getvalue())]
    return idx[-2:] if idx and idx[-1] is files[-1] else files[-1:]


def _read(ids: tuple[str, ...], files: Sequence[Any], wanted: str) -> _Upload:
    """Read and keep the files; where a link wants images that these can become, as those."""
    name = filename(*(file.name for file in files))
    missing = wanted and not store.has(wanted)
    try:
        dataset = uploads.read([(file.name, file.getvalue()) for file in files])
        same = remedies.found(dataset, wanted) if missing else None
        return _Upload(ids, name, store.put(same or dataset), other=bool(missing) and same is None)
    except DataError as error:
        return _Upload(ids, name, error=error)


def _mix_in_mine(data: DataConfig, texts: Texts) -> None:
    """A switch that keeps the reader's own digits in the store and names them in the configuration."""
    sync_my_digits()  # the browser keeps them
    count = len(my_digits())
    if not count and not data.mine:
        st.caption(texts("data.no_mine"))
        return
    mixed_in = st.session_state[_MINE] = bool(data.mine)
    st.toggle(texts("data.mine", n=count), mixed_in, key=_MINE, help=texts("data.mine_help"), on_change=_switch_mine)


def _switch_mine() -> None:
    config = read_config()
    mine = my_digits_key() if st.session_state[_MINE] else ""
    write_config(replace(config, data=replace(config.data, mine=mine)))
