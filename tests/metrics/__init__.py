"""Tests of agentic_search.metrics."""
