"""Traces of runs: spans are opened by whoever does something, and leave by OpenTelemetry where that is installed."""
