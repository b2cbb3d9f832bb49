"""A closer look at a run that stands still: who is mistaken for whom, the worst mistakes, the kernels from step 0."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnn.data.labels import shortened
from cnn.training import Kernels, Prepared, RunView, TrainingState, prepare
from cnn.training.inspect import Confusion, Mistake, confusion, mistakes
from pages.ui.grid import Mosaic, grid
from pages.ui.live import Shown, show_pictures
from pages.ui.samples import network_at
from pages.ui.texts import Texts
from pages.ui.train_status import percent

Array = NDArray[Any]
Draw = Callable[[Array], Shown]  # from a digit (28, 28) to a picture
_JUDGED = "train_judged"
_MOST = 24  # images shown at once
_DIGIT = 56  # CSS pixels
_SMALLEST_CELL, _LARGEST_CELL, _WIDEST = 13, 34, 700  # CSS pixels of the matrix
_READABLE = 24  # CSS pixels of a cell in which a number can be written
_LONGEST_NAME = 12  # characters of a class at the edge of the matrix


@dataclass(frozen=True, eq=False)
class Judged:
    """A network's answers to its validation images."""

    data: Prepared
    confusion: Confusion
    mistakes: list[Mistake]


def judged(view: RunView, texts: Texts) -> Judged | None:
    """The answers at this step, asked for once; None, with a sentence, where nothing is held out."""
    assert view.state is not None, "a run that stands still has weights"
    key = view.view_id, view.step, view.config.canonical()
    kept = st.session_state.get(_JUDGED)
    if kept is None or kept[0] != key:
        with st.spinner(texts("examine.evaluating")):
            kept = st.session_state[_JUDGED] = key, _judge(view, view.state)
    if kept[1] is None:
        st.markdown(texts("examine.no_validation"))
    return kept[1]


def show_confusion(view: RunView, draw: Draw, texts: Texts) -> None:
    """The matrix; a click on a cell shows its images."""
    found = judged(view, texts)
    if found is None:
        return
    data, matrix = found.data, found.confusion.matrix
    count = len(data.validation_labels)
    st.caption(texts("examine.confusion", accuracy=percent(found.confusion.accuracy), n=f"{count:,}"))
    names = shortened(data.class_names, _LONGEST_NAME)
    cell = max(_SMALLEST_CELL, min(_LARGEST_CELL, _WIDEST // len(names)))
    mosaic = Mosaic(
        matrix[None].astype(float), scale="magnitude", cell=cell, row_labels=names, column_labels=names,
        row_axis=texts("examine.true"), column_axis=texts("examine.answer"), show_values=cell >= _READABLE,
    )  # fmt: skip
    # A large matrix needs the whole width: its images come below.
    left, right = st.columns([1.2, 1]) if cell >= _READABLE else (st.container(), st.container())
    with left:
        chosen = grid("confusion", [mosaic], selectable=True)
    if chosen is None:
        return
    there = (data.validation_labels == chosen.row) & (found.confusion.predicted == chosen.column)
    words = {"label": data.class_names[chosen.row], "answer": data.class_names[chosen.column], "n": int(there.sum())}
    with right:
        st.markdown(texts("examine.cell" if words["n"] else "examine.nothing", **words))
        pictures = [("", draw(image[0])) for image in data.validation_images[there][:_MOST]]
        show_pictures(pictures, _DIGIT, scale=False)


def show_mistakes(view: RunView, draw: Draw, texts: Texts) -> None:
    """The images that the network got most wrong."""
    found = judged(view, texts)
    if found is None:
        return
    if not found.mistakes:
        st.markdown(texts("examine.no_mistakes"))
        return
    st.caption(texts("examine.mistakes"))
    names, images = found.data.class_names, found.data.validation_images
    pictures = [
        (
            texts(
                "examine.mistake", label=names[one.label], answer=names[one.predicted], share=percent(one.confidence)
            ),
            draw(images[one.index, 0]),
        )
        for one in found.mistakes
    ]
    show_pictures(pictures, _DIGIT, scale=False)


def choose_snapshot(kernels: Sequence[Kernels], texts: Texts) -> dict[str, Array]:
    """A slider over the snapshots of a run, from step 0 on; the kernels of the chosen one."""
    steps = {one.step: one for one in kernels}
    key = "train_replay"
    if st.session_state.get(key) not in steps:
        st.session_state[key] = max(steps)
    chosen = st.select_slider(texts("examine.replay"), sorted(steps), key=key) if len(steps) > 1 else max(steps)
    st.caption(texts("examine.replay_words", step=f"{chosen:,}"))
    return steps[chosen].weights


def _judge(view: RunView, state: TrainingState) -> Judged | None:
    data = prepare(view.config)
    images, labels = data.validation_images, data.validation_labels
    if not len(labels):
        return None
    network = network_at(view.config, state, len(data.class_names))
    found = confusion(network, images, labels, len(data.class_names))
    return Judged(data, found, mistakes(network, images, labels, _MOST))
