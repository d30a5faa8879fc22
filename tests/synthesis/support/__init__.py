"""What sources have for an answer, and where they disagree."""
