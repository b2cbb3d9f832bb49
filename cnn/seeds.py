"""Random streams: one independent generator per purpose, so that a change in one leaves the others as they were.

Every stream is ``SeedSequence([seed, purpose, ordinal, …])``. Adding dropout to a network, say, draws from another
stream than the weights do, and changes neither the weights nor the order of the batches.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream of random numbers is for. The numbers are part of every seed: never change or reuse one."""

    WEIGHTS = 0
    FUNNEL = 1
    DROPOUT = 2
    BATCHES = 3
    AUGMENTATION = 4
    DATA = 5
    VALIDATION = 6
    LABEL_NOISE = 7
    LANDSCAPE = 8
    SUBSET = 9
    SURFACE_NOISE = 100


def generator(seed: int, purpose: Purpose, *ordinals: int) -> np.random.Generator:
    """The generator of one stream: the same arguments always give the same numbers.

    Args:
        seed: the user's seed, ≥ 0.
        purpose: what the numbers are for.
        ordinals: which of the purpose's streams, each ≥ 0 (the third weighted layer; step 40 of the first dropout).
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(purpose), *ordinals])))
