"""What was measured of models: a JSON file for each, a few figures out."""
