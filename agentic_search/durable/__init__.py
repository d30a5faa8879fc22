"""Runs that outlive their process: kept as they go, gone on with by another one, the same from every process."""
