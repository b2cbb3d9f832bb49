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


def show_table(
    view: RaceView | None, names: Sequence[str], swatches: Sequence[str], reach: float, gap: bool, texts: Texts
) -> None:
    """A line for each contestant; empty places before the race has begun.

    Args:
        view: the race.
        names: of the contestants, in the reader's language.
        swatches: address of a picture of each contestant's line.
        reach: accuracy that is the goal.
        gap: whether the gap between training and validation is a column.
        texts: those of races.
    """
    lines = standings(view, reach) if view else ()
    goal = percent(reach, 0)
    titles = [texts("table.name"), texts("table.reach_step", goal=goal), texts("table.reach_seconds", goal=goal)]
    titles += [texts(f"table.{name}") for name in ("best", "final", *(("gap",) if gap else ()), "loss", "state")]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    first, lowest = winner(lines), best_of(lines)
    rows: list[str] = []
    for place, (name, swatch) in enumerate(zip(names, swatches, strict=True)):
        line = lines[place] if lines else None
        cells = _cells(line, gap, line is not None and line is first, line is not None and line is lowest, texts)
        state = _state(view, place, lines[place], texts) if view else _DASH
        rows.append(
            f'<tr><th scope="row"><img src="{swatch}" alt="">{html.escape(name)}</th>{cells}<td>{state}</td></tr>'
        )
    st.html(
        f'<div class="race-table"><table aria-label="{texts("table.caption")}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def show_words(view: RaceView | None, names: Sequence[str], reach: float, texts: Texts) -> None:
    """What is to be seen, with the current numbers."""
    parts = [texts("words.fair")] if view is None or not view.done else list(_sentences(view, names, reach, texts))
    st.html(f'<p class="race-words">{" ".join(html.escape(part) for part in parts)}</p>')


def _sentences(view: RaceView, names: Sequence[str], reach: float, texts: Texts) -> list[str]:
    lines = standings(view, reach)
    goal = percent(reach, 0)
    first, lowest = winner(lines), best_of(lines)
    parts: list[str] = []
    if first is not None:
        seconds = f"{first.reach_seconds:.1f}"
        name = names[lines.index(first)]
        parts.append(texts("words.first", name=name, goal=goal, step=f"{first.reach_step:.0f}", seconds=seconds))
    else:
        parts.append(texts("words.lost" if view.status.ended else "words.nobody", goal=goal))
    if lowest is not None and len(lines) > 1:
        parts.append(texts("words.best", name=names[lines.index(lowest)], loss=_number(lowest.final_loss)))
    parts += [texts("words.diverged", name=name) for name, line in zip(names, lines, strict=True) if line.diverged]
    if view.seeds > 1:
        parts.append(texts("words.band", n=view.seeds))
    return parts


def _cells(line: Standing | None, gap: bool, first: bool, lowest: bool, texts: Texts) -> str:
    if line is None:
        return f"<td>{_DASH}</td>" * (6 if gap else 5)
    step = _DASH if line.reach_step is None else f"{line.reach_step:.0f}"
    seconds = _DASH if line.reach_seconds is None else texts("table.seconds", n=f"{line.reach_seconds:.1f}")
    values = [(step, first), (seconds, False), (percent(line.best), False), (percent(line.final), False)]
    values += [(percent(line.gap).replace("-", "−"), False)] if gap else []
    values += [(_number(line.final_loss), lowest)]
    return "".join(f"<td{' class=race-top' if top else ''}>{text}</td>" for text, top in values)


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
    if all(run.status.ended for run in runs):
        return texts("table.done")
    return texts("table.steps", step=line.step)


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) and value < 100 else (f"{value:.2g}" if value == value else _DASH)
