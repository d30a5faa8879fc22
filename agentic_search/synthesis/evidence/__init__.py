"""Outcomes flow in, the passages that bear on the question flow out: numbered, scored, cut to what can be shown."""
