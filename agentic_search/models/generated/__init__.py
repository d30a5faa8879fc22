"""Text flows in as a model generates it; thoughts, control tokens and loops stay out of what flows out."""
