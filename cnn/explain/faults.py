"""A gradient check that one may watch, and gradients that are wrong on purpose, to see them caught.

>>> check = sampled_check(network, CrossEntropy(), images, labels)
>>> [verdict(tensor) for tensor in check.tensors]
['agrees', 'agrees', …]
>>> [verdict(tensor) for tensor in with_fault(check, "wrong_sign", len(images)).tensors]
['differs', 'differs', …]

The faults are data: they change what ``backward`` gave after it gave it. The engine itself is not touched.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.gradcheck import TOLERANCE, GradientCheck, TensorCheck, check_network
from cnn.losses import Loss
from cnn.network import Network

Array = NDArray[Any]
Verdict = Literal["agrees", "differs", "kink"]

ENTRIES = 5  # of each tensor that are checked: enough to catch a fault, few enough for a second

# name -> what it does to the gradient (any shape) of the tensor `name`, for a batch of n images
FAULTS: dict[str, Callable[[Array, str, int], Array]] = {
    "none": lambda gradient, name, n: gradient,
    "batch_sum": lambda gradient, name, n: gradient * n,  # forgets that the loss is the MEAN over the batch
    "wrong_sign": lambda gradient, name, n: -gradient,  # t − y instead of y − t
    # forgets that a convolution is a correlation whose way back turns kernels by 180°
    "unrotated": lambda gradient, name, n: gradient[..., ::-1, ::-1] if _is_kernel(gradient, name) else gradient,
    "no_bias": lambda gradient, name, n: np.zeros_like(gradient) if name.endswith(".bias") else gradient,
}


def sampled_check(
    network: Network,
    loss: Loss,
    images: Array,
    labels: Array,
    progress: Callable[[int, int], None] | None = None,
) -> GradientCheck:
    """Check a few entries of each parameter of a float64 copy of the network, always the same ones.

    Args:
        network: left as it is.
        loss: at its end.
        images: (N, C, H, W), a few.
        labels: (N,).
        progress: told after each entry how many are done, and of how many.
    """
    with np.errstate(all="ignore"):  # weights of a run that diverged: what is not finite counts as different
        check = check_network(network, loss, images, labels, entries=ENTRIES, progress=progress)
    return GradientCheck(tuple(one for one in check.tensors if one.name in network.slices))


def with_fault(check: GradientCheck, fault: str, images: int) -> GradientCheck:
    """The check as it would have come out if ``backward`` had made the mistake ``fault`` on a batch of ``images``."""
    spoil = FAULTS[fault]
    return GradientCheck(tuple(replace(one, analytic=spoil(one.analytic, one.name, images)) for one in check.tensors))


def verdict(tensor: TensorCheck) -> Verdict:
    """Whether the gradients of a tensor agree; "kink" where none of the entries drawn can be compared."""
    if not tensor.compared.any():
        return "kink"
    return "agrees" if tensor.error <= TOLERANCE else "differs"


def _is_kernel(gradient: Array, name: str) -> bool:
    return gradient.ndim == 4 and name.endswith(".weight")
