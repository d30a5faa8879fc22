"""Texts of files flow in, plain data flows out: JSON, also with comments, YAML and TOML."""
