"""Parsers of files that are text inside another form: messages, notebooks, Word documents."""
