"""Training with the reader's own digits on Draw: the network that looks trains on for seconds, and looks again.

The network so trained is one of its own beside the others: neither the run of Train nor a model from a file is lost.
"""

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import streamlit as st

from cnn.config import ExperimentConfig
from cnn.data import DIGIT_NAMES
from cnn.data.config import DataConfig
from cnn.errors import PlaygroundError
from cnn.optimizers import Adam
from cnn.options import options_of
from cnn.schedules import Constant
from cnn.training import Run, RunView, Status
from pages.ui import models
from pages.ui.canvas import Drawing
from pages.ui.drawing import current_drawing
from pages.ui.errors import show_error
from pages.ui.my_digits import my_digits, my_digits_key
from pages.ui.recognition import share_text
from pages.ui.runs import runs, watch
from pages.ui.texts import Texts

# A network that knows digits already needs little to learn a few more, and forgets little at small steps.
_EPOCHS, _IMAGES, _OPTIMIZER = 2, 5000, Adam(lr=1e-3)
_LESSON, _SAVED, _REFUSED = "lesson", "lesson_saved", "lesson_refused"


@dataclass(frozen=True)
class _Lesson:
    """What was asked to be learned.

    Attributes:
        token: of the run that learns it.
        label: what the drawing was said to be; None where it was not the last thing that was saved.
        strokes: of the drawing that was on the pad, as plain numbers.
        answer, share: what the network said to it before, and how sure it was; "" where nothing was on the pad.
    """

    token: str
    label: int | None
    strokes: object
    answer: str = ""
    share: float = 0.0


def saved(label: int) -> None:
    """The drawing was saved as a ``label``: training with it is offered. For callbacks."""
    st.session_state[_SAVED] = label


def is_learning() -> bool:
    """Whether a network is being trained with the reader's digits."""
    run = models.taught_run()
    if run is None or not run.status().active:
        return False
    watch(run)  # also where another network looks meanwhile
    return True


def lesson(drawing: Drawing, answer: str, share: float, texts: Texts) -> None:
    """One line: the offer to train, how far it is, what has come of it.

    Args:
        drawing: on the pad.
        answer, share: what the network that looks says to it; "" where nothing is on the pad.
        texts: the page's.
    """
    run = models.taught_run()
    view = run.snapshot() if run else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson"):
        if view is not None and view.status.active:
            _say(_progress(view, texts))
        elif _SAVED in st.session_state and my_digits():
            _say(texts("lesson.saved", digit=st.session_state[_SAVED], n=len(my_digits())))
            train_button("lesson_train", texts)
        elif run and models.chosen_name() == models.TAUGHT:
            _say(_outcome(run, drawing, answer, share, texts))
    refused = st.session_state.get(_REFUSED) or (view and view.error)
    if refused:
        show_error(refused)


def train_button(key: str, texts: Texts) -> None:
    """The one click that trains with the reader's digits."""
    st.button(
        texts("lesson.train"), key=key, type="primary", icon=":material/school:", on_click=_train,
        disabled=not my_digits() or is_learning(),
    )  # fmt: skip


def _train() -> None:
    name, drawing = models.chosen_name(), current_drawing()
    st.session_state.pop(_REFUSED, None)
    try:
        present = models.model(name)
        if present is None or present.classes != DIGIT_NAMES:  # what tells other things apart cannot learn digits
            name, present = models.SHIPPED, models.shipped_model()
        config, weights = _begun(name, present)
    except PlaygroundError as error:
        st.session_state[_REFUSED] = error
        return
    run = runs().start(config, weights=weights)
    models.keep_taught_run(run, present)
    st.session_state[_LESSON] = _asked(run, present, drawing)
    st.session_state.pop(_SAVED, None)
    models.choose(models.TAUGHT)


def _begun(name: str, present: models.Model) -> tuple[ExperimentConfig, dict[str, Any] | None]:
    """What is trained, and from which weights: an untrained network as Train would by itself, any other one briefly."""
    if name == models.UNTRAINED:
        return _with_mine(ExperimentConfig()), None
    return _briefly(_with_mine(present.config)), present.network.state_dict()


def _asked(run: Run, present: models.Model, drawing: Drawing) -> _Lesson:
    label, strokes = st.session_state.get(_SAVED), drawing.as_json()["strokes"]
    if drawing.empty:
        return _Lesson(run.token, label, strokes)
    probabilities = present.network.predict(drawing.picture()[None, None])[0]
    best = int(probabilities.argmax())
    return _Lesson(run.token, label, strokes, present.classes[best], float(probabilities[best]))


def _say(sentence: str) -> None:
    """A sentence that those who listen are told, too."""
    st.html(f'<p class="lesson" role="status">{escape(sentence, quote=False)}</p>', width="content")


def _progress(view: RunView, texts: Texts) -> str:
    if view.status is Status.WAITING and not view.step:
        return texts("lesson.waiting")
    if not view.total_steps:
        return texts("lesson.preparing")
    return texts("lesson.going", done=f"{100 * view.step / view.total_steps:.0f}")


def _outcome(run: Run, drawing: Drawing, answer: str, share: float, texts: Texts) -> str:
    asked: _Lesson | None = st.session_state.get(_LESSON)
    if run.status() in (Status.FAILED, Status.DIVERGED):
        return ""
    same = asked is not None and asked.token == run.token and asked.strokes == drawing.as_json()["strokes"]
    if asked is None or not same or not asked.answer:
        return texts("lesson.done")
    words = {"before": asked.answer, "sure": share_text(asked.share), "now": answer, "surer": share_text(share)}
    if answer != asked.answer:
        return texts("lesson.changed", **words)
    if asked.label is not None and answer != str(asked.label):
        return texts("lesson.still", digit=asked.label, **words)
    return texts("lesson.kept", **words)


def _with_mine(config: ExperimentConfig) -> ExperimentConfig:
    return replace(config, data=replace(config.data, mine=my_digits_key()))


def _briefly(config: ExperimentConfig) -> ExperimentConfig:
    """The configuration for training a network on that is trained already: fewer images, small steps, no noise."""
    source: Any = config.data.source
    if any(one.name == "size" for one in options_of(source)):
        source = replace(source, size=min(_IMAGES, source.size))
    data = replace(config.data, source=source, label_noise=0.0, training_images=DataConfig().training_images)
    return replace(
        config, data=data, optimizer=_OPTIMIZER, schedule=Constant(), epochs=_EPOCHS, early_stopping=0
    )  # fmt: skip
