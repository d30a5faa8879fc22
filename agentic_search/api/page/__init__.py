"""The browser page: its files as browsers get them, and the routes that serve them."""
