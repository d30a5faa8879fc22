"""The index and how it is kept as it should be: packages flow in; entries flow out, read by worker processes."""
