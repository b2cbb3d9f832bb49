"""What uploaded pictures were before they became 28 × 28 grey pixels, and what was done to them on the way."""

import json
import math
from dataclasses import asdict, dataclass, replace

# In the order in which they are done; a data set has been through some of them.
STEPS = (
    "rows",  # each picture was a row of numbers
    "on_white",  # transparent pictures were put on white
    "on_black",  # transparent pictures were put on black
    "spread",  # the range of the pixels was spread over 0 … 255
    "framed",  # scaled and centred as a drawing is
    "scaled",  # scaled as a whole
    "inverted",  # light became dark
    "strengthened",  # faint ink was made as strong as a pen's
    "blank_left_out",  # pictures without ink were left out
)


@dataclass(frozen=True)
class Origin:
    """Where the pictures of a data set come from.

    Attributes:
        height, width: of a picture, in pixels.
        low, high: the least and the largest pixel.
        steps: what was done, of ``STEPS``.
    """

    height: int
    width: int
    low: float
    high: float
    steps: tuple[str, ...] = ()

    def after(self, step: str) -> "Origin":
        """With one more step done; inverting twice is not inverting."""
        again = step == "inverted" and step in self.steps
        done = {*self.steps, step} - ({step} if again else set())
        return replace(self, steps=tuple(one for one in STEPS if one in done))

    def to_json(self) -> str:
        """As text; the same origin has the same text."""
        return json.dumps(asdict(self), sort_keys=True)


def origin_from_json(text: str) -> Origin | None:
    """The inverse of :meth:`Origin.to_json`; None for any other text, which tells nothing of the pictures."""
    try:
        table = json.loads(text)
        numbers = [table[name] for name in ("height", "width", "low", "high")]
        steps = table["steps"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    if not all(type(one) in (int, float) and math.isfinite(one) for one in numbers) or not isinstance(steps, list):
        return None
    height, width, low, high = numbers
    return Origin(int(height), int(width), low, high, tuple(one for one in STEPS if one in steps))
