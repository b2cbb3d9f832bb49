"""Questions about normalization; the engine answers."""

from functools import cache

import numpy as np

from cnn.explain.normalization import NORMS, Block, apart, in_company, normalize, sharing
from cnn.training.normalization import company_of, pool, remembered
from pages.ui.learn import Question
from pages.ui.normalization import number

_IMAGES, _GROUPS, _COMPANY = 8, 3, 4


@cache
def questions() -> tuple[Question, ...]:
    """Three to guess first."""
    maps = pool()[:_IMAGES]
    _, channels, side, _ = maps.shape
    cells = Block(maps, sharing("group", _IMAGES, channels, _GROUPS)).shared
    known = remembered(0.1, _COMPANY)
    two = company_of(_COMPANY)[:2]
    training = apart(in_company(maps[0], two))
    inference = apart(in_company(maps[0], two, (known.means[-1], known.variances[-1])))
    sizes = {"same": 0.0, "little": 0.1 * training, "much": training}
    return (
        Question("cells", cells, values={"images": _IMAGES, "channels": channels, "side": side, "groups": _GROUPS,
                                         "cells": cells}),
        Question("alone", _like_batch_norm(channels), tuple(norm for norm in NORMS if norm != "batch")),
        Question("company", min(sizes, key=lambda name: abs(sizes[name] - inference)), tuple(sizes),
                 values={"apart": number(inference), "training": number(training)}),
    )  # fmt: skip


def _like_batch_norm(channels: int) -> str:
    """The norm that does to a single image what batch norm does to a batch of one."""

    def alone(norm: str) -> Block:
        return normalize(Block(pool()[:1], sharing(norm, 1, channels, _GROUPS)), norm, _GROUPS)

    return next(norm for norm in NORMS if norm != "batch" and np.allclose(alone(norm).maps, alone("batch").maps))
