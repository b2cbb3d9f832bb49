"""PyTorch's side: the same networks, plainly written: eager mode, default memory format, ``torch.optim``."""

import importlib
from collections.abc import Callable
from typing import Any

from cnn.activations import ReLU, Tanh
from cnn.config import ExperimentConfig
from cnn.layers import AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import Array, Layer
from cnn.network import Network
from cnn.optimizers import Adam, Momentum


def find() -> Any | None:
    """The module ``torch``, or None where it is not installed."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


def training(
    torch: Any, threads: int, config: ExperimentConfig, images: Array, labels: Array, batch: int
) -> Callable[[], None]:
    """One update, batch and all."""
    model = _model(torch, config, images.shape[1:])
    optimizer = _optimizer(torch, config, model)
    x, y = torch.from_numpy(images).float() / 255, torch.from_numpy(labels)
    order, place = torch.randperm(len(y)), 0

    def step() -> None:
        nonlocal place
        torch.set_num_threads(threads)
        chosen = order[place : place + batch]
        place = (place + batch) % (len(y) - batch)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[chosen]), y[chosen])
        loss.backward()
        optimizer.step()

    return step


def inference(torch: Any, threads: int, config: ExperimentConfig, images: Array, batch: int) -> Callable[[], None]:
    """Logits of one batch."""
    model = _model(torch, config, images.shape[1:]).eval()
    x = torch.from_numpy(images[:batch]).float() / 255

    def infer() -> None:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            model(x)

    return infer


def _model(torch: Any, config: ExperimentConfig, shape: tuple[int, ...]) -> Any:
    """The preset's layers in PyTorch, with the same weights."""
    network = Network(config.layers, shape, config.seed)
    model = torch.nn.Sequential(*(_module(torch.nn, layer) for layer in network.layers))
    state = {name: torch.from_numpy(array) for name, array in network.state_dict().items()}
    model.load_state_dict(state, strict=False)  # batch norm counts its batches there
    return model


def _module(nn: Any, layer: Layer) -> Any:
    match layer:
        case Conv2d():
            padding = layer.padding if isinstance(layer.padding, int) else layer.axes(layer.in_shape)[0].before
            return nn.Conv2d(layer.in_shape[0], layer.filters, layer.kernel, layer.stride, padding)
        case Linear():
            return nn.Linear(layer.in_shape[0], layer.units)
        case MaxPool2d():
            return nn.MaxPool2d(layer.size)
        case AvgPool2d():
            return nn.AvgPool2d(layer.size)
        case BatchNorm2d():
            return nn.BatchNorm2d(layer.in_shape[0])
        case Dropout():
            return nn.Dropout(layer.p)
        case Flatten():
            return nn.Flatten()
        case ActivationLayer(activation=ReLU()):
            return nn.ReLU()
        case ActivationLayer(activation=Tanh()):
            return nn.Tanh()
        case _:
            raise NotImplementedError(f"no PyTorch counterpart known for {layer}")


def _optimizer(torch: Any, config: ExperimentConfig, model: Any) -> Any:
    match config.optimizer:
        case Adam(lr=lr):
            return torch.optim.Adam(model.parameters(), lr=lr)
        case Momentum(lr=lr, momentum=momentum):
            return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
        case _:
            raise NotImplementedError(f"no PyTorch counterpart known for {config.optimizer}")
