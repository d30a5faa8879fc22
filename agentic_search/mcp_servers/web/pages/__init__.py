"""Reads a page: asks the site's robots.txt, keeps apart the requests to one host, finds the main text."""
