"""Queries flow in, runs flow out: independent of whoever asked, each ended by exactly one terminal fact."""
