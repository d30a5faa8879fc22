"""The programs around the measured service: models and tool servers that cost next to nothing, and how they start."""
