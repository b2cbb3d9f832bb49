"""The parts of the page about regularization: learning by heart and its remedies, depth, dropout's scalings."""

KEY = "regularization"  # prefix of the page's widgets
