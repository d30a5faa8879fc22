"""What a run contacted, and whether anything left this machine."""
