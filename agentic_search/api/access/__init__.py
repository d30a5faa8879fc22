"""Who may ask for what over HTTP: the table of scopes, the guard before every route, and the routes of keys."""
