"""The user's own documents over HTTP: reading a source of them, and those that are dropped on the page."""
