"""Arithmetic as people write it: a text flows in, its value and the expression as it was understood flow out."""
