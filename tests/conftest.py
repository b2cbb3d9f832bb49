"""What every test stands on."""

import os

# One thread of linear algebra in every process, tests included: results are reproducible bit for bit on one machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"
