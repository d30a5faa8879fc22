"""What the README's figures come from: each a program of its own, `python -m benchmarks.NAME`."""
