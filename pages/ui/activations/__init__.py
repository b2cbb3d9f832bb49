"""The five pictures of the page about activations, a module each.

Each has ``show(settings, picture, controls, texts)``: it draws its controls and its picture in the two columns of the
stage and returns the settings as the reader has changed them, and whether they are still moving something.
"""
