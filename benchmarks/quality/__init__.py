"""How good the results are: evaluation sets flow in, scores flow out."""
