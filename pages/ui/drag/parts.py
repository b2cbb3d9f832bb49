"""What the drag component is made of, and the gate for its messages: what comes from a browser may be anything."""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_STEPS = 200  # of a slider, where nothing says how fine it is
_PLACES = 10  # decimals to which a value on a step is rounded: 0.1 · 3 is 0.3


@dataclass(frozen=True)
class Slider:
    """A handle that moves between two ends.

    Attributes:
        name: for the program.
        label: for people.
        low, high: the ends.
        value: where it stands.
        step: how far apart its values are; 0 chooses a fine one. A logarithmic slider has none: three digits.
        log: equal distances are equal factors; ``low`` is above 0 then.
    """

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.0
    log: bool = False

    def within(self, value: float) -> float:
        """The value nearest to ``value`` that the slider can have."""
        value = min(self.high, max(self.low, value))
        if self.log:
            return min(self.high, max(self.low, float(f"{value:.3g}")))
        step = self.fineness
        return min(self.high, round(self.low + round((value - self.low) / step) * step, _PLACES))

    @property
    def fineness(self) -> float:
        """The step: 1, 2 or 5 times a power of ten where none was given."""
        if self.step:
            return self.step
        raw = (self.high - self.low) / _STEPS
        power = 10.0 ** math.floor(math.log10(raw))
        return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)

    def as_json(self, value: float) -> dict[str, Any]:
        """Plain numbers and texts for the browser, the slider standing at ``value``."""
        return {
            "name": self.name,
            "label": self.label,
            "low": self.low,
            "high": self.high,
            "value": value,
            "step": self.fineness,
            "log": self.log,
        }


@dataclass(frozen=True, eq=False)
class Bars:
    """A row of numbers over upright sliders, one for each.

    Attributes:
        title: of the row.
        values: (n,) as the engine computed them.
        low, high: the ends of the scale; where 0 lies between them, the bars grow from it to both sides.
        percent: whether the numbers are written as percentages, or with three decimals.
    """

    title: str
    values: Array
    low: float = 0.0
    high: float = 1.0
    percent: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts for the browser."""
        values = [float(value) for value in self.values]
        return {"title": self.title, "values": values, "low": self.low, "high": self.high, "percent": self.percent}


@dataclass(frozen=True)
class Panel:
    """A plot.

    Attributes:
        title: of its y axis.
        low, high: the ends of the y axis.
        log: whether it is logarithmic; a value of 0 lies below its lower end then.
    """

    title: str
    low: float
    high: float
    log: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts for the browser."""
        return {"title": self.title, "low": self.low, "high": self.high, "log": self.log}


@dataclass(frozen=True)
class Zone:
    """A range of x that is shaded in a curve's colour, in stripes at the foot of the last panel.

    Attributes:
        start, end: of the range.
        solid: whether it is shaded fully, or hatched.
    """

    start: float
    end: float
    solid: bool = False


@dataclass(frozen=True, eq=False)
class Curve:
    """A line in each panel.

    Attributes:
        label: its name.
        samples: (panels, n) y at each place; NaN where there is none.
        look: its place in the palette of categories: the colour, the dash and the marker (the same ones as in
            ``pages.figures.palette``).
        zones: ranges that are shaded.
    """

    label: str
    samples: Array
    look: int = 0
    zones: tuple[Zone, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts for the browser; the samples packed as float32."""
        packed = b64encode(np.ascontiguousarray(self.samples, "<f4").tobytes()).decode("ascii")
        zones = [{"start": zone.start, "end": zone.end, "solid": zone.solid} for zone in self.zones]
        return {"label": self.label, "samples": packed, "look": self.look, "zones": zones}


def read_values(message: object, handles: Sequence[Slider]) -> tuple[float, ...] | None:
    """The values in a message, ``{name: value}``, brought within bounds; None where it is not about these handles."""
    if not isinstance(message, Mapping) or set(message) != {handle.name for handle in handles}:
        return None
    values = [_number(message[handle.name]) for handle in handles]
    if any(value is None for value in values):
        return None
    return tuple(handle.within(value) for handle, value in zip(handles, values, strict=True) if value is not None)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer too long for a float
        return None
