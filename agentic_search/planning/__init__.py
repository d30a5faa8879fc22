"""Query and tools flow in, an accepted Plan flows out, whoever made it."""
