"""What settings may hold, and where they stand beside plain variables."""
