"""The settings of the page about optimizers: learning rates that suit, what a link says, what it may not say."""

from dataclasses import replace

import pytest

from cnn import links
from cnn.errors import ConfigError
from cnn.explain.descent import paths
from cnn.explain.optimizers import LONGEST, OptimizersSettings, largest_rate, steady_step, steps_down, suited
from cnn.explain.surfaces import SURFACES, Bowl, Rosenbrock, Saddle
from cnn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, RMSProp


@pytest.mark.parametrize("name", SURFACES)
def test_suited_rates_take_everybody_down(name: str) -> None:
    surface = SURFACES[name]()
    contestants = [suited(cls(), surface) for cls in OPTIMIZERS.values()]
    for path in paths(surface, contestants, surface.start, 300):
        assert path.lost is None, path.optimizer
        assert path.losses[-1] < path.losses[0], path.optimizer


def test_rates_follow_the_surface_until_the_reader_sets_them() -> None:
    settings = OptimizersSettings()
    assert settings.contestants == tuple(suited(one, Bowl()) for one in settings.optimizers)
    own = settings.with_contestants((SGD(lr=0.5), *settings.contestants[1:]))
    moved = replace(own, surface=Rosenbrock())
    assert moved.contestants == (SGD(lr=0.5), *(suited(one, Rosenbrock()) for one in settings.optimizers[1:]))


def test_a_rate_that_is_the_classes_default_can_be_meant() -> None:
    meant = (SGD(lr=SGD().lr), AdaGrad(lr=0.3))
    settings = OptimizersSettings().with_contestants(meant)
    assert settings.rates == "own"
    assert settings.contestants == meant


def test_links_say_only_what_differs() -> None:
    settings = OptimizersSettings().with_contestants(OptimizersSettings().contestants)
    assert links.encode_options(settings) == {}
    own = settings.with_contestants((SGD(lr=1.02), suited(Adam(), Bowl())))
    assert links.encode_options(own) == {"optimizers": "sgd(1.02)~adam"}
    assert links.decode_options(OptimizersSettings, {"optimizers": "sgd(1.02)~adam"}) == (own, [])


@pytest.mark.parametrize("text", ["sgd(0)", "sgd(-1)", "sgd(1e9)", "sgd(nan)", "momentum(0.1,1)", "adam(beta1:1)", "x"])
def test_values_that_cannot_be_are_named_and_left_out(text: str) -> None:
    settings, dropped = links.decode_options(OptimizersSettings, {"optimizers": f"{text}~adam"})
    assert settings == OptimizersSettings(optimizers=(Adam(),))
    assert dropped == [("optimizers", text)]


def test_an_optimizer_is_there_once() -> None:
    with pytest.raises(ConfigError, match="sgd was named twice"):
        OptimizersSettings(optimizers=(SGD(), SGD(lr=0.2)))


def test_the_start_is_the_surfaces_unless_it_is_set() -> None:
    assert OptimizersSettings().origin == Bowl.start
    assert OptimizersSettings(x=1.5).origin == (1.5, Bowl.start[1])
    assert OptimizersSettings(steps=50, step=80).at_step == 50


def test_the_largest_rate_is_where_the_theory_says() -> None:
    assert largest_rate(Bowl(), SGD()) == pytest.approx(1.0, abs=0.003)  # 2 over the largest curvature, which is 2
    assert largest_rate(Bowl(), Momentum(momentum=0.5)) == pytest.approx(1.5, rel=0.01)  # 2(1 + α)/λ


def test_steps_down_are_counted() -> None:
    assert steps_down(Bowl(), SGD(lr=1e-6)) == LONGEST + 1
    assert steps_down(Saddle(), suited(RMSProp(), Saddle())) < steps_down(Saddle(), suited(SGD(), Saddle()))


def test_the_step_for_a_steady_gradient() -> None:
    assert steady_step(SGD(lr=0.2)) == pytest.approx(0.2)
    assert steady_step(Momentum(lr=0.02, momentum=0.9)) == pytest.approx(0.2)  # η/(1 − α)
    assert steady_step(Adam(lr=0.01)) == pytest.approx(0.01, rel=1e-6)
