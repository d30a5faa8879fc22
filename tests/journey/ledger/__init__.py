"""Journeys from a run that has ended to one that goes on from it, or to a file."""
