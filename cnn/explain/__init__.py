"""The parts of a network taken apart: numbers and arrays for the pages that show how each of them works."""
