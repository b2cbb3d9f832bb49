"""The transport of a run: start, pause, step, go back. Each button acts in a callback, before the page is drawn."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.errors import DataError, PlaygroundError, ShapeError
from cnn.training import Run, RunView, Status
from cnn.training.state import live_options, with_live
from pages.ui import models
from pages.ui.errors import show_error
from pages.ui.past_runs import remember
from pages.ui.runs import current_run, runs
from pages.ui.samples import classes_of
from pages.ui.sharing import leave_shared_view
from pages.ui.tab import keep_token
from pages.ui.texts import Texts
from pages.ui.url import read_config, write_config

_STYLE = Path(__file__).with_name("train.css")
_LARGEST_SEED = 2**31 - 1


def transport(view: RunView | None, config: ExperimentConfig, trouble: PlaygroundError | None, texts: Texts) -> None:
    """The buttons over the stage.

    Args:
        view: of the tab's run, if it has one.
        config: as set on the page; where it differs from the run's, starting makes a new run.
        trouble: why a run of ``config`` cannot start; a layer says it where it stands, the rest is said here.
        texts: the page's.
    """
    possible = trouble is None
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    changed = view is not None and needs_new_run(view.config, config)
    active = view is not None and view.status.active
    standing = view is not None and not view.status.active and not view.status.ended
    drawable = view is not None and _can_draw(view)
    steppable = possible and (view is None or not (changed or view.status.ended))
    with st.container(horizontal=True, gap="small", key="train_transport", vertical_alignment="center"):
        begin = changed or not (active or standing or drawable)
        _button("start", _start_label(view, changed, texts), _start, possible, begin)
        if standing:
            _button("pause", texts("transport.resume"), _resume, True, not (changed or drawable), icon="play_arrow")
        else:
            _button("pause", texts("transport.pause"), _pause, active, active and not changed)
        _button("step", texts("transport.step"), _step, steppable)
        _button("epoch", texts("transport.epoch"), _epoch, steppable)
        _button("reset", texts("transport.reset"), _reset, view is not None)
        _button("reseed", texts("transport.reseed"), _reseed, possible)
        if drawable and _button("draw", texts("transport.draw"), None, True, not changed):
            st.switch_page("pages/draw.py", query_params={"model": models.RUN})
    if trouble is not None and not isinstance(trouble, ShapeError):
        show_error(trouble)
    if isinstance(trouble, DataError):
        st.button(texts("trouble.generated"), key="train_generated", icon=":material/draw:", on_click=_take_generated)
    if changed:
        st.caption(texts("transport.changed"))


def needs_new_run(running: ExperimentConfig, wanted: ExperimentConfig) -> bool:
    """Whether ``wanted`` differs from a run's settings by more than may change while it trains."""
    return _with_live_of(running, wanted).canonical() != wanted.canonical()


def follow_live(run: Run, wanted: ExperimentConfig) -> None:
    """Pass on to the run the live settings (learning rate …) that were changed on the page, if only those were."""
    running = run.snapshot().config
    if needs_new_run(running, wanted) or running.canonical() == wanted.canonical():
        return
    values, before = _live_values(wanted), _live_values(running)
    run.change(**{name: value for name, value in values.items() if value != before[name]})


def start_with(config: ExperimentConfig) -> None:
    """Begin a new run in this tab; the present one stays as a ghost. For callbacks."""
    present = current_run()
    if present is not None:
        remember(present.snapshot())
        present.close()
    leave_shared_view()
    write_config(config)
    keep_token(runs().start(config).token)


_ICONS = {
    "start": "play_arrow",
    "pause": "pause",
    "step": "skip_next",
    "epoch": "fast_forward",
    "reset": "restart_alt",
    "reseed": "casino",
    "draw": "draw",
}


def _button(
    name: str,
    label: str,
    act: Callable[[], None] | None,
    enabled: bool,
    primary: bool = False,
    icon: str | None = None,
) -> bool:
    # Without help=: Streamlit draws a button with a tooltip twice, and a reader of the screen would meet both.
    return st.button(
        label,
        key=f"train_{name}",
        icon=f":material/{icon or _ICONS[name]}:",
        type="primary" if primary and enabled else "secondary",
        disabled=not enabled,
        on_click=act,
    )


def _start_label(view: RunView | None, changed: bool, texts: Texts) -> str:
    if changed:
        return texts("transport.start_new")
    fresh = view is None or (view.step == 0 and not view.status.active)
    return texts("transport.start" if fresh else "transport.start_over")


def _can_draw(view: RunView) -> bool:
    """Whether the run stands and has learned something that is worth trying out."""
    stands = view.status in (Status.PAUSED, Status.ASLEEP, Status.FINISHED, Status.EARLY)
    return stands and view.state is not None and view.step > 0


def _start() -> None:
    start_with(read_config())


def _take_generated() -> None:
    """Digits that need neither a network nor a file, in place of images that are not there."""
    config = read_config()
    config = replace(config, data=replace(config.data, source=DataConfig().source))
    if classes_of(config) is None:  # it is the reader's own digits that are not there
        config = replace(config, data=replace(config.data, mine=""))
    write_config(config)


def _resume() -> None:
    _with_run(Run.resume)


def _pause() -> None:
    _with_run(Run.pause)


def _step() -> None:
    _with_run(Run.step_batch, begin=True)


def _epoch() -> None:
    _with_run(Run.step_epoch, begin=True)


def _reset() -> None:
    _remember_present()
    _with_run(Run.reset)


def _reseed() -> None:
    """Another seed: other initial weights, other batches."""
    config = read_config()
    config = replace(config, seed=(config.seed + 1) % _LARGEST_SEED)
    write_config(config)
    run = current_run()
    if run is None:
        return
    if needs_new_run(run.snapshot().config, replace(config, seed=run.snapshot().config.seed)):
        return  # other settings were changed too: Start makes the new run
    _remember_present()
    run.new_seed(config.seed)


def _with_run(act: Callable[[Run], object], begin: bool = False) -> None:
    run = current_run()
    if run is None and begin:
        leave_shared_view()
        run = runs().start(read_config(), paused=True)
        keep_token(run.token)
    if run is not None:
        act(run)


def _remember_present() -> None:
    run = current_run()
    if run is not None:
        remember(run.snapshot())


def _live_values(config: ExperimentConfig) -> dict[str, float]:
    owners = {name: config.optimizer if hasattr(config.optimizer, name) else config for name in live_options(config)}
    return {name: getattr(owner, name) for name, owner in owners.items()}


def _with_live_of(running: ExperimentConfig, wanted: ExperimentConfig) -> ExperimentConfig:
    """The run's settings with the live ones as wanted."""
    if type(running.optimizer) is not type(wanted.optimizer):
        return running
    return with_live(running, _live_values(wanted))
