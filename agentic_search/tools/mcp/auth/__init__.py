"""Signing in at remote servers by OAuth: mcp's client, with tokens that are kept encrypted and a browser that helps."""
