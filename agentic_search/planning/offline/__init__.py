"""Plans without a language model: the question flows in, calls of tools that only read flow out."""
