"""Sliders made from options: what ``cnn.options`` declares once can be dragged here."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from cnn.options import Configurable, Option, options_of
from pages.ui.drag import Slider, sliders
from pages.ui.options import name_of_option

C = TypeVar("C", bound=Configurable)


def drag_options(
    things: Sequence[C], key: str, only: Collection[str] | None = None, names: Sequence[str] = ()
) -> tuple[tuple[C, ...], bool]:
    """Sliders for the numbers among the options of ``things``; the things as they then are, and whether one moves.

    Args:
        things: dataclasses with options; the numbers among them that have two bounds can be dragged.
        key: of the component.
        only: names of the options to show; by default all.
        names: of the things, written before the names of their options.
    """
    found = [
        (place, one)
        for place, thing in enumerate(things)
        for one in options_of(thing)
        if _has_ends(one) and (only is None or one.name in only)
    ]
    if not found:
        return tuple(things), False
    prefixes = [f"{name} " for name in names] or [""] * len(things)
    handles = [_slider(things[place], place, one, prefixes[place]) for place, one in found]
    dragged = sliders(key, handles)
    changed = list(things)
    for (place, one), value in zip(found, dragged.values, strict=True):
        number = int(value) if one.kind == "int" else value
        changed[place] = replace(cast(Any, changed[place]), **{one.name: number})
    return tuple(changed), dragged.moving


def _has_ends(one: Option) -> bool:
    return one.kind in ("int", "float") and math.isfinite(one.high - one.low) and not one.choices


def _slider(thing: Any, place: int, one: Option, prefix: str) -> Slider:
    label = prefix + name_of_option(type(thing).__name__, one.name)
    log = one.log and one.low > 0
    step = 1 if one.kind == "int" else 0
    return Slider(
        f"{place}.{type(thing).__name__}.{one.name}", label, one.low, one.high, getattr(thing, one.name), step, log
    )
