"""The documentation's Markdown flows in; pages flow out, served at /docs and written as a site of files."""
