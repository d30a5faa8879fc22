"""The packages of this Python as entries of the full-text index, read in worker processes and kept up to date."""
