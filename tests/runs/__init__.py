"""Tests of agentic_search.runs."""
