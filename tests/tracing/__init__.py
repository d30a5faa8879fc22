"""Tests of agentic_search.tracing."""
