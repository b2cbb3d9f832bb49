import re
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnn import links
from cnn.activations import ACTIVATIONS, Activation, LeakyReLU, ReLU, Tanh
from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits, Stored, filename
from cnn.initializers import Normal
from cnn.layers import Conv2d, Flatten, Linear, MaxPool2d
from cnn.link_grammar import LONGEST
from cnn.links import Dropped
from cnn.optimizers import Adam
from cnn.options import Configurable, option
from cnn.presets import PRESETS
from tests.cnn.strategies import experiments

DEFAULT = ExperimentConfig()


@given(experiments())
def test_a_link_brings_back_the_experiment(config: ExperimentConfig) -> None:
    query = urlencode(links.encode(config))
    assert links.decode(dict(parse_qsl(query, keep_blank_values=True))) == (config, [])


@given(st.text(max_size=80))
@example("mnist (1).npz")
@example("a,b.npz")
@example("数字.npz")
@example("50%.npz")
@example("x~y'z.npz")
@example("''")
@example("t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte")
def test_a_file_of_any_name_is_named_by_the_link(name: str) -> None:
    config = ExperimentConfig(data=DataConfig(source=Stored("0" * 32, filename(name), 77)))
    query = urlencode(links.encode(config))
    assert links.decode(dict(parse_qsl(query, keep_blank_values=True))) == (config, [])


def test_the_examples_of_the_documentation_are_links() -> None:
    (example,) = re.findall(r"^    (v=1&\S+)$", links.__doc__ or "", re.MULTILINE)
    config, dropped = links.decode(dict(parse_qsl(example)))
    assert dropped == []
    assert links.encode(config) == dict(parse_qsl(example))
    nested = re.findall(r"``(\w+\(.*?\))``", links.__doc__ or "")
    assert nested
    assert not any(links.decode({"layers": one})[1] for one in nested)


def test_the_defaults_need_no_link() -> None:
    assert links.encode(DEFAULT) == {}
    assert links.decode({}) == (DEFAULT, [])


def test_a_link_can_be_read_by_people() -> None:
    config = ExperimentConfig(
        data=DataConfig(source=GeneratedDigits(size=5000), validation=0.2),
        layers=(Conv2d(16, 3, initializer=Normal(0.1)), LeakyReLU(0.2), MaxPool2d(), Flatten(), Linear()),
        optimizer=Adam(lr=1e-5),
        seed=3,
    )
    texts = links.encode(config)
    assert texts == {
        "v": "1",
        "source": "digits(5000)",
        "validation": "0.2",
        "layers": "conv2d(16,3,initializer:normal(0.1))~leaky_relu(0.2)~max_pool2d~flatten~linear",
        "optimizer": "adam(1e-05)",
        "seed": "3",
    }


def test_presets_have_short_links() -> None:
    for config in PRESETS.values():
        assert len(urlencode(links.encode(config))) < 300


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("seed", "x"),
        ("seed", "-1"),
        ("seed", "1.5"),
        ("seed", ""),
        ("seed", "1(2)"),
        ("seed", "1~2"),
        ("epochs", "99999999999999999999999999"),
        ("epochs", "9" * 5000),
        ("weight_decay", "nan"),
        ("weight_decay", "inf"),
        ("batch_size", "0"),
        ("optimizer", "magic"),
        ("optimizer", "adam(lr:0.1,lr:0.2)"),
        ("optimizer", "adam(kind:sgd)"),
        ("optimizer", "adam(1,2,3,4,5,6,7,8,9)"),
        ("optimizer", "adam("),
        ("optimizer", "adam()"),
        ("optimizer", "adam)"),
        ("optimizer", "adam(0.1"),
        ("optimizer", "adam(lr:)"),
        ("optimizer", "'adam'"),
        ("optimizer", "adam('0.1')"),
        ("source", "stored('"),
        ("source", "stored(x,'a'b)"),
        ("layers", "'relu'"),
        ("source", "digits(mnist)"),
        ("mine", "../../etc/passwd"),
        ("layers", ""),
        ("layers", "relu~"),
        ("layers", "relu~conv2d(stride:0)"),
        ("layers", "relu~adam"),
        ("layers", "~".join(["relu"] * 65)),
        ("layers", "conv2d(" * 300),
        ("layers", "conv2d(initializer:" * 100 + ")" * 100),
        ("layers", "relu " * 5),
        ("layers", "x" * (LONGEST + 1)),
        ("data", "digits"),
        ("version", "1"),
        ("__class__", "x"),
        ("![](http://evil.example/x.png)", "<script>alert(1)</script>"),
        ("seed\x00", "1"),
    ],
)
def test_what_cannot_be_read_is_dropped_and_said(key: str, text: str) -> None:
    config, dropped = links.decode(
        {"epochs": "7", key: text, "loss": "squared_error"} if key != "epochs" else {key: text}
    )
    assert dropped == [Dropped(key[:80], text[:80])]
    if key != "epochs":
        assert (config.epochs, config.loss) == (7, links.decode({"loss": "squared_error"})[0].loss)
        assert config.layers == DEFAULT.layers


