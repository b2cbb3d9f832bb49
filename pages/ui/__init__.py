"""Streamlit pieces that the pages share. No maths here.

Importing this package keeps the server process at ONE thread of linear algebra: dozens of readers share few cores, and
threads that wait for each other cost more than they bring (16 instead of 60 training steps a second under load). NumPy
reads these variables when it is first imported, so every script imports from here before anything else: the import
order in ``pyproject.toml`` sees to it.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
