"""The Model Context Protocol's own conformance suite, client side, against this service's connections."""
