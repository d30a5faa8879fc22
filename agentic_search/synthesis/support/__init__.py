"""A finished answer flows in, what its sources have for each cited sentence, and where they disagree, flows out."""
