"""Which tools are called, each with what the question gives it."""
