"""The standings of a race as a table and as sentences: plain HTML in one element, so that nothing flashes."""

import html
import math
from collections.abc import Sequence

import streamlit as st

from cnn.training.race import RaceView
from cnn.training.standings import Standing, best_of, standings, winner
from cnn.training.view import Status
from pages.ui.texts import Texts
from pages.ui.train_status import percent

_DASH = "–"
_TIMED = ("reach_step", "reach_seconds", "best", "final", "loss")  # columns of a race that is about speed
_COMPARED = ("training", "validation", "gap", "best", "loss")  # and of one about the gap between the two curves
_RISEN = 1.05  # times the lowest validation loss: from there on it counts as having risen


def show_table(
    view: RaceView | None, names: Sequence[str], swatches: Sequence[str], reach: float, both: bool, texts: Texts
) -> None:
    """A line for each contestant; empty places before the race has begun.

    Args:
        view: the race.
        names: of the contestants, in the reader's language.
        swatches: address of a picture of each contestant's line.
        reach: accuracy that is the goal.
        both: whether training is compared with validation, or the time to the goal.
        texts: those of races.
    """
    lines = standings(view, reach) if view else ()
    goal = percent(reach, 0)
    columns = _COMPARED if both else _TIMED
    titles = [texts(f"table.{name}", goal=goal) for name in ("name", *columns, "state")]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    top = _tops(lines)
    rows: list[str] = []
    for place, (name, swatch) in enumerate(zip(names, swatches, strict=True)):
        line = lines[place] if lines else None
        texts_of = _cells(line, texts) if line else dict.fromkeys(columns, _DASH)
        cells = "".join(
            f"<td{' class=race-top' if line is not None and line is top.get(one) else ''}>{texts_of[one]}</td>"
            for one in columns
        )
        state = _state(view, place, lines[place], texts) if view else _DASH
        rows.append(
            f'<tr><th scope="row"><img src="{swatch}" alt="">{html.escape(name)}</th>{cells}<td>{state}</td></tr>'
        )
    st.html(
        f'<div class="race-table scrolls"><table aria-label="{texts("table.caption")}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def show_words(
    view: RaceView | None, names: Sequence[str], reach: float, both: bool, same_batches: bool, texts: Texts
) -> None:
    """What is to be seen, with the current numbers.

    Args:
        view, names, reach, both, texts: as of :func:`show_table`.
        same_batches: whether everybody trains on the same images in the same order.
    """
    fair = texts("words.fair" if same_batches else "words.fair_updates")
    if view is None or not view.done:
        parts = [fair]
    else:
        lines = standings(view, reach)
        parts = (_compared(lines, names, texts) or [fair]) if both else _timed(view, lines, names, reach, texts)
        parts += [texts("words.diverged", name=name) for name, line in zip(names, lines, strict=True) if line.diverged]
        if view.seeds > 1:
            parts.append(texts("words.band", n=view.seeds))
    st.html(f'<p class="race-words">{" ".join(html.escape(part) for part in parts)}</p>')


def _timed(view: RaceView, lines: Sequence[Standing], names: Sequence[str], reach: float, texts: Texts) -> list[str]:
    """Who was first, and whose loss is the lowest."""
    goal = percent(reach, 0)
    first, lowest = winner(lines), best_of(lines)
    parts: list[str] = []
    if first is not None:
        seconds = f"{first.reach_seconds:.1f}"
        name = names[lines.index(first)]
        parts.append(texts("words.first", name=name, goal=goal, step=round(first.reach_step or 0), seconds=seconds))
    else:
        parts.append(texts("words.lost" if view.status.ended else "words.nobody", goal=goal))
    if lowest is not None and len(lines) > 1:
        parts.append(texts("words.best", name=names[lines.index(lowest)], loss=_number(lowest.final_loss)))
    return parts


def _compared(lines: Sequence[Standing], names: Sequence[str], texts: Texts) -> list[str]:
    """The gap of one contestant; among several the widest one, and who is best at what counts. Nothing before that."""
    sound = [one for one in lines if not one.failed and math.isfinite(one.final)]
    if not sound:
        return []
    widest, leader = max(sound, key=lambda one: one.gap), max(sound, key=lambda one: one.final)

    def said(key: str, one: Standing) -> str:
        return texts(
            f"words.{key}", name=names[lines.index(one)], training=percent(one.training), final=percent(one.final),
            gap=_points(one.gap), step=round(one.lowest_step), lowest=_number(one.lowest_loss),
            loss=_number(one.final_loss),
        )  # fmt: skip

    parts = [said("gap" if len(sound) == 1 else "widest", widest)]
    if widest.final_loss > _RISEN * widest.lowest_loss:
        parts.append(said("risen", widest))
    if leader is not widest:
        parts.append(said("leader", leader))
    return parts


def _tops(lines: Sequence[Standing]) -> dict[str, Standing | None]:
    """Whose number is the best in its column."""
    sound = [one for one in lines if not one.diverged and not one.failed and math.isfinite(one.final)]
    return {
        "reach_step": winner(lines),
        "loss": best_of(lines),
        "validation": max(sound, key=lambda one: one.final, default=None),
    }


def _cells(line: Standing, texts: Texts) -> dict[str, str]:
    """A contestant's numbers, by the column."""
    seconds = _DASH if line.reach_seconds is None else texts("table.seconds", n=f"{line.reach_seconds:.1f}")
    return {
        "reach_step": _DASH if line.reach_step is None else f"{line.reach_step:,.0f}",
        "reach_seconds": seconds,
        "training": percent(line.training),
        "validation": percent(line.final),
        "final": percent(line.final),
        "gap": _points(line.gap),
        "best": percent(line.best),
        "loss": _number(line.final_loss),
    }


def _points(gap: float) -> str:
    return percent(gap).replace("-", "−")


def _state(view: RaceView, place: int, line: Standing, texts: Texts) -> str:
    runs = view.contestants[place].runs
    if line.diverged and line.runs > 1:
        return texts("table.some_diverged", n=line.diverged, runs=line.runs)
    if line.diverged:
        broken = next(run for run in runs if run.status is Status.DIVERGED)
        divergence = broken.state.divergence if broken.state else None
        return texts("table.diverged", step=divergence.step if divergence else broken.step)
    if line.failed:
        return texts("table.failed")
    if line.early == line.runs:
        return texts("table.early", step=line.step)
    if all(run.status.ended for run in runs):
        return texts("table.done")
    return texts("table.steps", step=line.step)


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) and value < 100 else (f"{value:.2g}" if value == value else _DASH)
