"""Outcomes flow in, the passages that bear on the question flow out, ranked, cut and numbered."""
