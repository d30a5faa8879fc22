"""Hacker News, feeds and JSON lines flow in, items and a report flow out; a bad item costs only itself."""
