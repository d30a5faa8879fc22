"""Models and their sources, around others: their calls are spans of the traced runs that make them."""
