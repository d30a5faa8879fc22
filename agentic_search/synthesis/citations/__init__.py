"""A model's Markdown flows in as it is written, the same text with real citations only flows out."""