def test_one_bad_layer_drops_them_all() -> None:
    config, dropped = links.decode({"layers": "flatten~linear(5)~nonsense"})
    assert config == DEFAULT
    assert dropped == [("layers", "flatten~linear(5)~nonsense")]


def test_another_version_is_not_guessed_at() -> None:
    assert links.decode({"v": "2", "seed": "3"}) == (DEFAULT, [("v", "2")])
    assert links.decode({"v": "x" * 999})[1] == [("v", "x" * 80)]


def test_many_bad_entries_give_a_bounded_notice() -> None:
    _, dropped = links.decode({f"key{i}": "x" for i in range(500)})
    assert len(dropped) == links.MOST_DROPPED


@given(st.dictionaries(st.sampled_from(["v", "layers", "optimizer", "source", "mine", "seed", "x"]), st.text()))
def test_no_text_makes_it_raise(texts: dict[str, str]) -> None:
    config, _ = links.decode(texts)
    assert links.decode(links.encode(config)) == (config, [])


@given(st.text(alphabet="conv2dreluadm(),:~0.13- "))
def test_no_text_of_its_own_letters_makes_it_raise(text: str) -> None:
    links.decode({"layers": text, "optimizer": text})


def test_positions_and_names_mean_the_same() -> None:
    for text in ("conv2d(16,3)", "conv2d(filters:16,kernel:3)", "conv2d(kernel:3,filters:16)"):
        assert links.decode({"layers": f"{text}~relu"})[0].layers == (Conv2d(16, 3), ReLU())


def test_no_two_entries_share_a_key() -> None:
    own = {one.name for one in fields(ExperimentConfig)} | {"v"}
    assert not own & {one.name for one in fields(DataConfig)}


@dataclass(frozen=True)
class Shown(Configurable):
    several: tuple[Activation, ...] = option((ReLU(), Tanh()), family=ACTIVATIONS)
    depth: int = option(5, low=1, high=9)


@pytest.mark.parametrize(
    ("shown", "query"),
    [
        (Shown(), {}),
        (Shown((LeakyReLU(0.2),)), {"several": "leaky_relu(0.2)"}),
        (Shown((Tanh(), ReLU(), LeakyReLU()), 3), {"several": "tanh~relu~leaky_relu", "depth": "3"}),
    ],
)
def test_any_options_and_several_of_a_family_are_written_and_read(shown: Shown, query: dict[str, str]) -> None:
    assert links.encode_options(shown) == query
    assert links.decode_options(Shown, query) == (shown, [])


@pytest.mark.parametrize("text", ["", "~", "cat~leaky_relu(7)", "relu,tanh", "auto", "relu~" * 1000])
def test_where_no_member_can_be_read_the_default_stands(text: str) -> None:
    assert links.decode_options(Shown, {"several": text, "depth": "3"}) == (
        Shown(depth=3),
        [Dropped("several", text[:80])],
    )


@pytest.mark.parametrize(
    ("text", "bad"), [("relu~", [""]), ("cat~relu", ["cat"]), ("leaky_relu(7)~relu~tanh(", ["leaky_relu(7)", "tanh("])]
)
def test_one_bad_member_leaves_the_others(text: str, bad: list[str]) -> None:
    shown, dropped = links.decode_options(Shown, {"several": text, "depth": "3"})
    assert shown == Shown((ReLU(),), 3)
    assert dropped == [Dropped("several", member) for member in bad]
