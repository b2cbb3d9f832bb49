"""Who may import whom. The arrows run one way; a cycle or a shortcut fails here, not a year later."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([ROOT / "app.py", *(ROOT / "cnn").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])

# From the ground up: a module imports from its own room and those before it. The first pattern that fits counts.
ROOMS = [
    ("errors", "cnn.errors cnn.seeds cnn.inputs"),
    ("options", "cnn.options cnn.registry"),
    ("data", "cnn.data cnn.data.*"),
    ("parts", "cnn.activations cnn.initializers cnn.losses cnn.optimizers cnn.schedules"),
    ("layers", "cnn.layers cnn.layers.*"),
    ("network", "cnn.network cnn.outline cnn.head cnn.gradcheck cnn.explain cnn.explain.*"),
    (
        "training",
        "cnn.config cnn.links cnn.link_grammar cnn.presets cnn.training cnn.training.* cnn.shipped cnn.shipped.*",
    ),
    ("engine", "cnn cnn.*"),
    ("figures", "pages.figures pages.figures.*"),
    ("ui", "pages.ui pages.ui.*"),
    ("pages", "pages pages.*"),
    ("app", "app"),
]
ORDER = [room for room, _ in ROOMS]
# The rooms that do not know each other although one stands before the other.
STRANGERS = {("ui", "figures"), ("parts", "data"), ("layers", "data"), ("network", "data"), ("ui", "app")}
ENTRANCE = {"pages.ui.page"}  # all of pages.ui that app.py needs


def module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    return next(room for room, patterns in ROOMS if any(fnmatch(name, pattern) for pattern in patterns.split()))


def imported(file: Path) -> Iterator[str]:
    """Every module of ours that a file imports, at its top or anywhere inside."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: imports are absolute"
            inner = [f"{node.module}.{one.name}" for one in node.names]
            yield from (one if exists(one) else node.module for one in inner)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def exists(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@pytest.mark.parametrize("file", FILES, ids=module)
def test_imports_run_one_way(file: Path) -> None:
    own = room(module(file))
    for name in imported(file):
        if name.split(".")[0] not in ("cnn", "pages", "app"):
            continue
        other = room(name)
        assert ORDER.index(other) <= ORDER.index(own), f"{module(file)} ({own}) imports {name} ({other})"
        assert (own, other) not in STRANGERS, f"{module(file)} ({own}) and {name} ({other}) do not know each other"
        assert other != "pages" or name == "pages", f"{module(file)}: nobody imports a page script"


@pytest.mark.parametrize("file", [one for one in FILES if module(one).startswith("cnn")], ids=module)
def test_the_engine_works_without_a_browser(file: Path) -> None:
    assert not {name.split(".")[0] for name in imported(file)} & {"streamlit", "plotly", "pages"}


@pytest.mark.parametrize("script", sorted((ROOT / "pages").glob("[!_]*.py")), ids=module)
def test_a_page_script_comes_in_through_open_page(script: Path) -> None:
    first = next(imported(script))
    assert first == "pages.ui.page", "it limits NumPy to one thread, which works only before NumPy is imported"


def test_the_way_in_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40
    assert set(imported(ROOT / "app.py")) == ENTRANCE
