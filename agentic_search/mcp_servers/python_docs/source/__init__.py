"""Reads the source of Python modules, without importing them: definitions, signatures, names and what is public."""
