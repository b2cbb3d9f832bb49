"""What the README shows, runs."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
IMPORTS = "import numpy as np\n" + "\n".join(
    f"from {module} import {names}"
    for module, names in {
        "dataclasses": "dataclass",
        "typing": "ClassVar",
        "cnn.optimizers": "OPTIMIZERS, Array, Optimizer, Slots",
        "cnn.options": "option",
    }.items()
)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_example_trains() -> None:
    example = next(block for block in BLOCKS if "cnn.Trainer" in block)
    lines = run(example.replace("20_000", "640").replace("epochs=3", "epochs=1")).splitlines()
    assert len(lines) == 10, "640 images in batches of 64, one line each"


def test_the_new_optimizer_trains_and_is_in_the_menu() -> None:
    example = next(block for block in BLOCKS if "@OPTIMIZERS" in block)
    use = """
import cnn
images, labels = cnn.data.digits(256, seed=0)
net = cnn.Network([cnn.Flatten(), cnn.Linear(10)], input_shape=(1, 28, 28), seed=0)
losses = [one.loss for one in cnn.Trainer(net, Lion(), cnn.CrossEntropy(), images, labels).run(epochs=8)]
assert losses[-1] < losses[0]
print(*cnn.OPTIMIZERS)
"""
    assert "lion" in run(IMPORTS + "\n" + example + use)
