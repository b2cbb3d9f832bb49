"""What every test stands on."""

import os

from hypothesis import settings

# One thread of linear algebra in every process, tests included: results are reproducible bit for bit on one machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"

# How long a case takes depends on what else the machine does: speed is measured by the benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
