"""Where the windows of a convolution or a pooling lie along one axis of an image.

Output position o, tap t (0 ≤ t < F) reads input position o·S + t − P. Everything else follows: the output's size, the
padding that "same" means, the remainder that is never read, and which positions a tap pairs with which.
"""

from dataclasses import dataclass

from cnn.errors import ShapeError

Padding = int | str


@dataclass(frozen=True)
class Windows:
    """Windows along one axis.

    Attributes:
        size: input positions.
        kernel: taps of a window (F).
        stride: input positions from one window to the next (S).
        before, after: padding at either end (P); they differ by one for "same" with an odd total.
    """

    size: int
    kernel: int
    stride: int
    before: int
    after: int

    @property
    def padded(self) -> int:
        """Input positions with padding."""
        return self.before + self.size + self.after

    @property
    def count(self) -> int:
        """Output positions: ⌊(H + 2P − F)/S⌋ + 1 (Dumoulin & Visin 2016, relationship 6)."""
        return (self.padded - self.kernel) // self.stride + 1

    @property
    def remainder(self) -> int:
        """Positions at the far end that no window reads: (H + 2P − F) mod S."""
        return (self.padded - self.kernel) % self.stride

    def pairs(self, tap: int) -> tuple[slice, slice]:
        """The outputs whose ``tap`` falls inside the input rather than on padding, and the inputs that they read."""
        first = max(-((tap - self.before) // self.stride), 0)
        last = min((self.size - 1 + self.before - tap) // self.stride, self.count - 1)
        if last < first:
            return slice(0, 0), slice(0, 0)
        start = first * self.stride + tap - self.before
        return slice(first, last + 1), slice(start, start + (last - first) * self.stride + 1, self.stride)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """The padding for ⌈H/S⌉ outputs; an odd total puts its extra position at the end, as TensorFlow does."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def windows(size: int, kernel: int, stride: int, padding: Padding) -> Windows:
    """The windows along an axis of ``size``; ``padding`` is a number for both ends, "valid" (0) or "same".

    Raises:
        ShapeError: the kernel is larger than the padded axis.
    """
    if padding == "same":
        before, after = same_padding(size, kernel, stride)
    else:
        before = after = 0 if isinstance(padding, str) else padding
    found = Windows(size, kernel, stride, before, after)
    if kernel > found.padded:
        raise ShapeError("layers.kernel_too_large", kernel=kernel, size=size, padded=found.padded)
    return found
