"""Somebody's word on the calls of a run: who is asked, what waits, what is remembered for good."""
