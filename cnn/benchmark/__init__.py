"""How fast the engine is: ``python -m cnn.benchmark [--json]``.

Images per second in training (the whole step: batch, gradient, update) and inference, latency of one image, peak
memory; beside PyTorch, in turns with it, where it can be imported. Everything runs on one thread, PyTorch on one and on
two. The networks are the presets.
"""
