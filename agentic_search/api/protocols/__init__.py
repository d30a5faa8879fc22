"""The service in the protocols of others' clients: each translates requests to queries, and a run's events back."""
