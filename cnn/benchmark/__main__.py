"""The command line: see :mod:`cnn.benchmark`."""

import argparse
import json
import os
import subprocess
import sys

from cnn.benchmark import report

_CLEAN = "CNN_BENCHMARK_CLEAN"


def main() -> int:
    """Measure in a process whose environment leaves the choice of kernels to OpenBLAS, on one thread."""
    options = _parse()
    if _CLEAN not in os.environ:
        # OpenBLAS reads its environment when NumPy is imported: only a new process can change it.
        environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
        environment |= {_CLEAN: "1", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run([sys.executable, "-m", "cnn.benchmark", *sys.argv[1:]], env=environment).returncode
    results = report.measure_all(options.rounds, options.seconds, progress=lambda text: print(text, file=sys.stderr))
    print(json.dumps(results, indent=2) if options.json else report.table(results))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cnn.benchmark", description="Speed and memory of the engine.")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contender, of which the median counts")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of one turn")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
