"""Texts flow in, vectors of what they mean flow out: the embedding models of both kinds of model servers."""
