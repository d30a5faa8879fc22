"""Doubles and servers that tests use, each with a test of its own."""
