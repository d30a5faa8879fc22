"""Outcomes flow in, an Answer whose every mark is a real source flows out."""
